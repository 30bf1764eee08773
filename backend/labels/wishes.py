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
class LightTest:
    """A wish with this one is nobody's who picks: it gives way to all of those, and its time begins when it is sent."""

    lasts_s: float
    """How long it is wanted from its command on, at most."""
    shines_s: float
    """How long it is wanted from when the label has it, at most."""
    latest_at: datetime
    """When it ends although it was never sent."""


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
    test: LightTest | None = None
    """Of a light test only."""

    @property
    def has_begun(self) -> bool:
        """Whether the command of this test was sent; only of a light test."""
        return self.test is not None and self.ends_at != self.test.latest_at

    def begun(self, at: datetime) -> LightWish:
        """This test, its command sent then. What was sent before stays so; a wish of a pick stays as it is."""
        if self.test is None or self.has_begun:
            return self
        return replace(self, ends_at=min(self.test.latest_at, at + timedelta(seconds=self.test.lasts_s)))

    def not_begun(self) -> LightWish:
        """This test, of which nothing was sent after all."""
        return replace(self, ends_at=self.test.latest_at) if self.test is not None else self

    def shining(self, since_at: datetime) -> LightWish:
        """This test, whose label blinks from then on."""
        if self.test is None or not self.has_begun or self.ends_at is None:
            return self
        return replace(self, ends_at=min(self.ends_at, since_at + timedelta(seconds=self.test.shines_s)))


def choose(
    wishes: Mapping[WishKey, LightWish],
    shown_at: Mapping[WishKey, datetime],
    now: datetime,
    arrives_at: datetime | None = None,
) -> WishKey | None:
    """Whose turn it is: of the wishes that are due, the earliest arrival; a test's where nobody picks.

    Who was shown their light and has found by it when the next command can be there (`arrives_at`) makes room for
    whoever comes next, and comes round again after them: those who stay longer alternate flash by flash.
    """
    arrives_at = arrives_at or now
    due = [key for key, wish in wishes.items() if wish.light_at <= now]
    if len(due) < 2:  # as nearly always
        return due[0] if due else None

    def turn(key: WishKey) -> tuple[bool, bool, datetime, datetime, WishKey]:
        expected_at, is_test = wishes[key].expected_at, wishes[key].test is not None
        if has_had_it(wishes[key], shown_at.get(key), arrives_at):
            return is_test, True, shown_at[key], expected_at, key
        return is_test, False, expected_at, expected_at, key

    return min(due, key=turn)


def due_first(wishes: Collection[LightWish], now: datetime) -> list[LightWish]:
    """Those that are due; tests only where nobody picks."""
    due = [wish for wish in wishes if wish.light_at <= now]
    return [wish for wish in due if wish.test is None] or due


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
