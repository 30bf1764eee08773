"""Another product for what is missing: what is allowed, what is refused, and what it makes of the pick."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.commands import Asker, HandOverTrolley
from backend.picking.errors import (
    NotForThisPicker,
    NothingToPutBack,
    PickAlreadyDone,
    PickListTaken,
    PickNotFound,
    ProposalsUndecided,
    QuantityWrong,
    SubstituteNotAllowed,
    WrongProductScanned,
)
from backend.picking.models import SubstitutionRow
from backend.picking.substituting import SubstitutionRules
from shared.clock import ManualClock
from shared.commands import FinishPickList, SeekSubstitute, StartPickList
from shared.events import PickSubstituted, SubstitutePutBack, SubstitutionProposed
from shared.picking import PickStatus, ShortReason
from shared.substitution import DecidedBy, ShopperAnswer, SubstitutionStatus, SubstitutionWish
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, put_back, short, substitute, substitution, walking_with
from tests.backend.picking.test_service import refused
from tests.backend.rooms import Rooms
from tests.factories import OPENING, STORE_ID, WEIGHED_SKU, make_asker, make_cancellation, make_order, make_product

ADA = make_asker("Ada")
BEN = make_asker("Ben")


def seek(rooms: Rooms, asker: Asker, sku: str, other: str) -> None:
    pick = rooms.pick_of(sku)
    rooms.ask(asker, SeekSubstitute(pick_list_id=pick.pick_list_id, pick_id=pick.id, product_id=f"prd_{other}"))


ASK, ALLOW, REFUSE = SubstitutionWish.ASK, SubstitutionWish.ALLOW, SubstitutionWish.REFUSE


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    """A-1-1 may be replaced by A-1-2, then by B-1-1."""
    rooms.products.substitutes["A-1-1"] = ["A-1-2", "B-1-1"]
    return rooms


class TestAllowed:
    def test_it_is_given_at_once(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")

        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.quantity_picked, pick.picker_id) == (PickStatus.SUBSTITUTED, 0, "per_Ada")
        (row,) = rooms.rows(SubstitutionRow)
        assert (row.status, row.decided_by, row.quantity) == (SubstitutionStatus.GIVEN, DecidedBy.WISH, 2)
        assert (row.product_id, row.scan, row.answer_by) == ("prd_A-1-2", "A-1-2", None)
        event = next(event for event in rooms.events() if isinstance(event, PickSubstituted))
        assert (event.product_id, event.quantity_substituted) == ("prd_A-1-2", 2)

    def test_some_may_have_been_found(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "B-1-1", found=1, reason=ShortReason.TOO_FEW)
        assert rooms.pick_of("A-1-1").quantity_picked == 1
        assert rooms.pick_of("A-1-1").short_reason == ShortReason.TOO_FEW

    def test_the_trolley_is_handed_over(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ALLOW, "A-1-1", "C-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        confirm(rooms, ADA, "C-1-1")
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))
        assert rooms.event_names()[-2:] == ["pick_list.finished", "order.ready"]

    def test_what_the_shopper_named_counts_though_the_store_would_not(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1", wished_skus=("D-1-1",))
        substitute(rooms, ADA, "A-1-1", "D-1-1")
        assert rooms.pick_of("A-1-1").status == PickStatus.SUBSTITUTED


class TestAsked:
    def test_it_is_a_proposal_and_the_picker_walks_on(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1", "C-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        assert rooms.pick_of("A-1-1").status == PickStatus.PROPOSED
        event = next(event for event in rooms.events() if isinstance(event, SubstitutionProposed))
        assert (event.answer_by, event.if_silent) == (OPENING + timedelta(seconds=300), ShopperAnswer.REFUSE)
        confirm(rooms, ADA, "C-1-1")

    def test_the_trolley_waits_for_the_answer(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        with refused(rooms, ProposalsUndecided, match="1 shoppers are being asked .* decided at 08:05:00 UTC"):
            rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

    @both_databases
    def test_a_cancelled_order_closes_it(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        rooms.do(make_cancellation(make_order("o1", [])))
        (row,) = rooms.rows(SubstitutionRow)
        assert (row.status, rooms.pick_of("A-1-1").status) == (SubstitutionStatus.CLOSED, PickStatus.CANCELLED)
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))
        rooms.deliver()
        clock.advance(301)
        before = rooms.look()
        assert rooms.deliver() == 1, "the deadline comes all the same"
        assert rooms.look() == before


class TestRules:
    def test_an_order_that_is_due_soon_leaves_less_time(self) -> None:
        rules = SubstitutionRules(answer_s=300, margin_s=120)
        assert rules.answer_by(OPENING, OPENING + timedelta(hours=1)) == OPENING + timedelta(seconds=300)
        assert rules.answer_by(OPENING, OPENING + timedelta(seconds=200)) == OPENING + timedelta(seconds=80)

    def test_one_that_is_overdue_leaves_none(self) -> None:
        assert SubstitutionRules().answer_by(OPENING, OPENING - timedelta(hours=1)) == OPENING


class TestRefusals:
    def test_the_shopper_would_rather_have_nothing(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, REFUSE, "A-1-1")
        with refused(rooms, SubstituteNotAllowed, match="rather have nothing"):
            substitute(rooms, ADA, "A-1-1", "A-1-2")

    def test_not_a_product_that_may_stand_in(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        with refused(rooms, SubstituteNotAllowed, match="may not be given for the one ordered"):
            substitute(rooms, ADA, "A-1-1", "D-1-1")

    def test_the_scan_is_another_product(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        with refused(rooms, WrongProductScanned):
            substitute(rooms, ADA, "A-1-1", "A-1-2", scan="B-1-1")

    @pytest.mark.parametrize(("found", "quantity"), [(0, 3), (1, 2), (2, 1)])
    def test_more_than_was_ordered(self, rooms: Rooms, found: int, quantity: int) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        with refused(rooms, QuantityWrong):
            substitute(rooms, ADA, "A-1-1", "A-1-2", found=found, quantity=quantity)

    def test_a_weighed_substitute_may_differ_as_weighed_goods_may(self, rooms: Rooms) -> None:
        rooms.products.stocked["prd_PLUM"] = make_product("PLUM", "loc_A-1-1", unit="gram", article="00043", gtins=[])
        rooms.products.substitutes[WEIGHED_SKU] = ["PLUM"]
        walking_with(rooms, ADA, ALLOW, WEIGHED_SKU)
        with refused(rooms, QuantityWrong):
            substitute(rooms, ADA, WEIGHED_SKU, "PLUM", quantity=1_300)
        substitute(rooms, ADA, WEIGHED_SKU, "PLUM", quantity=1_200)
        assert rooms.pick_of(WEIGHED_SKU).status == PickStatus.SUBSTITUTED

    def test_what_this_picker_may_not_pick(self, rooms: Rooms) -> None:
        rooms.hire("Ada", may_not_pick=["wine"])
        rooms.products.stocked["prd_A-1-2"] = make_product("A-1-2", "loc_A-1-2", department="Wine")
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        with refused(rooms, NotForThisPicker, match="may not pick wine: give another product"):
            substitute(rooms, ADA, "A-1-1", "A-1-2")

    def test_somebody_elses_trolley(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        with refused(rooms, PickListTaken):
            substitute(rooms, BEN, "A-1-1", "A-1-2")

    def test_a_pick_is_settled_once(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ALLOW, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        with refused(rooms, PickAlreadyDone, match="substituted already"):
            substitute(rooms, ADA, "A-1-1", "B-1-1")
        with refused(rooms, PickAlreadyDone):
            short(rooms, ADA, "A-1-1")


def sought_by(rooms: Rooms, pick_list_id: str) -> dict[str, str | None]:
    """Location of each open stop -> where its substitute is looked for."""
    with rooms.database.reading() as session:
        stops = rooms.views.open_stops(session, pick_list_id)
    return {stop.location_id: stop.sought_location_id for stop in stops}


class TestSeeking:
    @both_databases
    def test_the_labels_hear_where_the_picker_goes(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1", "C-1-1")
        seek(rooms, ADA, "A-1-1", "A-1-2")
        assert sought_by(rooms, pick_list.id) == {"loc_A-1-1": "loc_A-1-2", "loc_C-1-1": None}
        assert rooms.event_names()[-1] == "substitute.sought"
        seek(rooms, ADA, "A-1-1", "B-1-1")
        assert sought_by(rooms, pick_list.id)["loc_A-1-1"] == "loc_B-1-1"

    def test_the_pick_list_stays_what_it_is(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        seek(rooms, ADA, "A-1-1", "A-1-2")
        assert rooms.pick_list(pick_list.id).revision == pick_list.revision

    def test_what_comes_too_late_is_nothing(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        before = rooms.look()
        seek(rooms, BEN, "A-1-1", "A-1-2")
        assert rooms.look() == before
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        before = rooms.look()
        seek(rooms, ADA, "A-1-1", "B-1-1")
        assert rooms.look() == before
        assert sought_by(rooms, pick_list.id) == {}

    def test_only_what_may_be_given(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        with refused(rooms, SubstituteNotAllowed):
            seek(rooms, ADA, "A-1-1", "D-1-1")

    def test_of_a_pick_there_is(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        with refused(rooms, PickNotFound):
            rooms.ask(ADA, SeekSubstitute(pick_list_id=pick_list.id, pick_id="pck_x", product_id="prd_A-1-2"))


class TestTakeOver:
    def test_what_was_substituted_before_still_counts(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1", "C-1-1")
        clock.advance(10)
        taken_before = clock.now()
        clock.advance(50)
        rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Boss"))
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))
        clock.advance(60)
        said = substitution(rooms.pick_of("A-1-1"), "A-1-2")
        with refused(rooms, PickListTaken):
            rooms.ask(ADA, said)
        rooms.ask(ADA, said, made_at=taken_before)
        (row,) = rooms.rows(SubstitutionRow)
        assert row.answer_by == clock.now() + timedelta(seconds=300), "the shopper hears of it only now"


class TestPutBack:
    def test_it_is_said_once(self, rooms: Rooms, clock: ManualClock) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        clock.advance(301)
        rooms.deliver()
        put_back(rooms, ADA, "A-1-1")
        put_back(rooms, ADA, "A-1-1")
        (row,) = rooms.rows(SubstitutionRow)
        assert row.put_back_at == clock.now()
        assert len([event for event in rooms.events() if isinstance(event, SubstitutePutBack)]) == 1

    def test_not_before_it_was_refused(self, rooms: Rooms) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        with refused(rooms, NothingToPutBack):
            put_back(rooms, ADA, "A-1-1")

    def test_by_whoever_walks_with_the_trolley(self, rooms: Rooms, clock: ManualClock) -> None:
        walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "A-1-2")
        clock.advance(301)
        rooms.deliver()
        with refused(rooms, PickListTaken):
            put_back(rooms, BEN, "A-1-1")
