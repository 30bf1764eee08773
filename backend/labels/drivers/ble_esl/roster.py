"""The labels of an access point as they were heard of: who needs a ping so as not to lose touch. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.labels.drivers.ble_esl.responses import StateBits


@dataclass(slots=True)
class LabelRecord:
    """What is known of one label."""

    last_sent_s: float = -math.inf
    last_heard_at: datetime | None = None
    bits: StateBits | None = None


class Roster:
    """Every label that was set up here. A label that gets no command for an hour stops listening."""

    def __init__(self, labels: Iterable[str], keep_alive_s: float) -> None:
        self._records: dict[str, LabelRecord] = {label: LabelRecord() for label in labels}
        self._keep_alive_s = keep_alive_s
        self._look_again_s = -math.inf

    @property
    def records(self) -> Mapping[str, LabelRecord]:
        return self._records

    def start(self, first_ping_s: float) -> None:
        """Whoever has not been sent anything by then is pinged for the first time."""
        self._look_again_s = first_ping_s

    def sent(self, label: str, now_s: float) -> None:
        """A packet with a command for it was handed over."""
        self._records[label].last_sent_s = now_s

    def heard(self, label: str, at: datetime, bits: StateBits | None = None) -> None:
        """It answered; `bits` if it told its state."""
        record = self._records[label]
        record.last_heard_at = at
        record.bits = record.bits if bits is None else bits

    def needs_ping(self, now_s: float) -> Sequence[str]:
        """Labels that have got nothing for so long, or never; each counts as sent to from here on."""
        if now_s < self._look_again_s:
            return []
        due = [label for label, each in self._records.items() if now_s - each.last_sent_s >= self._keep_alive_s]
        for label in due:
            self._records[label].last_sent_s = now_s
        self._look_again_s = min(each.last_sent_s for each in self._records.values()) + self._keep_alive_s
        return due

    def next_look_s(self) -> float:
        """When to ask again; nobody needs a ping before."""
        return self._look_again_s

    def needing_service(self) -> Sequence[str]:
        """Labels that ask for somebody to look after them: mostly, a new battery."""
        return [
            label
            for label, each in self._records.items()
            if each.bits is not None and each.bits & StateBits.SERVICE_NEEDED
        ]
