"""Containers are bound to totes by scanning them; a pick that shows another order's tote is refused."""

from __future__ import annotations

import pytest

from backend.picking.errors import PickListTaken, ToteInUse, ToteNotFound, WrongToteScanned
from backend.picking.models import PickRow, ToteRow
from shared.commands import BindTote, StartPickList
from shared.events import ToteBound
from shared.picking import PickStatus
from tests.backend.picking.steps import confirmation
from tests.backend.rooms import Rooms
from tests.factories import make_asker

ADA = make_asker("Ada")
BEN = make_asker("Ben")


def bind(rooms: Rooms, tote: ToteRow, code: str) -> None:
    rooms.ask(ADA, BindTote(pick_list_id=tote.pick_list_id, tote_id=tote.id, code=code))


class TestBind:
    def test_the_document_says_which_container_is_which_tote(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
        first, second = rooms.rows(ToteRow)
        bind(rooms, first, "tote-1")
        bind(rooms, second, "TOTE-2")

        with rooms.database.reading() as session:
            document = rooms.views.pick_list(session, pick_list.id)
        assert document is not None
        assert [tote.codes for tote in document.totes] == [["TOTE-1"], ["TOTE-2"]]
        assert document.revision == pick_list.revision + 2

    def test_a_full_tote_goes_on_in_another_container(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        (tote,) = rooms.rows(ToteRow)
        bind(rooms, tote, "TOTE-1")
        bind(rooms, tote, "TOTE-2")

        assert rooms.rows(ToteRow)[0].codes == ["TOTE-1", "TOTE-2"]
        said = [event for event in rooms.events() if isinstance(event, ToteBound)]
        assert [event.is_split for event in said] == [False, True]

    def test_the_same_again_changes_nothing(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        (tote,) = rooms.rows(ToteRow)
        bind(rooms, tote, "TOTE-1")
        before = rooms.look()
        bind(rooms, tote, "TOTE-1")
        assert rooms.look() == before

    def test_one_container_holds_one_order(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
        first, second = rooms.rows(ToteRow)
        bind(rooms, first, "TOTE-1")
        with pytest.raises(ToteInUse):
            bind(rooms, second, "TOTE-1")

    def test_nor_two_on_different_trolleys(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        bind(rooms, rooms.rows(ToteRow)[0], "TOTE-1")
        rooms.walking(BEN, o2=["B-1-1"])
        tote = rooms.rows(ToteRow)[-1]
        with pytest.raises(ToteInUse):
            rooms.ask(BEN, BindTote(pick_list_id=tote.pick_list_id, tote_id=tote.id, code="TOTE-1"))

    def test_it_must_hang_on_this_trolley(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        with pytest.raises(ToteNotFound):
            rooms.ask(ADA, BindTote(pick_list_id=pick_list.id, tote_id="tot_other", code="TOTE-1"))

    def test_only_whoever_walks_with_it(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        tote = rooms.rows(ToteRow)[0]
        with pytest.raises(PickListTaken):
            rooms.ask(BEN, BindTote(pick_list_id=tote.pick_list_id, tote_id=tote.id, code="TOTE-1"))


class TestShown:
    def test_the_right_one_is_kept_as_evidence(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
        bind(rooms, rooms.rows(ToteRow)[0], "TOTE-1")
        pick = rooms.pick_of("A-1-1")
        tote = next(one for one in rooms.rows(ToteRow) if one.id == pick.tote_id)
        shown = tote.codes[0] if tote.codes else "TOTE-9"
        rooms.ask(ADA, confirmation(pick).model_copy(update={"tote_code": shown}))
        assert rooms.pick_of("A-1-1").tote_code == shown

    def test_another_orders_is_refused_and_the_pick_stays_open(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
        pick = rooms.pick_of("A-1-1")
        other = next(one for one in rooms.rows(ToteRow) if one.id != pick.tote_id)
        bind(rooms, other, "TOTE-2")
        with pytest.raises(WrongToteScanned):
            rooms.ask(ADA, confirmation(pick).model_copy(update={"tote_code": "TOTE-2"}))
        assert rooms.pick_of("A-1-1").status == PickStatus.OPEN

    def test_one_nobody_knows_is_believed(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        rooms.ask(ADA, confirmation(rooms.pick_of("A-1-1")).model_copy(update={"tote_code": "TOTE-9"}))
        assert rooms.rows(PickRow)[0].status == PickStatus.PICKED


def test_a_trolley_that_nobody_has_taken_has_no_containers(rooms: Rooms) -> None:
    pick_list = rooms.planned(o1=["A-1-1"])
    rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
    assert rooms.rows(ToteRow)[0].codes == []
