"""How fast each picker really is from one stop to the next: a light must be ahead of that. Pure, and told to nobody.

A pace is how many times as long a picker needs as `AimPolicy` expects, faded over some thirty stops. Whoever is not
known yet has their store's, and a store that is not known the policy's own. It lives in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.events import (
    PickConfirmed,
    PickListCancelled,
    PickListEvent,
    PickListFinished,
    PickListLeft,
    PickListResumed,
    PickListStarted,
    PickListTakenOver,
    PickReopened,
    PickShort,
)

FADES = 0.97  # with each stop
TRUSTED_S = 200.0  # so much walking and taking, about ten stops, weighs as much as what is known of everybody
QUICKEST, SLOWEST = 0.5, 2.5
PAUSE_TIMES = 4.0  # whoever needs so many times as long does something else meanwhile


@dataclass(slots=True)
class _Known:
    """Seconds expected and seconds taken."""

    expected_s: float = 0.0
    took_s: float = 0.0

    def add(self, expected_s: float, took_s: float) -> None:
        self.expected_s = self.expected_s * FADES + expected_s
        self.took_s = self.took_s * FADES + took_s

    def pace(self, before: float) -> float:
        """`before`: what is thought of somebody who is not known."""
        pace = (self.took_s + TRUSTED_S * before) / (self.expected_s + TRUSTED_S)
        return min(max(pace, QUICKEST), SLOWEST)


@dataclass(slots=True)
class _Walk:
    """Who walks, when they did their last stop, and the stops expected next, each with its seconds."""

    store_id: str
    picker_id: str
    done_at: datetime | None = None
    legs: list[tuple[str, float]] = field(default_factory=list)


class Paces:
    """Hears what pickers do, and from the aiming what was expected of them."""

    def __init__(self) -> None:
        self._walks: dict[str, _Walk] = {}
        self._pickers: dict[str, _Known] = {}
        self._stores: dict[str, _Known] = {}

    def of(self, pick_list_id: str) -> float:
        """Of whoever walks there: 1.0 is as expected, 2.0 half as fast."""
        walk = self._walks.get(pick_list_id)
        if walk is None:
            return 1.0
        of_store = self._stores.get(walk.store_id, _Known()).pace(1.0)
        return self._pickers.get(walk.picker_id, _Known()).pace(of_store)

    def expect(self, pick_list_id: str, legs: Sequence[tuple[str, float]]) -> None:
        """The open stops in walking order: pick id, and seconds from the stop before until it is done, at pace 1.0."""
        walk = self._walks.get(pick_list_id)
        if walk is not None:
            walk.legs = list(legs)

    def heard(self, event: PickListEvent) -> None:
        """What a picker did; again, or in another order, does no harm."""
        match event:
            case PickListStarted() | PickListResumed() | PickListTakenOver():
                self._walks[event.pick_list_id] = _Walk(event.store_id, event.picker_id)
            case PickListFinished() | PickListCancelled() | PickListLeft():
                self._walks.pop(event.pick_list_id, None)
            case PickReopened():
                if (walk := self._walks.get(event.pick_list_id)) is not None:
                    walk.done_at, walk.legs = None, []
            case PickConfirmed() | PickShort():
                walk = self._walks.setdefault(event.pick_list_id, _Walk(event.store_id, event.picker_id))
                self._done(walk, event.pick_id, event.at)

    def _done(self, walk: _Walk, pick_id: str, at: datetime) -> None:
        legs, walk.legs = walk.legs, []  # the aiming may put others in their place at any time
        if legs and legs[0][0] == pick_id:  # else out of turn: what was expected of the next ones is another way
            walk.legs, expected_s = legs[1:], legs[0][1]
            took_s = (at - walk.done_at).total_seconds() if walk.done_at is not None else 0.0
            if 0.0 < took_s <= PAUSE_TIMES * expected_s:
                self._pickers.setdefault(walk.picker_id, _Known()).add(expected_s, took_s)
                self._stores.setdefault(walk.store_id, _Known()).add(expected_s, took_s)
        walk.done_at = at
