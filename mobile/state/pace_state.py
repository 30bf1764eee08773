"""The picker's own pace, for themselves: counted and kept on this phone, shown to nobody else, never sent."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

import flet as ft

from mobile.services.outbox import NotStoredOnPhone, Outbox
from shared.clock import Clock
from shared.commands import ConfirmPick, FinishPickList, PickerCommand, StartPickList

PAUSE_FROM_S = 300  # a longer gap between two picks was no picking
DAYS_KEPT = 14
PICKS_MIN = 10  # fewer say nothing about anybody
SECONDS_PER_HOUR = 3600


class PaceState(ft.Observable):
    """Picks per hour of whoever is signed in: today, and on the days before. Days are the phone's own."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._person_id = ""
        self._last_at: datetime | None = None
        self._days: dict[str, tuple[int, float]] = {}  # date -> picks, seconds between them

    def follow(self, person_id: str) -> None:
        """Somebody signed in or, with "", out. What cannot be read any more is forgotten."""
        if person_id == self._person_id:
            return
        self._person_id, self._last_at, self._days = person_id, None, {}
        with suppress(ValueError, TypeError, AttributeError):
            kept = json.loads(self._outbox.recall(_name(person_id)) or "{}") if person_id else {}
            self._days = {str(day): (int(picks), float(seconds)) for day, (picks, seconds) in kept.items()}

    def said(self, command: PickerCommand) -> bool:
        """Listens to what the picker does; True when it pays to keep what was counted."""
        if isinstance(command, StartPickList):
            self._last_at = self._clock.now()
        elif isinstance(command, ConfirmPick):
            self._picked()
        return isinstance(command, FinishPickList)

    async def keep(self) -> None:
        """Once a walk: no scan waits for it. A phone that cannot store it counts on until its next start."""
        if self._person_id:
            with suppress(NotStoredOnPhone):
                await self._outbox.remember(_name(self._person_id), json.dumps(self._days))

    def _picked(self) -> None:
        now = self._clock.now()
        gap_s = (now - self._last_at).total_seconds() if self._last_at is not None else PAUSE_FROM_S
        self._last_at = now
        if not self._person_id or not 0 <= gap_s < PAUSE_FROM_S:
            return
        picks, seconds = self._days.get(_day(now), (0, 0.0))
        days = {**self._days, _day(now): (picks + 1, seconds + gap_s)}
        self._days = {day: days[day] for day in sorted(days)[-DAYS_KEPT:]}

    @property
    def today_per_hour(self) -> int | None:
        """None before there are enough picks to say."""
        return _per_hour([self._days.get(_day(self._clock.now()), (0, 0.0))])

    @property
    def before_per_hour(self) -> int | None:
        """Over the days before today that are kept."""
        today = _day(self._clock.now())
        return _per_hour([counted for day, counted in self._days.items() if day != today])


def _per_hour(days: list[tuple[int, float]]) -> int | None:
    picks, seconds = sum(day[0] for day in days), sum(day[1] for day in days)
    return round(picks * SECONDS_PER_HOUR / seconds) if picks >= PICKS_MIN and seconds > 0 else None


def _day(at: datetime) -> str:
    return at.astimezone().date().isoformat()


def _name(person_id: str) -> str:
    return f"pace.{person_id}"
