"""What a picker's command does to a pick list, and what it refuses without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from backend.picking.errors import (
    AnotherPickListOpen,
    PickAlreadyDone,
    PickListClosed,
    PickListNotFound,
    PickListNotStarted,
    PickListTaken,
    PickNotFound,
    PicksStillOpen,
    QuantityWrong,
    WrongProductScanned,
)
from shared.clock import ManualClock
from shared.commands import ConfirmPick, FinishPickList, RecordWrongScan, ReportShort, StartPickList
from shared.errors import BlinkpickError
from shared.events import PickConfirmed, PickListFinished, PickListStarted, PickShort, WrongScanned
from shared.picking import PickListStatus, PickStatus, ShortReason
from tests.backend.picking.steps import confirm, finish_all, short
from tests.backend.rooms import Rooms
from tests.factories import OPENING, WEIGHED_SKU, make_asker, make_cancellation, make_order

ADA = make_asker("Ada")
BEN = make_asker("Ben")
STRANGER = make_asker("Cleo", store_id="sto_other")


@contextmanager
def refused(rooms: Rooms, error: type[BlinkpickError], match: str | None = None) -> Iterator[None]:
    """The command raises `error`, and not one row is different afterwards."""
    before = rooms.look()
    with pytest.raises(error, match=match):
        yield
    assert rooms.look() == before


class TestStart:
    def test_the_trolley_is_the_pickers(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        clock.advance(20)
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        started = rooms.pick_list(pick_list.id)
        assert (started.status, started.picker_id, started.picker_name) == (PickListStatus.PICKING, "per_Ada", "Ada")
        assert (started.shift_id, started.colour, started.pattern) == ("shf_Ada", "blue", "slow")
        assert started.started_at == OPENING + timedelta(seconds=20)
        assert started.revision == pick_list.revision + 1
        event = next(event for event in rooms.events() if isinstance(event, PickListStarted))
        assert (event.order_ids, event.shift_id) == ([rooms.order("o1").id], "shf_Ada")

    def test_ones_own_again_changes_nothing(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        before = rooms.look()
        clock.advance(60)
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        assert rooms.look() == before

    def test_anothers_is_refused_by_name(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, PickListTaken, "Ada walks with this trolley"):
            rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))

    def test_a_second_one_is_refused_and_says_which_is_open(self, rooms: Rooms) -> None:
        first = rooms.walking(ADA, o1=["A-1-1"])
        second = rooms.planned(o2=["B-1-1"])

        with pytest.raises(AnotherPickListOpen) as caught:
            rooms.ask(ADA, StartPickList(pick_list_id=second.id))
        assert caught.value.facts == {"pick_list_id": first.id}
        rooms.ask(BEN, StartPickList(pick_list_id=second.id))
        assert rooms.pick_list(second.id).picker_id == BEN.person_id

    def test_the_next_one_after_finishing(self, rooms: Rooms) -> None:
        finish_all(rooms, ADA, rooms.walking(ADA, o1=["A-1-1"]))

        assert rooms.walking(ADA, o2=["B-1-1"]).status == PickListStatus.PICKING

    @pytest.mark.parametrize("asker", [ADA, BEN])
    def test_finished(self, rooms: Rooms, asker: object) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, pick_list)

        with refused(rooms, PickListClosed, "finished"):
            rooms.ask(asker, StartPickList(pick_list_id=pick_list.id))

    def test_cancelled(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        rooms.do(make_cancellation(make_order("o1", [])))

        with refused(rooms, PickListClosed, "cancelled"):
            rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

    def test_of_another_store_or_none_is_not_found(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])

        with refused(rooms, PickListNotFound):
            rooms.ask(STRANGER, StartPickList(pick_list_id=pick_list.id))
        with refused(rooms, PickListNotFound):
            rooms.ask(ADA, StartPickList(pick_list_id="pkl_none"))


class TestConfirm:
    def test_the_ordered_quantity(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        clock.advance(15)
        confirm(rooms, ADA, "A-1-1")

        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.quantity_picked, pick.picker_id) == (PickStatus.PICKED, 2, "per_Ada")
        assert (pick.scan, pick.entered_by) == ("A-1-1", "scanner")
        assert pick.done_at == pick.recorded_at == OPENING + timedelta(seconds=15)
        assert rooms.pick_list(pick_list.id).revision == pick_list.revision + 1
        assert rooms.pick_of("B-1-1").status == PickStatus.OPEN
        event = next(event for event in rooms.events() if isinstance(event, PickConfirmed))
        assert (event.pick_id, event.quantity, event.picker_id) == (pick.id, 2, "per_Ada")

    @pytest.mark.parametrize("quantity", [1, 3])
    def test_another_quantity(self, rooms: Rooms, quantity: int) -> None:
        rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, QuantityWrong, "2 ordered"):
            confirm(rooms, ADA, "A-1-1", quantity=quantity)

    @pytest.mark.parametrize("grams", [750, 1000, 1250])
    def test_weighed_within_the_tolerance(self, rooms: Rooms, grams: int) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])
        confirm(rooms, ADA, WEIGHED_SKU, quantity=grams)

        assert rooms.pick_of(WEIGHED_SKU).quantity_picked == grams

    @pytest.mark.parametrize("grams", [749, 1251])
    def test_weighed_beyond_it(self, rooms: Rooms, grams: int) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])

        with refused(rooms, QuantityWrong):
            confirm(rooms, ADA, WEIGHED_SKU, quantity=grams)

    def test_the_wrong_product(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1", "B-1-1"])

        with refused(rooms, WrongProductScanned, "Product A-1-1"):
            confirm(rooms, ADA, "A-1-1", scan=rooms.products.stocked["prd_B-1-1"].card.gtins[0])

    def test_twice(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")

        with refused(rooms, PickAlreadyDone, "picked already"):
            confirm(rooms, ADA, "A-1-1")

    def test_after_short(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1")

        with refused(rooms, PickAlreadyDone, "short already"):
            confirm(rooms, ADA, "A-1-1")

    def test_of_a_cancelled_order(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        rooms.do(make_cancellation(make_order("o1", [])))

        with refused(rooms, PickAlreadyDone, "cancelled already"):
            confirm(rooms, ADA, "A-1-1")

    def test_the_same_product_for_two_orders_is_two_picks(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"], o2=["A-1-1"])
        first, second = rooms.picks(pick_list.id)
        rooms.ask(ADA, ConfirmPick(pick_list_id=pick_list.id, pick_id=second.id, quantity=2, scan="A-1-1"))

        assert [pick.status for pick in rooms.picks(pick_list.id)] == [PickStatus.OPEN, PickStatus.PICKED]
        assert first.tote_id != second.tote_id


class TestReportShort:
    @pytest.mark.parametrize("found", [0, 1])
    def test_fewer_than_ordered(self, rooms: Rooms, found: int) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1", found=found, reason=ShortReason.DAMAGED)

        pick = rooms.pick_of("A-1-1")
        assert (pick.status, pick.quantity_picked, pick.short_reason) == (PickStatus.SHORT, found, ShortReason.DAMAGED)
        assert rooms.pick_list(pick_list.id).revision == pick_list.revision + 1
        event = next(event for event in rooms.events() if isinstance(event, PickShort))
        assert (event.quantity_found, event.reason) == (found, ShortReason.DAMAGED)

    @pytest.mark.parametrize("found", [2, 3])
    def test_everything_found_is_not_short(self, rooms: Rooms, found: int) -> None:
        rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, QuantityWrong, "not short"):
            short(rooms, ADA, "A-1-1", found=found)

    def test_twice(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1")

        with refused(rooms, PickAlreadyDone):
            short(rooms, ADA, "A-1-1", found=1)


class TestRecordWrongScan:
    def test_tells_the_supervisor_and_changes_no_pick(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        pick = rooms.pick_of("A-1-1")
        rooms.ask(ADA, self.command(pick_list.id, pick.id))

        event = rooms.events()[-1]
        assert isinstance(event, WrongScanned)
        assert (event.scan, event.problem_code, event.picker_id) == ("4006381333931", "wrong_product", "per_Ada")
        assert rooms.pick_of("A-1-1") == pick
        assert rooms.pick_list(pick_list.id) == pick_list

    def test_for_a_pick_that_is_not_there(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, PickNotFound):
            rooms.ask(ADA, self.command(pick_list.id, "pck_none"))

    def command(self, pick_list_id: str, pick_id: str) -> RecordWrongScan:
        return RecordWrongScan(
            pick_list_id=pick_list_id, pick_id=pick_id, scan="4006381333931", problem_code="wrong_product"
        )


class TestFinish:
    def test_with_everything_done(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        confirm(rooms, ADA, "A-1-1")
        short(rooms, ADA, "B-1-1")
        clock.advance(45)
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

        finished = rooms.pick_list(pick_list.id)
        assert (finished.status, finished.finished_at) == (PickListStatus.FINISHED, OPENING + timedelta(seconds=45))
        event = next(event for event in rooms.events() if isinstance(event, PickListFinished))
        assert (event.order_ids, event.picker_id) == ([rooms.order("o1").id], "per_Ada")

    def test_with_open_picks(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        confirm(rooms, ADA, "A-1-1")

        with refused(rooms, PicksStillOpen, "1 picks"):
            rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

    def test_twice(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, pick_list)

        with refused(rooms, PickListClosed):
            rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))


class TestWhoMay:
    """The same refusals for every command that changes a pick list."""

    @pytest.fixture(params=[ConfirmPick, ReportShort, FinishPickList])
    def kind(self, request: pytest.FixtureRequest) -> type:
        kind: type = request.param
        return kind

    def command(self, rooms: Rooms, kind: type, pick_list_id: str, pick_id: str | None = None) -> object:
        parts = {
            ConfirmPick: {"quantity": 2, "scan": "A-1-1"},
            ReportShort: {"quantity_found": 0, "reason": "damaged"},
            FinishPickList: {},
        }[kind]
        if kind is not FinishPickList:
            parts["pick_id"] = pick_id or rooms.pick_of("A-1-1").id
        return kind(pick_list_id=pick_list_id, **parts)

    def test_not_before_the_trolley_is_taken(self, rooms: Rooms, kind: type) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])

        with refused(rooms, PickListNotStarted):
            rooms.ask(ADA, self.command(rooms, kind, pick_list.id))

    def test_not_another_picker(self, rooms: Rooms, kind: type) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, PickListTaken, "Ada"):
            rooms.ask(BEN, self.command(rooms, kind, pick_list.id))

    def test_not_a_picker_of_another_store(self, rooms: Rooms, kind: type) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])

        with refused(rooms, PickListNotFound):
            rooms.ask(STRANGER, self.command(rooms, kind, pick_list.id))

    def test_not_after_it_is_closed(self, rooms: Rooms, kind: type) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, pick_list)

        with refused(rooms, PickListClosed):
            rooms.ask(ADA, self.command(rooms, kind, pick_list.id))

    @pytest.mark.parametrize("kind", [ConfirmPick, ReportShort])
    def test_not_a_pick_of_another_list(self, rooms: Rooms, kind: type) -> None:
        finish_all(rooms, ADA, rooms.walking(ADA, o1=["A-1-1"]))
        other = rooms.pick_of("A-1-1").id
        pick_list = rooms.walking(ADA, o2=["B-1-1"])

        with refused(rooms, PickNotFound):
            rooms.ask(ADA, self.command(rooms, kind, pick_list.id, other))
