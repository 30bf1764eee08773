"""An order leaves once, complete, and only to whoever can show that it is theirs; the proof stays."""

from __future__ import annotations

import pytest

from backend.handover.errors import AgeNotChecked, BagsWrong, HandOverLocked, NothingWaits, OrderNotReady
from backend.orders.models import OrderStatus
from shared.events import OrderHandedOver
from shared.handover import TRIES_MAX, HandOverProof, bag_codes_of
from shared.store_rules import StoreRules
from tests.backend.handover.conftest import Desk
from tests.factories import make_product

ASKS_PIN = StoreRules(asks_handover_pin=True)


class TestBags:
    def test_counted_by_eye(self, desk: Desk) -> None:
        order_id = desk.ready()
        with pytest.raises(BagsWrong, match="has 2 bags, and 1 are here"):
            desk.give(order_id, bags=1)
        assert desk.give(order_id, bags=2).is_done
        assert desk.rooms.order("o1").status == OrderStatus.HANDED_OVER

    def test_scanned_by_the_codes_that_were_printed(self, desk: Desk) -> None:
        order_id = desk.ready()
        first, second = bag_codes_of(order_id, 2, [], "BAG-")
        with pytest.raises(BagsWrong):
            desk.give(order_id, bag_codes=(first,))
        desk.give(order_id, bag_codes=(second, first.lower()))
        assert desk.proofs()[0].bags == 2

    def test_one_of_another_order_is_named(self, desk: Desk) -> None:
        order_id = desk.ready("o1", "A-1-1", 2, "BAG-1", "BAG-2")
        with pytest.raises(BagsWrong, match="BAG-9 is no bag of order"):
            desk.give(order_id, bag_codes=("BAG-1", "BAG-9"))

    def test_never_counted_is_given_out_all_the_same(self, desk: Desk) -> None:
        assert desk.give(desk.ready(bags=0), bags=3).is_done


class TestProof:
    def test_the_right_pin(self, desk: Desk) -> None:
        desk.rules = ASKS_PIN
        order_id = desk.ready()
        assert desk.give(order_id, shown=desk.rooms.order("o1").handover_pin).is_done
        (row,) = desk.proofs()
        assert (row.proof, row.person_name, row.done_at) == (HandOverProof.PIN, "Ana", desk.rooms.clock.now())

    def test_a_wrong_one_costs_a_try_and_five_lock_it(self, desk: Desk) -> None:
        desk.rules = ASKS_PIN
        order_id = desk.ready()
        pin = desk.rooms.order("o1").handover_pin
        wrong = f"{(int(pin) + 1) % 10_000:04d}"
        answers = [desk.give(order_id, shown=wrong) for _ in range(TRIES_MAX)]
        assert [answer.tries_left for answer in answers] == [4, 3, 2, 1, 0]
        assert not any(answer.is_done for answer in answers)
        with pytest.raises(HandOverLocked):
            desk.give(order_id, shown=pin)
        assert [order.tries_left for order in desk.waiting()] == [0]

    def test_then_a_supervisor_answers_for_it_with_a_reason(self, desk: Desk) -> None:
        desk.rules = ASKS_PIN
        order_id = desk.ready()
        assert not desk.give(order_id, is_supervisor=True).is_done
        assert desk.give(order_id, is_supervisor=True, note="called the platform").is_done
        (row,) = desk.proofs()
        assert (row.proof, row.note, row.wrong_pins) == (HandOverProof.SUPERVISOR, "called the platform", 1)

    def test_nobody_is_asked_for_a_pin_that_their_platform_never_told(self, desk: Desk) -> None:
        desk.rules, desk.pin_hearers = ASKS_PIN, set()
        order_id = desk.ready()
        assert [order.asks_pin for order in desk.waiting()] == [False]
        assert desk.give(order_id, shown="o1").is_done
        assert [row.proof for row in desk.proofs()] == [HandOverProof.CODE]

    def test_a_picker_cannot(self, desk: Desk) -> None:
        desk.rules = ASKS_PIN
        assert not desk.give(desk.ready(), note="trust me").is_done

    @pytest.mark.parametrize(("shown", "proof"), [("o1", HandOverProof.CODE), ("", HandOverProof.NONE)])
    def test_a_store_that_asks_for_nothing_keeps_what_was_shown(
        self, desk: Desk, shown: str, proof: HandOverProof
    ) -> None:
        desk.give(desk.ready(), shown=shown)
        said = desk.rooms.events()[-1]
        assert isinstance(said, OrderHandedOver)
        assert (said.proof, said.bags, said.handed_over_by) == (proof, 2, "per_1")


class TestOnce:
    def test_given_out_twice_is_once(self, desk: Desk) -> None:
        order_id = desk.ready()
        desk.give(order_id)
        before = desk.rooms.look()
        assert desk.give(order_id).is_done
        assert desk.rooms.look() == before

    def test_not_before_it_is_ready(self, desk: Desk) -> None:
        desk.rooms.accept("o9", "B-1-1")
        with pytest.raises(OrderNotReady):
            desk.give(desk.rooms.order("o9").id)

    def test_an_order_there_is(self, desk: Desk) -> None:
        with pytest.raises(NothingWaits):
            desk.give("ord_none")


class TestAge:
    def test_a_document_is_seen_first(self, desk: Desk) -> None:
        known = desk.rooms.products.stocked["prd_A-1-1"]
        adult = make_product("A-1-1", known.location_id, gtins=known.card.gtins, is_age_restricted=True)
        desk.rooms.products.stocked["prd_A-1-1"] = adult
        order_id = desk.ready()
        assert desk.waiting()[0].is_age_restricted
        with pytest.raises(AgeNotChecked):
            desk.give(order_id)
        assert desk.give(order_id, is_age_checked=True).is_done
        assert desk.proofs()[0].is_age_checked
