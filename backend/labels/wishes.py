"""What somebody wants a label to show, and how one label serves several pickers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.labels import BlinkPattern, LightColour

WishKey = tuple[str, str]
"""Who wants it (a pick list) and what for (a pick)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees: the colour and the rhythm of a light."""

    colour: LightColour
    pattern: BlinkPattern


@dataclass(frozen=True, slots=True)
class LightWish:
    """One pick's wish for the light of one label."""

    wish_id: str
    label_external_id: str
    look: Look
    expected_at: datetime
    """When the picker will stand there."""
    light_at: datetime
    """When the command should go out: earlier than `expected_at` by what the gateway needs."""
    ends_at: datetime | None = None
    """When the wish ends by itself (a light test)."""


def choose(wishes: Mapping[WishKey, LightWish], shown_at: Mapping[WishKey, datetime], now: datetime) -> WishKey | None:
    """Whose turn it is: of the wishes that are due, first the one not shown yet, then the earlier arrival.

    Two pickers at one label therefore alternate flash by flash, and the one who comes first sees his colour first.
    """
    due = [key for key, wish in wishes.items() if wish.light_at <= now]
    if not due:
        return None
    return min(due, key=lambda key: (key in shown_at, shown_at.get(key, now), wishes[key].expected_at, key))


def stay_due(old: LightWish | None, new: LightWish, now: datetime) -> LightWish:
    """A stop that is lit stays lit: a later estimate of the arrival does not take the light away again."""
    if old is None or old.light_at > now or new.light_at <= old.light_at:
        return new
    return LightWish(
        new.wish_id, new.label_external_id, new.look, new.expected_at, light_at=old.light_at, ends_at=new.ends_at
    )


def next_instant(wishes: Iterable[LightWish], now: datetime) -> datetime | None:
    """The next instant at which one of the wishes begins or ends."""
    instants = [at for wish in wishes for at in (wish.light_at, wish.ends_at) if at is not None and at > now]
    return min(instants, default=None)
