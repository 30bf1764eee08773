"""One label, several pickers: whose looks its light shows at one time, as far as the gateway can. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.labels.port import Capability
from backend.labels.wishes import NEVER, LightWish, WishKey
from shared.labels import BlinkPattern, LightColour, Look, Sharing


@dataclass(frozen=True, slots=True)
class Shown:
    """What one flash shows and for whom, whoever comes first in front.

    `colours`: in turn, where there are several. `looks`: of those who share it, whether or not it shows each of them.
    """

    colours: tuple[LightColour, ...]
    pattern: BlinkPattern
    looks: tuple[Look, ...]
    sharing: Sharing | None = None

    @property
    def look(self) -> Look:
        """Of whoever comes first; of a light that cannot blink as theirs do, how it blinks."""
        return Look(self.colours[0], self.pattern) if self.sharing is Sharing.SIMPLER else self.looks[0]

    def serves(self, look: Look) -> bool:
        """Whether a picker with this look finds by it."""
        if self.sharing is Sharing.ONE_BY_ONE:
            return look == self.looks[0]
        return look in self.looks

    def does_all_of(self, other: Shown) -> bool:
        """Whether nothing is missing from this one that the other would show. White is left as soon as it may."""
        if Sharing.JOINT in (self.sharing, other.sharing):
            return self.sharing is other.sharing
        return all(self.serves(look) for look in other.looks[: 1 if other.sharing is Sharing.ONE_BY_ONE else None])


def share(
    wishes: Mapping[WishKey, LightWish], lead: WishKey, now: datetime, soon_at: datetime, capability: Capability
) -> Shown:
    """What the label should show for everybody whose wish is due, `lead` in front.

    Colours in turn, where the gateway can and all differ: everybody finds their own. Those whose wish is due before the
    next command could be there (`soon_at`) join in. Else white, which their phones tell them to look for. Else the
    light is `lead`'s alone. A pick shares nothing with a test: any blink shows that a label works.
    """
    first = wishes[lead].look
    pattern = capability.nearest(first.pattern)
    own = None if pattern is first.pattern else Sharing.SIMPLER
    if len(wishes) == 1:
        return Shown((first.colour,), pattern, (first,), own)
    if wishes[lead].test is None:
        wishes = {key: wish for key, wish in wishes.items() if wish.test is None}
    due = _looks(first, (wish for wish in wishes.values() if wish.light_at <= now))
    every = _looks(first, (wish for wish in wishes.values() if min(wish.light_at, wish.joins_at or NEVER) <= soon_at))
    if len(every) == 1:
        return Shown((first.colour,), pattern, every, own)
    if _fit(every, capability):
        return Shown(tuple(look.colour for look in every), pattern, every, Sharing.IN_TURN)
    if LightColour.WHITE in capability.colours:
        return Shown((LightColour.WHITE,), capability.nearest(BlinkPattern.SLOW), every, Sharing.JOINT)
    if len(due) > 1 and _fit(due, capability):
        return Shown(tuple(look.colour for look in due), pattern, due, Sharing.IN_TURN)
    return Shown((first.colour,), pattern, due, Sharing.ONE_BY_ONE if len(due) > 1 else own)


def _fit(looks: Sequence[Look], capability: Capability) -> bool:
    """Whether one flash can show them in turn, and nobody takes another's for their own."""
    return len({look.colour for look in looks}) == len(looks) <= capability.colours_in_turn


def joined(running: Shown | None, under_way: Shown | None, wanted: Shown | None) -> Shown | None:
    """What those who share a label are told of it: how it blinks now, and how it will blink any moment.

    White is said as long as it may be seen, before anything else: nobody knows it as theirs without being told.
    """
    shared = [each for each in (running, under_way, wanted) if each is not None and each.sharing is not None]
    if not shared:
        return None
    joint = [each for each in shared if each.sharing is Sharing.JOINT]
    if not joint:
        return shared[0]
    every = [look for each in (*joint, running, under_way, wanted) if each is not None for look in each.looks]
    return replace(joint[0], looks=tuple(dict.fromkeys(every)))


def _looks(first: Look, wishes: Iterable[LightWish]) -> tuple[Look, ...]:
    """Each once, by arrival, `first` in front."""
    by_arrival = sorted(wishes, key=lambda wish: (wish.expected_at, wish.wish_id))
    return tuple(dict.fromkeys([first, *(wish.look for wish in by_arrival)]))
