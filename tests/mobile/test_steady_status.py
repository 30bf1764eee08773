"""A link that flaps shows one thing, not the other at every beat."""

from __future__ import annotations

import random
from itertools import pairwise

from mobile.services.backend_link import LinkStatus
from mobile.state.steady_status import DOWN_AFTER_S, UP_AFTER_S, SteadyStatus

ONLINE, OFFLINE, CONNECTING = LinkStatus.ONLINE, LinkStatus.OFFLINE, LinkStatus.CONNECTING


def shown(*changes: tuple[float, LinkStatus], until_s: float) -> list[tuple[float, LinkStatus]]:
    """When what is shown changed, and to what, in steps of a tenth of a second."""
    steady = SteadyStatus(OFFLINE)
    told = [(0.0, steady.shown)]
    waiting = list(changes)
    for step in range(int(until_s * 10) + 1):
        now_s = step / 10
        while waiting and waiting[0][0] <= now_s:
            steady.hear(waiting.pop(0)[1], now_s)
        steady.look(now_s)
        if steady.shown is not told[-1][1]:
            told.append((now_s, steady.shown))
    return told[1:]


class TestComingUp:
    def test_the_first_connection_is_believed_at_once(self) -> None:
        assert shown((1, CONNECTING), (2, ONLINE), until_s=3) == [(1, CONNECTING), (2, ONLINE)]

    def test_a_later_one_when_it_has_held(self) -> None:
        told = shown((1, ONLINE), (10, OFFLINE), (20, CONNECTING), (21, ONLINE), until_s=30)
        assert told == [(1, ONLINE), (10 + DOWN_AFTER_S, OFFLINE), (21 + UP_AFTER_S, ONLINE)]

    def test_one_that_breaks_before_that_never_was(self) -> None:
        told = shown((1, ONLINE), (10, OFFLINE), (20, ONLINE), (22, OFFLINE), (24, ONLINE), (25, OFFLINE), until_s=40)
        assert told == [(1, ONLINE), (10 + DOWN_AFTER_S, OFFLINE)]


class TestGoingDown:
    def test_a_break_nobody_would_miss_is_not_told(self) -> None:
        changes = [(1, ONLINE), (10, OFFLINE), (11, CONNECTING), (12, ONLINE), (15, CONNECTING), (18, ONLINE)]
        assert shown(*changes, until_s=30) == [(1, ONLINE)]

    def test_trying_again_is_still_no_network(self) -> None:
        told = shown((1, ONLINE), (10, OFFLINE), (12, CONNECTING), (16, OFFLINE), (18, CONNECTING), until_s=30)
        assert told == [(1, ONLINE), (10 + DOWN_AFTER_S, OFFLINE)]


class TestAtOnce:
    def test_signed_out_and_too_old(self) -> None:
        for status in (LinkStatus.SIGNED_OUT, LinkStatus.OUTDATED):
            assert shown((1, ONLINE), (5, status), until_s=6) == [(1, ONLINE), (5, status)]
            assert shown((1, status), (5, ONLINE), until_s=6) == [(1, status), (5, ONLINE)]


def test_however_it_flaps_what_is_shown_holds_and_ends_true() -> None:
    for seed in range(50):
        chance = random.Random(seed)
        at_s, changes = 0.0, []
        for _ in range(200):
            at_s += chance.uniform(0.1, 3.0)
            changes.append((at_s, chance.choice([ONLINE, OFFLINE, CONNECTING])))
        last = chance.choice([ONLINE, OFFLINE])
        changes.append((at_s + 1, last))
        told = shown(*changes, until_s=at_s + 20)
        assert told[-1][1] is last if told else last is OFFLINE
        since = next((at for at, status in told if status is ONLINE), 0.0)
        times = [at for at, _ in told if at >= since]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert all(gap >= UP_AFTER_S - 0.21 for gap in gaps), (seed, told)
