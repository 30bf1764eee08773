"""The supervisor's inbox: a refused command stays with what it held, whatever time goes by."""

from __future__ import annotations

from datetime import timedelta

from backend.insight.refusals import Refusal, read_refusals
from backend.stores.models import LocationRow
from shared.events import CommandRefused
from tests.backend.databases import both_databases
from tests.backend.insight.conftest import Day
from tests.backend.rooms import Rooms
from tests.factories import STORE_ID, make_asker


def refuse(rooms: Rooms, number: int = 1, **evidence: object) -> None:
    rooms.tell(
        CommandRefused(
            store_id=STORE_ID,
            at=rooms.clock.now(),
            command_id=f"cmd_{number}",
            command_name="pick.confirm",
            picker_id="per_Ada",
            problem_code="pick_already_done",
            detail="this pick is picked already",
            made_at=rooms.clock.now() - timedelta(minutes=5),
            evidence=evidence,
        )
    )


def inbox(rooms: Rooms, store_id: str = STORE_ID) -> list[Refusal]:
    with rooms.database.reading() as session:
        return read_refusals(session, store_id)


@both_databases
class TestInbox:
    def test_it_says_who_what_where_and_keeps_the_evidence(self, day: Day) -> None:
        rooms = day.rooms
        rooms.hire("Ada")
        pick_list = rooms.walking(make_asker("Ada"), o1=["A-1-1"])
        pick = rooms.pick_of("A-1-1")
        place = LocationRow(id=pick.location_id, store_id=STORE_ID, aisle="A1", bay=4, shelf=3, node=0, x_m=0, y_m=0)
        day.keep(place)
        body = {"pick_list_id": pick_list.id, "pick_id": pick.id, "quantity": 2, "scan": "7610000000011"}
        refuse(rooms, **body)
        rooms.clock.advance(90 * 24 * 3600)
        [refusal] = inbox(rooms)
        assert (refusal.picker_name, refusal.command_name) == ("Ada", "pick.confirm")
        assert (refusal.scan, refusal.quantity, refusal.body) == ("7610000000011", 2, body)
        assert refusal.address == "A1-4-3"
        assert refusal.made_at is not None
        assert refusal.at - refusal.made_at == timedelta(minutes=5)

    def test_one_about_nothing_known_is_shown_all_the_same(self, day: Day) -> None:
        rooms = day.rooms
        refuse(rooms, pick_list_id="pkl_gone", pick_id="pck_gone", quantity="many")
        [refusal] = inbox(rooms)
        assert (refusal.address, refusal.product_names, refusal.quantity) == ("", None, None)
        assert refusal.detail == "this pick is picked already"

    def test_the_newest_come_first_and_other_stores_see_none(self, day: Day) -> None:
        rooms = day.rooms
        refuse(rooms, 1)
        rooms.clock.advance(1)
        refuse(rooms, 2)
        assert [refusal.command_id for refusal in inbox(rooms)] == ["cmd_2", "cmd_1"]
        assert inbox(rooms, "sto_other") == []
