"""A dead phone: another picker scans the trolley and goes on; while its own picker is heard, nobody can."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.commands import TakeOverTrolley
from backend.picking.errors import AnotherPickListOpen, PickAlreadyDone, PickListTaken, TrolleyNotFound
from backend.picking.models import PickListRow
from backend.picking.taking_over import TrolleyFound
from shared.commands import BindTote
from shared.events import PickListLeft, PickListTakenOver
from shared.picking import PickStatus
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all
from tests.backend.picking.test_leaving import ADA, BEN, lit, phones_of, shown
from tests.backend.rooms import LEASE, Rooms
from tests.factories import STORE_ID

CODE = "TOTE-7"


def with_a_dead_phone(rooms: Rooms) -> PickListRow:
    """Ada has hung up a tote and picked one of three; then nothing is heard of her."""
    rooms.hire("Ada")
    rooms.hire("Ben")
    pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1", "C-1-1"])
    tote = shown(rooms, pick_list).totes[0]
    rooms.ask(ADA, BindTote(pick_list_id=pick_list.id, tote_id=tote.id, code=CODE))
    confirm(rooms, ADA, "A-1-1")
    return pick_list


def take_over(rooms: Rooms, code: str = CODE) -> str:
    taken: str = rooms.do(TakeOverTrolley(BEN, code))
    return taken


def found(rooms: Rooms) -> TrolleyFound:
    with rooms.database.reading() as session:
        return rooms.picking.taking_over.find_trolley(session, STORE_ID, CODE)


@both_databases
class TestLease:
    def test_who_is_heard_keeps_the_trolley(self, rooms: Rooms) -> None:
        pick_list = with_a_dead_phone(rooms)
        rooms.clock.advance(LEASE.total_seconds() - 1)
        with pytest.raises(PickListTaken, match="Ada walks with this trolley"):
            take_over(rooms)
        assert shown(rooms, pick_list).picker_id == "per_Ada"

    def test_each_scan_renews_it(self, rooms: Rooms) -> None:
        with_a_dead_phone(rooms)
        rooms.clock.advance(LEASE.total_seconds() - 1)
        confirm(rooms, ADA, "B-1-1")
        rooms.clock.advance(LEASE.total_seconds() - 1)
        with pytest.raises(PickListTaken):
            take_over(rooms)

    def test_when_it_is_over_whoever_stands_there_goes_on(self, rooms: Rooms) -> None:
        pick_list = with_a_dead_phone(rooms)
        rooms.clock.advance(LEASE.total_seconds())
        assert take_over(rooms) == pick_list.id
        document = shown(rooms, pick_list)
        assert (document.picker_id, document.is_left) == ("per_Ben", False)
        assert [pick.status for pick in document.picks].count(PickStatus.PICKED) == 1
        assert lit(rooms, pick_list) == {BEN.colour}
        assert pick_list.id in phones_of(rooms, "per_Ben")
        assert pick_list.id not in phones_of(rooms, "per_Ada")
        left, taken = [event for event in rooms.events() if isinstance(event, PickListLeft | PickListTakenOver)]
        assert (left.picker_id, taken.picker_id) == ("per_Ada", "per_Ben")
        finish_all(rooms, BEN, pick_list)

    def test_one_that_was_left_is_free_at_once(self, rooms: Rooms) -> None:
        pick_list = with_a_dead_phone(rooms)
        rooms.send_home("Ada")
        assert take_over(rooms) == pick_list.id
        assert shown(rooms, pick_list).picker_id == "per_Ben"


@both_databases
class TestLateCommands:
    def test_what_was_picked_before_counts_and_nothing_counts_twice(self, rooms: Rooms) -> None:
        """Ada's phone comes back with two picks it had made without network; Ben has picked one of them again."""
        pick_list = with_a_dead_phone(rooms)
        made_at = rooms.clock.now() + timedelta(seconds=5)
        rooms.clock.advance(LEASE.total_seconds())
        take_over(rooms)
        confirm(rooms, BEN, "B-1-1")
        with pytest.raises(PickAlreadyDone):
            confirm(rooms, ADA, "B-1-1", made_at=made_at)
        confirm(rooms, ADA, "C-1-1", made_at=made_at)
        assert all(pick.quantity_picked == pick.quantity_ordered for pick in shown(rooms, pick_list).picks)

    def test_what_comes_after_is_refused(self, rooms: Rooms) -> None:
        with_a_dead_phone(rooms)
        rooms.clock.advance(LEASE.total_seconds())
        take_over(rooms)
        with pytest.raises(PickListTaken):
            confirm(rooms, ADA, "C-1-1")


@both_databases
class TestWhoAndWhat:
    def test_an_unknown_tote_is_no_trolley(self, rooms: Rooms) -> None:
        with_a_dead_phone(rooms)
        with pytest.raises(TrolleyNotFound):
            take_over(rooms, "TOTE-8")

    def test_one_trolley_at_a_time(self, rooms: Rooms) -> None:
        with_a_dead_phone(rooms)
        rooms.walking(BEN, o2=["A-1-1"])
        rooms.clock.advance(LEASE.total_seconds())
        with pytest.raises(AnotherPickListOpen):
            take_over(rooms)

    def test_ones_own_stays_ones_own(self, rooms: Rooms) -> None:
        pick_list = with_a_dead_phone(rooms)
        before = len(rooms.events())
        assert rooms.do(TakeOverTrolley(ADA, CODE.lower())) == pick_list.id
        assert len(rooms.events()) == before

    def test_the_phone_is_told_how_far_it_is_and_when_it_is_free(self, rooms: Rooms) -> None:
        with_a_dead_phone(rooms)
        at = found(rooms)
        assert (at.picker_name, at.picks_done, at.picks_total) == ("Ada", 1, 3)
        assert at.free_at == rooms.clock.now() + LEASE
        rooms.send_home("Ada")
        assert found(rooms).free_at is None
