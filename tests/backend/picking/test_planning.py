"""From waiting orders to trolleys, as values: every line once, along one walk that the store allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.picking.planning import (
    Obstacle,
    Pace,
    PlannedTrolley,
    Promise,
    WaitingLine,
    WaitingOrder,
    obstacle_to,
    plan_trolleys,
)
from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from backend.stores.stages import DEFAULT_STAGES, StageKind, Stages, rank_of
from shared.barcode import DEFAULT_WEIGHED_RULES
from shared.products import Handling, TemperatureClass
from tests.factories import (
    DESK,
    ENTRANCE,
    OPENING,
    make_catalogue,
    make_location,
    make_locations,
    make_product,
    make_store,
)

CATALOGUE = make_catalogue()
PLACES = StorePlaces(StoreGraph.from_map(make_store()), ENTRANCE, DESK, make_locations(), DEFAULT_WEIGHED_RULES)
ISLAND = 999


def waiting(order_id: str, *skus: str, due_in_s: float = 7_200) -> WaitingOrder:
    lines = tuple(WaitingLine(f"{order_id}-{n}", f"prd_{sku}", "each", 2, "") for n, sku in enumerate(skus))
    return WaitingOrder(order_id, OPENING + timedelta(seconds=due_in_s), OPENING, lines)


PACE = Pace(walking_m_per_s=1, handling_s=10, begin_and_end_s=60)
MARGIN_S = 600.0


def plan(*orders: WaitingOrder, totes_max: int = 6, starts_in_s: float = 0.0) -> list[PlannedTrolley]:
    return plan_trolleys(
        orders,
        PLACES,
        CATALOGUE,
        now=OPENING,
        totes_max=totes_max,
        pace=PACE,
        promise=Promise(MARGIN_S, starts_in_s),
        seconds=0.05,
        seed=1,
    )


class TestPlanTrolleys:
    def test_nothing_to_do(self) -> None:
        assert plan() == []

    def test_the_walk_is_the_shortest_and_says_so(self) -> None:
        (trolley,) = plan(waiting("o1", "A-1-1"))

        assert (trolley.walk[0], trolley.walk[-1]) == (ENTRANCE, DESK)
        assert trolley.walk_m == trolley.lower_bound_m == 20.0  # 16 m along the front, 2 m into aisle A and back
        assert trolley.is_proven_optimal
        assert [pick.walk_from_previous_m for pick in trolley.picks] == [4.0]
        assert trolley.walk_to_desk_m == 16.0

    def test_upper_shelves_follow_lower_ones_of_the_same_bay(self) -> None:
        (trolley,) = plan(waiting("o1", "A-1-2", "A-2-1"), waiting("o2", "A-1-1"))

        assert [pick.location_id for pick in trolley.picks] == ["loc_A-1-1", "loc_A-1-2", "loc_A-2-1"]

    def test_the_saving_is_told_against_one_walk_for_each_order(self) -> None:
        (trolley,) = plan(waiting("o1", "A-1-1"), waiting("o2", "A-1-2"))

        assert (trolley.walk_m, trolley.one_order_per_walk_m) == (20.0, 40.0)

    def test_an_order_too_large_for_one_tote_is_not_split(self) -> None:
        skus = sorted(product.card.sku for product in CATALOGUE.values())
        (trolley,) = plan(waiting("o1", *skus))

        assert len(trolley.picks) == len(CATALOGUE)

    @given(
        st.lists(st.lists(st.sampled_from(sorted(make_locations())), min_size=1, max_size=4), min_size=1, max_size=5),
        st.integers(min_value=1, max_value=6),
    )
    def test_every_line_is_in_exactly_one_trolley(self, baskets: list[list[str]], totes_max: int) -> None:
        sku_at = {product.location_id: product.card.sku for product in CATALOGUE.values()}
        orders = [waiting(f"o{n}", *(sku_at[place] for place in basket)) for n, basket in enumerate(baskets)]

        trolleys = plan(*orders, totes_max=totes_max)

        planned = [pick.line.order_line_id for trolley in trolleys for pick in trolley.picks]
        assert sorted(planned) == sorted(line.order_line_id for order in orders for line in order.lines)
        for trolley in trolleys:
            assert len(trolley.order_ids) <= totes_max
            passed = list(trolley.walk)
            for pick in trolley.picks:  # the picks come in the order in which the walk first passes their shelves
                node = PLACES.locations[pick.location_id].node
                passed = passed[passed.index(node) :]
            legs_m = sum(pick.walk_from_previous_m for pick in trolley.picks) + trolley.walk_to_desk_m
            assert legs_m == pytest.approx(trolley.walk_m)
            assert trolley.walk_m <= trolley.one_order_per_walk_m + 1e-9


class TestStages:
    """Frozen goods stand in aisle A, next to the entrance; everything else is ordinary."""

    PRODUCTS = CATALOGUE | {
        product.card.id: product
        for product in (
            make_product("A-1-1", "loc_A-1-1", temperature=TemperatureClass.FROZEN),
            make_product("B-1-1", "loc_B-1-1", handling=Handling.HEAVY),
        )
    }

    def plan(self, *orders: WaitingOrder, stages: Stages = DEFAULT_STAGES) -> list[PlannedTrolley]:
        places = replace(PLACES, stages=stages)
        return plan_trolleys(
            orders,
            places,
            self.PRODUCTS,
            now=OPENING,
            totes_max=6,
            pace=PACE,
            promise=Promise(MARGIN_S, 0),
            seconds=0.05,
            seed=1,
        )

    def test_heavy_first_frozen_last_and_what_that_costs(self) -> None:
        (trolley,) = self.plan(waiting("o1", "A-1-1", "C-1-1", "B-1-1"))

        assert [pick.location_id for pick in trolley.picks] == ["loc_B-1-1", "loc_C-1-1", "loc_A-1-1"]
        assert trolley.walk_unstaged_m < trolley.walk_m <= trolley.serpentine_m
        legs_m = sum(pick.walk_from_previous_m for pick in trolley.picks) + trolley.walk_to_desk_m
        assert legs_m == pytest.approx(trolley.walk_m)

    def test_a_store_without_stages_walks_the_shortest_way(self) -> None:
        (trolley,) = self.plan(waiting("o1", "A-1-1", "C-1-1", "B-1-1"), stages=())

        assert trolley.picks[0].location_id == "loc_A-1-1"
        assert trolley.walk_m == trolley.walk_unstaged_m == trolley.lower_bound_m

    def test_a_store_may_say_frozen_first(self) -> None:
        cold, warm = {StageKind.FROZEN, StageKind.CHILLED}, set(StageKind) - {StageKind.FROZEN, StageKind.CHILLED}
        (trolley,) = self.plan(waiting("o1", "C-1-1", "A-1-1"), stages=(frozenset(cold), frozenset(warm)))

        assert [pick.location_id for pick in trolley.picks] == ["loc_A-1-1", "loc_C-1-1"]

    def test_what_the_trolley_holds(self) -> None:
        (trolley,) = self.plan(waiting("o1", "A-1-1", "B-1-1"))
        assert trolley.holds == ("ambient", "frozen")

    @given(
        st.lists(st.lists(st.sampled_from(sorted(make_locations())), min_size=1, max_size=4), min_size=1, max_size=4)
    )
    def test_every_walk_keeps_to_the_stages(self, baskets: list[list[str]]) -> None:
        sku_at = {product.location_id: product.card.sku for product in CATALOGUE.values()}
        orders = [waiting(f"o{n}", *(sku_at[place] for place in basket)) for n, basket in enumerate(baskets)]

        for trolley in self.plan(*orders):
            ranks = [rank_of(self.PRODUCTS[pick.line.product_id].card, DEFAULT_STAGES) for pick in trolley.picks]
            assert ranks == sorted(ranks)
            assert trolley.lower_bound_m <= trolley.walk_m + 1e-9
            assert trolley.walk_unstaged_m <= trolley.walk_m + 1e-9
            passed = list(trolley.walk)
            for pick in trolley.picks:
                passed = passed[passed.index(PLACES.locations[pick.location_id].node) :]


class TestPlacings:
    def reasons(self, *trolleys: PlannedTrolley) -> dict[str, str]:
        return {placing.order_id: placing.reason for trolley in trolleys for placing in trolley.placings}

    def test_company_in_the_same_aisle(self) -> None:
        (trolley,) = plan(waiting("o1", "A-1-1", "A-2-1"), waiting("o2", "A-1-2"))

        by_order = {placing.order_id: placing for placing in trolley.placings}
        assert by_order["o2"].reason == "same aisles: 1 of 1 stops shared, adds 0 m"
        assert (by_order["o1"].added_m, by_order["o1"].alone_m) == (4.0, 24.0)
        assert by_order["o1"].reason == "same aisles: 2 of 2 stops shared, adds 4 m"

    def test_company_on_the_way(self) -> None:
        reasons = self.reasons(*plan(waiting("o1", "A-1-1"), waiting("o2", "B-1-1")))
        assert reasons["o1"] == "on the way: 0 of 1 stops shared, adds 4 m"

    def test_what_is_due_soon_says_so(self) -> None:
        reasons = self.reasons(*plan(waiting("urgent", "A-1-1", due_in_s=500), waiting("near", "A-1-2")))
        assert reasons["urgent"].startswith("due soon: 1 of 1 stops shared")

    def test_alone_because_nobody_else_waits(self) -> None:
        assert self.reasons(*plan(waiting("o1", "A-1-1"))) == {"o1": "alone: no other order waits"}

    def test_alone_because_trolleys_carry_one(self) -> None:
        reasons = self.reasons(*plan(waiting("o1", "A-1-1"), waiting("o2", "A-1-2"), totes_max=1))
        assert set(reasons.values()) == {"alone: one order per trolley"}

    def test_alone_because_there_is_no_time(self) -> None:
        skus = sorted(product.card.sku for product in CATALOGUE.values())
        reasons = self.reasons(*plan(waiting("urgent", "A-1-1", due_in_s=500), waiting("far", *skus, *skus)))
        assert reasons["urgent"] == "alone: no room in time"

    def test_alone_because_the_others_are_full(self) -> None:
        orders = [waiting(f"o{number}", "A-1-1") for number in range(2)]
        reasons = self.reasons(*plan(*orders, waiting("rest", "A-1-1"), totes_max=2))
        assert sorted(reason.split(":")[0] for reason in reasons.values()) == ["alone", "same aisles", "same aisles"]
        assert "alone: no trolley has room" in reasons.values()


class TestPromise:
    """How much of an order's slack its companions may use."""

    @pytest.mark.parametrize(
        ("left_s", "back_within_s"),
        [
            (7_200.0, 6_600.0),  # all but the margin
            (1_000.0, 400.0),  # the slack is one and a half margins: from here on a third of it
            (700.0, 300.0),
            (100.0, 100.0),  # none left: alone
            (-50.0, 100.0),  # late whatever happens: alone, and nobody makes it later
        ],
    )
    def test_slack_above_the_margin_or_a_third(self, left_s: float, back_within_s: float) -> None:
        assert Promise(MARGIN_S, starts_in_s=0).back_within_s(left_s, 100.0) == pytest.approx(back_within_s)

    def test_where_all_are_busy_a_late_order_is_not_walked_for_alone(self) -> None:
        assert Promise(MARGIN_S, starts_in_s=60).back_within_s(-50.0, 100.0) == 400.0

    def test_until_somebody_is_back_the_slack_melts(self) -> None:
        assert Promise(MARGIN_S, starts_in_s=1_200).back_within_s(7_200.0, 100.0) == 5_400.0

    def test_an_urgent_order_takes_along_what_fits_and_leaves_what_does_not(self) -> None:
        skus = sorted(product.card.sku for product in CATALOGUE.values())
        urgent = waiting("urgent", "A-1-1", due_in_s=500)
        near, far = waiting("near", "A-1-2"), waiting("far", *skus, *skus)

        by_orders = {frozenset(trolley.order_ids) for trolley in plan(urgent, near, far)}

        assert by_orders == {frozenset({"urgent", "near"}), frozenset({"far"})}

    def test_late_orders_share_a_walk_only_where_nobody_is_free(self) -> None:
        late = [waiting(f"o{number}", "A-1-1", due_in_s=-60) for number in range(3)]

        assert [len(plan(*late, starts_in_s=starts_in_s)) for starts_in_s in (0.0, 60.0)] == [3, 1]


class TestObstacleTo:
    def test_none(self) -> None:
        assert obstacle_to(waiting("o1", "A-1-1", "B-1-1"), PLACES, CATALOGUE) is None

    def test_a_product_without_a_place(self) -> None:
        obstacle = obstacle_to(waiting("o1", "A-1-1", "GONE"), PLACES, CATALOGUE)

        assert obstacle == Obstacle("product_gone", "prd_GONE is no longer in the catalogue")

    def test_a_place_the_store_does_not_have(self) -> None:
        moved = CATALOGUE | {"prd_A-1-1": make_product("A-1-1", "loc_nowhere")}

        obstacle = obstacle_to(waiting("o1", "A-1-1"), PLACES, moved)

        assert obstacle is not None
        assert (obstacle.kind, obstacle.sku) == ("place_gone", "A-1-1")
        assert "loc_nowhere" in obstacle.sentence

    @pytest.mark.parametrize(("node", "sentence"), [(ISLAND, "no walk leads"), (ISLAND + 1, "not on the map")])
    def test_a_shelf_nobody_can_walk_to(self, node: int, sentence: str) -> None:
        floor = make_store()
        graph = StoreGraph(
            [each.id for each in floor.nodes] + [ISLAND], [(edge.a, edge.b, edge.length_m) for edge in floor.edges]
        )
        locations = make_locations() | {"loc_A-1-1": make_location("A", 1, 1, node)}
        places = StorePlaces(graph, ENTRANCE, DESK, locations, DEFAULT_WEIGHED_RULES)

        obstacle = obstacle_to(waiting("o1", "A-1-1"), places, CATALOGUE)

        assert obstacle is not None
        assert (obstacle.kind, obstacle.sku, obstacle.address) == ("no_way", "A-1-1", "A-1-1")
        assert sentence in obstacle.sentence
