"""Quiet hours: at night no label is lit and no picture sent; whoever picks goes by the address. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day until another, in the store's own time zone; over midnight where the first is later."""

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> QuietHours | None:
        """`22:00-06:30`; empty: none. Raises ValueError."""
        if not text.strip():
            return None
        match = _SPAN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"quiet hours are written 22:00-06:30, not {text[:40]!r}")
        hours = [int(digits) for digits in match.groups()]
        begins, ends = time(hours[0], hours[1]), time(hours[2], hours[3])
        if begins == ends:
            raise ValueError("quiet hours that end when they begin: say for how long")
        return cls(begins, ends)

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def are_now(self, now: datetime, zone: tzinfo) -> bool:
        at = now.astimezone(zone).time()
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def next_change(self, now: datetime, zone: tzinfo) -> datetime:
        """When they begin or end next, strictly after `now`; in the zone of `now`.

        Where the clocks change in between, an instant that the day skips is the one an hour later.
        """
        here = now.astimezone(zone)
        days = (here.date() + timedelta(days=ahead) for ahead in range(3))
        instants = (
            datetime.combine(day, at, tzinfo=zone).astimezone(now.tzinfo)
            for day in days
            for at in (self.begins, self.ends)
        )
        return min(instant for instant in instants if instant > now)
