"""What somebody wants a label to show, and how one label serves several pickers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.labels import Look

FOUND_S = 4.0  # from the arrival until the product is found by its light, on average

NEVER = datetime.max.replace(tzinfo=UTC)

WishKey = tuple[str, str]
"""Who wants it (a pick list) and what for (a pick)."""


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
    joins_at: datetime | None = None
    """When a flash that somebody else's wish makes necessary should be for this one too; None: as it is due itself."""


def choose(
    wishes: Mapping[WishKey, LightWish],
    shown_at: Mapping[WishKey, datetime],
    now: datetime,
    arrives_at: datetime | None = None,
) -> WishKey | None:
    """Whose turn it is: of the wishes that are due, the earliest arrival.

    Who was shown their light and has found by it when the next command can be there (`arrives_at`) makes room for
    whoever comes next, and comes round again after them: those who stay longer alternate flash by flash.
    """
    arrives_at = arrives_at or now
    due = [key for key, wish in wishes.items() if wish.light_at <= now]
    if len(due) < 2:  # as nearly always
        return due[0] if due else None

    def turn(key: WishKey) -> tuple[bool, datetime, datetime, WishKey]:
        expected_at = wishes[key].expected_at
        if has_had_it(wishes[key], shown_at.get(key), arrives_at):
            return True, shown_at[key], expected_at, key
        return False, expected_at, expected_at, key

    return min(due, key=turn)


def has_had_it(wish: LightWish, shown_at: datetime | None, at: datetime) -> bool:
    """Whether by then a picker has come to this light and found by it, as far as one expects."""
    return shown_at is not None and found_at(wish) <= at


def found_at(wish: LightWish) -> datetime:
    return wish.expected_at + timedelta(seconds=FOUND_S)


def stay_due(old: LightWish | None, new: LightWish, now: datetime) -> LightWish:
    """A stop that is lit stays lit: a later estimate of the arrival does not take the light away again."""
    if old is None or old.light_at > now or new.light_at <= old.light_at:
        return new
    return replace(new, light_at=old.light_at)


def next_instant(wishes: Collection[LightWish], now: datetime, ahead: timedelta = timedelta(0)) -> datetime | None:
    """The next instant at which one of the wishes begins or ends, or (`ahead` of it) makes room for another."""
    instants = [at for wish in wishes for at in (wish.light_at, wish.ends_at) if at is not None and now < at < NEVER]
    if len(wishes) > 1:
        instants += [at for wish in wishes if (at := found_at(wish) - ahead) > now]
    return min(instants, default=None)
