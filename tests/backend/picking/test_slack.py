"""Which trolleys go and which wait: as values, without a database."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.picking.planning import (
    Pace,
    PlannedPick,
    PlannedTrolley,
    Promise,
    WaitingLine,
    WaitingOrder,
    all_on_one_walk_m,
    plan_trolleys,
)
from backend.picking.ports import StorePlaces
from backend.picking.slack import (
    DUE_SOON,
    FULL,
    MORE_WAIT,
    NEAR_S,
    WAITED,
    Choice,
    Crew,
    ReleaseRules,
    choose,
    latest_starts,
    none_goes_before,
    walk_s,
)
from backend.routing.problem import StoreGraph
from shared.barcode import DEFAULT_WEIGHED_RULES
from tests.factories import DESK, ENTRANCE, OPENING, make_catalogue, make_locations, make_store

MINUTE_S = 60.0
PACE = Pace(walking_m_per_s=0.5, handling_s=20, begin_and_end_s=100)
RULES = ReleaseRules(totes_max=3, wait_for_company_s=900, slack_margin_s=600, pace=PACE, route_seconds=0.05)
NOBODY = Crew(on_shift=0, walking=0, ready_due_at=())
ONE_FREE = Crew(on_shift=1, walking=0, ready_due_at=())
ALL_BUSY = Crew(on_shift=2, walking=2, ready_due_at=())
LOOK_EVERY_S = 5.0


def minutes(number: float) -> datetime:
    return OPENING + timedelta(minutes=number)


def trolley(
    *order_ids: str, due: float = 240, accepted: float = 0, walk_m: float = 100, lines: int = 10
) -> PlannedTrolley:
    """Instants in minutes after opening. As it stands it takes 500 s."""
    pick = PlannedPick(order_ids[0], WaitingLine("l1", "prd_A-1-1", "each", 1, ""), "loc_A-1-1", 0.0)
    return PlannedTrolley(
        order_ids=order_ids,
        due_at=minutes(due),
        accepted_at=minutes(accepted),
        picks=(pick,) * lines,
        walk=(),
        walk_m=walk_m,
        walk_to_desk_m=0.0,
        lower_bound_m=walk_m,
        is_proven_optimal=True,
        one_order_per_walk_m=walk_m,
        walk_unstaged_m=walk_m,
        serpentine_m=walk_m,
        holds=(),
        placings=(),
    )


TEN_MINUTES = {"walk_m": 150.0, "lines": 10}  # 100 s + 300 s + 200 s


def reasons(choice: Choice) -> dict[str, str]:
    return {order_id: reason for released, reason in choice.released for order_id in released.order_ids}


class TestWalkS:
    def test_walking_handling_beginning_and_end(self) -> None:
        assert walk_s(trolley("o1", walk_m=100, lines=4), RULES) == 100 + 200 + 80


class TestMoreWait:
    """Behind the orders of the plan others wait: what is not full now has found no company among so many."""

    CREW = Crew(on_shift=3, walking=0, ready_due_at=())

    def test_who_is_free_takes_the_fullest_that_is_left(self) -> None:
        trolleys = [trolley("full", "full2", "full3"), trolley("one"), trolley("a", "b"), trolley("two")]

        choice = choose(trolleys, self.CREW, OPENING, RULES, do_more_wait=True)

        assert reasons(choice) == dict.fromkeys(("full", "full2", "full3"), FULL) | dict.fromkeys(
            ("a", "b", "one"), MORE_WAIT
        )

    def test_nobody_free_takes_nothing(self) -> None:
        assert choose([trolley("one")], ALL_BUSY, OPENING, RULES, do_more_wait=True).released == ()

    def test_without_others_behind_they_wait_for_company(self) -> None:
        assert choose([trolley("one")], self.CREW, OPENING, RULES).released == ()


class TestLatestStarts:
    def test_promise_less_margin_less_walk(self) -> None:
        assert latest_starts([trolley("o1", due=60, **TEN_MINUTES)], 1, RULES) == [minutes(60 - 10 - 10)]

    def test_one_picker_must_do_the_walks_one_after_the_other(self) -> None:
        trolleys = [trolley(f"o{number}", due=60, **TEN_MINUTES) for number in range(3)]

        assert sorted(latest_starts(trolleys, 1, RULES)) == [minutes(20), minutes(30), minutes(40)]
        assert sorted(latest_starts(trolleys, 2, RULES)) == [minutes(30), minutes(40), minutes(40)]
        assert latest_starts(trolleys, 3, RULES) == [minutes(40)] * 3

    def test_a_later_promise_that_leaves_time_enough_presses_nobody(self) -> None:
        trolleys = [trolley("later", due=90, **TEN_MINUTES), trolley("sooner", due=60, **TEN_MINUTES)]

        assert latest_starts(trolleys, 1, RULES) == [minutes(70), minutes(40)]


class TestDueSoon:
    def test_not_before_its_latest_start_is_near(self) -> None:
        one = trolley("o1", due=60, **TEN_MINUTES)
        go_at = minutes(40) - timedelta(seconds=NEAR_S)

        before = choose([one], ALL_BUSY, go_at - timedelta(minutes=30), RULES)
        assert before.released == ()

        rules = replace(RULES, wait_for_company_s=7_200)
        assert choose([one], ONE_FREE, go_at - timedelta(seconds=1), rules) == Choice((), go_at)
        assert reasons(choose([one], ONE_FREE, go_at, rules)) == {"o1": DUE_SOON}

    def test_the_rest_stays(self) -> None:
        trolleys = [trolley("calm", "cool", due=240), trolley("urgent", due=15)]

        assert reasons(choose(trolleys, ONE_FREE, OPENING, RULES)) == {"urgent": DUE_SOON}

    def test_where_all_are_busy_it_stands_ready_a_turn_earlier(self) -> None:
        """One of two pickers comes back every five minutes, where a walk takes ten."""
        one = trolley("o1", due=60, **TEN_MINUTES)
        go_at = minutes(40 - 5) - timedelta(seconds=NEAR_S)

        assert choose([one], ALL_BUSY, go_at - timedelta(seconds=1), RULES) == Choice((), go_at)
        assert reasons(choose([one], ALL_BUSY, go_at, RULES)) == {"o1": DUE_SOON}

    def test_the_last_free_picker_is_not_sent_past_it(self) -> None:
        """A full trolley would take the only picker for longer than the other one can wait."""
        full, pressed = trolley("a", "b", "c", due=300, **TEN_MINUTES), trolley("o1", due=25, **TEN_MINUTES)

        assert reasons(choose([pressed], ONE_FREE, OPENING, RULES)) == {}
        assert reasons(choose([full, pressed], ONE_FREE, OPENING, RULES)) == {"o1": DUE_SOON}
        two_free = replace(ONE_FREE, on_shift=2)
        assert reasons(choose([full, pressed], two_free, OPENING, RULES)) == dict.fromkeys("abc", FULL)

    def test_behind_as_many_ready_trolleys_as_pickers_it_keeps_its_chance_of_company(self) -> None:
        late = trolley("late", due=-5)
        line = Crew(on_shift=2, walking=2, ready_due_at=(minutes(-20), minutes(-10)))

        assert choose([late], line, OPENING, RULES).released == ()
        assert reasons(choose([late], replace(line, ready_due_at=(minutes(-20),)), OPENING, RULES)) == {
            "late": DUE_SOON
        }

    def test_ready_trolleys_that_are_due_later_are_not_in_its_way(self) -> None:
        urgent = trolley("urgent", due=10)
        line = Crew(on_shift=2, walking=2, ready_due_at=(minutes(100),) * 5)

        assert reasons(choose([urgent], line, OPENING, RULES)) == {"urgent": DUE_SOON}

    def test_with_nobody_on_shift_the_most_pressing_one_stands_ready(self) -> None:
        trolleys = [trolley("second", due=5), trolley("first", due=4)]

        assert reasons(choose(trolleys, NOBODY, OPENING, RULES)) == {"first": DUE_SOON}


class TestAFullTrolley:
    def test_goes_to_a_free_picker(self) -> None:
        assert reasons(choose([trolley("a", "b", "c")], ONE_FREE, OPENING, RULES)) == dict.fromkeys("abc", FULL)

    def test_one_for_each_free_picker_and_the_most_pressing_first(self) -> None:
        trolleys = [trolley("a", "b", "c", due=300), trolley("d", "e", "f", due=200)]

        assert reasons(choose(trolleys, ONE_FREE, OPENING, RULES)) == dict.fromkeys("def", FULL)
        two = Crew(on_shift=2, walking=0, ready_due_at=())
        assert len(choose(trolleys, two, OPENING, RULES).released) == 2

    @pytest.mark.parametrize("crew", [ALL_BUSY, Crew(on_shift=1, walking=0, ready_due_at=(minutes(300),))])
    def test_waits_while_nobody_is_free(self, crew: Crew) -> None:
        assert choose([trolley("a", "b", "c")], crew, OPENING, RULES).released == ()


class TestWaitedLongEnough:
    def test_counts_from_the_order_that_came_first(self) -> None:
        one = trolley("a", "b", accepted=0)

        assert choose([one], ONE_FREE, minutes(15) - timedelta(seconds=1), RULES) == Choice((), minutes(15))
        assert reasons(choose([one], ONE_FREE, minutes(15), RULES)) == {"a": WAITED, "b": WAITED}

    def test_goes_on_waiting_while_nobody_is_free(self) -> None:
        choice = choose([trolley("a", "b")], ALL_BUSY, minutes(15), RULES)

        assert choice.released == ()
        assert choice.again_at > minutes(180), "until its latest start"

    def test_where_nobody_waits_everything_goes_whoever_is_there(self) -> None:
        rules = replace(RULES, wait_for_company_s=0)

        assert reasons(choose([trolley("a"), trolley("b")], ALL_BUSY, OPENING, rules)) == {"a": WAITED, "b": WAITED}


class TestNothingToDo:
    def test_no_trolley_no_choice(self) -> None:
        assert choose([], NOBODY, OPENING, RULES).released == ()


CATALOGUE = make_catalogue()
PLACES = StorePlaces(StoreGraph.from_map(make_store()), ENTRANCE, DESK, make_locations(), DEFAULT_WEIGHED_RULES)
ENOUGH_PICKERS = 100

comers = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=3_600),  # comes, seconds after opening
        st.lists(st.sampled_from(sorted(CATALOGUE)), min_size=1, max_size=12),  # its products
        st.integers(min_value=60, max_value=7_200),  # seconds to spare, if walked for at once and alone
    ),
    min_size=1,
    max_size=8,
)


class TestNobodyIsLate:
    """Whoever comes and whatever they want: with pickers enough, all that could be in time is in time."""

    @given(comers)
    @settings(max_examples=40, deadline=None)
    def test_with_pickers_enough(self, comers: list[tuple[int, list[str], int]]) -> None:
        orders = [order(f"o{number}", *comer) for number, comer in enumerate(comers)]
        released = live_through(orders)

        assert sorted(released) == sorted(each.id for each in orders)
        for each in orders:
            at, planned = released[each.id]
            assert at >= each.accepted_at
            assert at + timedelta(seconds=walk_s(planned, RULES)) <= each.due_at


crews = st.builds(
    lambda pickers, walking, ready: Crew(pickers, min(walking, pickers), tuple(sorted(map(minutes, ready)))),
    st.integers(0, 4),
    st.integers(0, 4),
    st.lists(st.integers(-10, 120), max_size=3),
)


class TestNoneGoesBefore:
    """What it says without a plan holds for every plan, and most of the time says that none is needed."""

    @given(comers, crews, st.integers(0, 7_200), st.sampled_from([0.0, 300.0, 900.0]))
    @settings(max_examples=60, deadline=None)
    def test_no_plan_lets_anything_go_sooner(
        self, comers: list[tuple[int, list[str], int]], crew: Crew, at_s: int, wait_s: float
    ) -> None:
        orders = [order(f"o{number}", *comer) for number, comer in enumerate(comers)]
        rules = replace(RULES, wait_for_company_s=wait_s)
        now = OPENING + timedelta(seconds=at_s)
        walk_m = all_on_one_walk_m(orders, PLACES, CATALOGUE)
        assert walk_m is not None
        goes_at = none_goes_before(orders, walk_m, crew, now, rules)
        assert goes_at <= none_goes_before(orders, 0.0, crew, now, rules)
        for trolleys in (plan(orders, now), [plan([each], now)[0] for each in orders]):
            choice = choose(trolleys, crew, now, rules)
            assert goes_at <= (now if choice.released else choice.again_at)

    def test_a_few_that_have_time_need_no_plan(self) -> None:
        one = order("o1", 0, ["prd_A-1-1"], 7_200)
        crew = Crew(on_shift=2, walking=0, ready_due_at=())
        assert none_goes_before([one], 20.0, crew, OPENING, RULES) == minutes(15)
        assert none_goes_before([one], 20.0, ALL_BUSY, OPENING, RULES) > minutes(60)

    def test_what_may_be_full_needs_one_where_somebody_is_free(self) -> None:
        three = [order(f"o{number}", 0, ["prd_A-1-1"], 7_200) for number in range(RULES.totes_max)]
        assert none_goes_before(three, 20.0, ONE_FREE, OPENING, RULES) == OPENING
        assert none_goes_before(three, 20.0, ALL_BUSY, OPENING, RULES) > OPENING

    def test_nothing_waits_nothing_goes(self) -> None:
        assert none_goes_before([], 0.0, ONE_FREE, OPENING, RULES).year == 9999


def order(order_id: str, comes_s: int, product_ids: list[str], spare_s: int) -> WaitingOrder:
    lines = tuple(WaitingLine(f"{order_id}-{n}", each, "each", 1, "") for n, each in enumerate(product_ids))
    accepted_at = OPENING + timedelta(seconds=comes_s)
    alone = WaitingOrder(order_id, accepted_at, accepted_at, lines)
    (planned,) = plan([alone], accepted_at)
    return replace(alone, due_at=accepted_at + timedelta(seconds=walk_s(planned, RULES) + spare_s))


def plan(orders: list[WaitingOrder], now: datetime) -> list[PlannedTrolley]:
    return plan_trolleys(
        orders,
        PLACES,
        CATALOGUE,
        now=now,
        totes_max=RULES.totes_max,
        pace=PACE,
        promise=Promise(RULES.slack_margin_s, starts_in_s=0),
        seconds=RULES.route_seconds,
        seed=1,
    )


def live_through(orders: list[WaitingOrder]) -> dict[str, tuple[datetime, PlannedTrolley]]:
    """When each went, and with what. Looks come every five seconds; those at which nothing can change are left out."""
    released: dict[str, tuple[datetime, PlannedTrolley]] = {}
    now = OPENING
    while len(released) < len(orders):
        waiting = [each for each in orders if each.accepted_at <= now and each.id not in released]
        walking = len({planned.order_ids for _, planned in released.values()})
        choice = choose(plan(waiting, now), Crew(ENOUGH_PICKERS, walking, ()), now, RULES)
        for planned, _ in choice.released:
            released.update(dict.fromkeys(planned.order_ids, (now, planned)))
        coming = [each.accepted_at for each in orders if each.accepted_at > now]
        soonest = min([*coming, choice.again_at, now + timedelta(seconds=MINUTE_S)])
        looks = max(1, math.ceil((soonest - now).total_seconds() / LOOK_EVERY_S))
        now += timedelta(seconds=looks * LOOK_EVERY_S)
    return released
