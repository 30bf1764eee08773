"""What substitutes make of order lines and of what channels hear: it adds up to what was ordered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.clock import ManualClock
from shared.commands import FinishPickList
from shared.events import OrderLineShort, OrderLineSubstituted, OrderLineSubstitutionProposed, OrderReady
from shared.picking import ShortReason
from shared.substitution import DecidedBy, ShopperAnswer, SubstitutionWish
from tests.backend.picking.steps import substitute, walking_with
from tests.backend.rooms import Rooms
from tests.factories import OPENING, make_asker, make_cancellation, make_order

ADA = make_asker("Ada")
ASK, ALLOW = SubstitutionWish.ASK, SubstitutionWish.ALLOW


def answer_proposal(rooms: Rooms, answer: ShopperAnswer) -> str:
    """The shopper of `o1` says it; which proposal it was."""
    (line,) = rooms.lines("o1")
    proposal_id = line.proposal_id
    assert proposal_id is not None
    rooms.writer.run_once(lambda tx: rooms.deciding.answer(line.store_id, line.id, proposal_id, answer, tx))
    return proposal_id


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    rooms.products.substitutes["A-1-1"] = ["A-1-2"]
    return rooms


class TestGiven:
    def test_the_channel_hears_what_and_how_many(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2", found=1, reason=ShortReason.DAMAGED)
        event = next(event for event in rooms.events() if isinstance(event, OrderLineSubstituted))
        assert (event.quantity_ordered, event.quantity_picked) == (2, 1)
        assert (event.quantity_substituted, event.quantity_short) == (1, 0)
        assert (event.substitute_sku, event.substitute_name) == ("A-1-2", "Product A-1-2")
        assert (event.reason, event.decided_by) == (ShortReason.DAMAGED, DecidedBy.WISH)
        assert event.store_reason == ""
        (line,) = rooms.lines("o1")
        assert (line.status, line.quantity_picked, line.quantity_substituted) == ("substituted", 1, 1)
        assert (line.substitute_sku, line.short_reason) == ("A-1-2", "damaged")

    @pytest.mark.parametrize(("quantity", "is_complete"), [(2, True), (1, False)])
    def test_the_order_is_complete_when_nothing_is_missing(
        self, rooms: Rooms, quantity: int, is_complete: bool
    ) -> None:
        pick_list = walking_with(rooms, ADA, ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2", quantity=quantity)
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))
        event = next(event for event in rooms.events() if isinstance(event, OrderLineSubstituted))
        assert event.quantity_short == 2 - quantity
        ready = next(event for event in rooms.events() if isinstance(event, OrderReady))
        assert ready.is_complete is is_complete


class TestProposed:
    def test_the_channel_hears_until_when(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        event = next(event for event in rooms.events() if isinstance(event, OrderLineSubstitutionProposed))
        assert (event.answer_by, event.if_silent) == (OPENING + timedelta(seconds=300), ShopperAnswer.REFUSE)
        (line,) = rooms.lines("o1")
        assert (line.status, line.quantity_substituted, line.proposal_id) == ("proposed", 0, event.proposal_id)

    def test_refused_it_is_short_for_the_pickers_reason(self, rooms: Rooms, clock: ManualClock) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2", found=1, reason=ShortReason.EXPIRED)
        clock.advance(300)
        rooms.deliver()
        event = next(event for event in rooms.events() if isinstance(event, OrderLineShort))
        assert (event.quantity_picked, event.reason) == (1, ShortReason.EXPIRED)
        (line,) = rooms.lines("o1")
        assert (line.status, line.quantity_substituted, line.substitute_sku) == ("short", 0, None)

    @pytest.mark.parametrize("answer", list(ShopperAnswer))
    def test_the_stores_own_reason_goes_along(self, rooms: Rooms, answer: ShopperAnswer) -> None:
        """In what asks the shopper, and in what becomes of it: the picker gave it once."""
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2", reason=ShortReason.DAMAGED, store_reason="crushed_box")
        answer_proposal(rooms, answer)
        asked = next(event for event in rooms.events() if isinstance(event, OrderLineSubstitutionProposed))
        told = OrderLineSubstituted if answer is ShopperAnswer.APPROVE else OrderLineShort
        became = next(event for event in rooms.events() if isinstance(event, told))
        assert [asked.store_reason, became.store_reason] == ["crushed_box", "crushed_box"]

    def test_approved_it_is_given(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        proposal_id = answer_proposal(rooms, ShopperAnswer.APPROVE)
        event = next(event for event in rooms.events() if isinstance(event, OrderLineSubstituted))
        assert (event.decided_by, event.proposal_id) == (DecidedBy.SHOPPER, proposal_id)
        assert rooms.lines("o1")[0].quantity_substituted == 2

    def test_a_cancelled_order_cancels_the_line(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        rooms.do(make_cancellation(make_order("o1", [])))
        assert rooms.lines("o1")[0].status == "cancelled"
