"""A server that counts calls is never asked too often, and what is urgent does not stand in the line."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from backend.labels.call_budget import CallBudget
from tests.simulation.virtual_loop import VirtualLoop


def taken_at_s(per_s: float, calls: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """When each call, asked for at its second, was made; and whether it was urgent."""
    loop = VirtualLoop()
    budget = CallBudget(per_s, loop.time, asyncio.sleep)
    made: list[tuple[float, bool]] = []

    async def call(at_s: float, is_urgent: bool) -> None:
        await asyncio.sleep(at_s)
        await budget.take(is_urgent=is_urgent)
        made.append((loop.time(), is_urgent))

    async def all_of_them() -> None:
        await asyncio.gather(*(call(*each) for each in calls))

    loop.run_until_complete(all_of_them())
    loop.close()
    return made


def test_what_may_wait_goes_at_the_servers_pace() -> None:
    made = taken_at_s(10, [(0.0, False)] * 36)
    assert made[5][0] == 0.0
    assert round(made[35][0], 6) == 3.0


def test_what_is_urgent_goes_at_once_however_long_the_line_is() -> None:
    made = taken_at_s(10, [(0.0, False)] * 100 + [(5.0, True), (5.0, True)])
    assert [round(at_s, 6) for at_s, is_urgent in made if is_urgent] == [5.0, 5.0]


@given(
    st.floats(0.5, 50),
    st.lists(st.tuples(st.floats(0, 5, allow_subnormal=False), st.booleans()), min_size=1, max_size=60),
)
def test_no_second_holds_more_than_two_seconds_worth_and_everybody_gets_their_turn(
    per_s: float, calls: list[tuple[float, bool]]
) -> None:
    made = taken_at_s(per_s, calls)
    assert len(made) == len(calls)
    for begin_s, _ in made:
        within = sum(begin_s <= at_s < begin_s + 1 for at_s, _ in made)
        assert within <= max(1.0, per_s) + per_s + 1
