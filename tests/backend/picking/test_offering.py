"""Trolleys are kept for pickers: one each, the most pressing first, and never for longer than somebody wants it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend.core.writer import Transaction
from backend.picking.assigning import Offer
from backend.picking.commands import KeepTrolleys
from backend.picking.errors import NotForThisPicker
from backend.picking.models import OfferRow, PickListRow
from backend.picking.offering import OFFER_S, TAKABLE_EVERY_S
from shared.commands import StartPickList
from shared.products import TemperatureClass
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all
from tests.backend.rooms import IDLE_LOCK_S, RULES, Rooms
from tests.factories import OPENING, STORE_ID, make_asker, make_product

ADA, BEN = make_asker("Ada"), make_asker("Ben")


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    """Each order gets a trolley of its own."""
    rooms.rules(type(RULES)(1, RULES.wait_for_company_s, RULES.slack_margin_s, RULES.pace, RULES.route_seconds))
    return rooms


def trolleys(rooms: Rooms, *skus: str) -> list[PickListRow]:
    """One for each SKU, each due a minute later than the one before."""
    for number, sku in enumerate(skus):
        rooms.accept(f"o{number}", sku, due_at=OPENING + timedelta(minutes=120 + number))
    rooms.release(is_forced=True)
    return sorted(rooms.rows(PickListRow), key=lambda row: row.due_at)


@both_databases
class TestOffers:
    def test_the_most_pressing_is_kept_for_whoever_is_idle(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, "A-1-1", "B-1-1")
        rooms.hire("Ada")

        assert rooms.offer() == {first.id: "per_Ada"}
        assert rooms.offers_said == [{"offers": [{"pick_list_id": first.id, "picker_id": "per_Ada", "name": "Ada"}]}]
        assert second.id not in rooms.offer()

    def test_two_idle_pickers_never_get_the_same(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, "A-1-1", "B-1-1")
        rooms.hire("Ada")
        rooms.clock.advance(10)
        rooms.hire("Ben")

        assert rooms.offer() == {first.id: "per_Ada", second.id: "per_Ben"}  # who has waited longer comes first

    def test_it_goes_to_somebody_else_after_a_minute_untouched(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.hire("Ben")
        assert rooms.offer() == {only.id: "per_Ada"}

        rooms.clock.advance(OFFER_S - 1)
        assert rooms.offer() == {only.id: "per_Ada"}
        rooms.clock.advance(1)
        assert rooms.offer() == {only.id: "per_Ben"}

    def test_a_look_says_when_to_look_again(self, rooms: Rooms) -> None:
        def look() -> float | None:
            again_at = asyncio.run(rooms.offerer.look(STORE_ID))
            return None if again_at is None else (again_at - rooms.clock.now()).total_seconds()

        assert look() is None  # only a trolley that is released could change anything
        trolleys(rooms, "A-1-1")
        assert look() == TAKABLE_EVERY_S
        rooms.hire("Ada")
        assert look() == TAKABLE_EVERY_S
        rooms.clock.advance(OFFER_S - 3)
        assert look() == 3  # then Ada has let it pass
        rooms.ask(ADA, StartPickList(pick_list_id=rooms.rows(PickListRow)[0].id))
        assert look() is None

    def test_whoever_touches_the_phone_keeps_it(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.hire("Ben")
        rooms.offer()

        rooms.clock.advance(OFFER_S - 1)
        rooms.touch("Ada")
        rooms.clock.advance(OFFER_S - 1)
        assert rooms.offer() == {only.id: "per_Ada"}

    def test_who_let_it_pass_gets_it_again_after_touching_the_phone(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.offer()
        rooms.clock.advance(OFFER_S)
        assert rooms.offer() == {}

        rooms.clock.advance(1)
        rooms.touch("Ada")
        assert rooms.offer() == {only.id: "per_Ada"}

    def test_it_lapses_at_once_when_the_shift_ends(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.hire("Ben")
        rooms.offer()

        rooms.send_home("Ada")
        assert rooms.rows_of_offers() == []
        assert rooms.offer() == {only.id: "per_Ben"}

    def test_a_locked_phone_is_offered_nothing(self, rooms: Rooms) -> None:
        trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.clock.advance(IDLE_LOCK_S)
        assert rooms.offer() == {}

    def test_taking_one_ends_what_was_kept(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, "A-1-1", "B-1-1")
        rooms.hire("Ada")
        rooms.offer()

        rooms.ask(ADA, StartPickList(pick_list_id=second.id))  # not the one that was kept: nobody is blocked
        assert rooms.rows_of_offers() == []
        rooms.hire("Ben")
        assert rooms.offer() == {first.id: "per_Ben"}

    def test_one_that_is_kept_for_somebody_else_can_be_taken(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.offer()
        rooms.hire("Ben")

        rooms.ask(BEN, StartPickList(pick_list_id=only.id))
        assert rooms.pick_list(only.id).picker_id == "per_Ben"
        assert rooms.offer() == {}

    def test_a_walker_who_is_back_soon_has_the_next_one_kept(self, rooms: Rooms) -> None:
        first, second, third = trolleys(rooms, "A-1-1", "B-1-1", "C-1-1")
        rooms.hire("Ada")
        rooms.hire("Ben")
        rooms.ask(ADA, StartPickList(pick_list_id=first.id))

        assert rooms.offer() == {second.id: "per_Ben", third.id: "per_Ada"}
        rooms.clock.advance(OFFER_S * 2)
        rooms.touch("Ben")
        assert rooms.offer()[third.id] == "per_Ada"  # whoever walks has not let it pass

    def test_a_finished_walk_frees_its_picker(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, "A-1-1", "B-1-1")
        rooms.hire("Ada")
        rooms.ask(ADA, StartPickList(pick_list_id=first.id))
        rooms.clock.advance(600)
        finish_all(rooms, ADA, first)
        assert rooms.offer() == {second.id: "per_Ada"}

    def test_a_left_trolley_is_offered_too(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.ask(ADA, StartPickList(pick_list_id=only.id))
        rooms.hire("Ben")
        rooms.send_home("Ada")
        assert rooms.offer() == {only.id: "per_Ben"}

    def test_the_database_lets_nobody_have_two(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, "A-1-1", "B-1-1")

        def both(tx: Transaction) -> None:
            for pick_list in (first, second):
                tx.session.add(
                    OfferRow(pick_list_id=pick_list.id, picker_id="per_Ada", store_id=STORE_ID, offered_at=tx.now())
                )
            tx.session.flush()

        with pytest.raises(IntegrityError):
            rooms.writer.run_once(both)

    def test_a_trolley_taken_meanwhile_is_kept_for_nobody(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada")
        rooms.hire("Ben")
        rooms.ask(BEN, StartPickList(pick_list_id=only.id))

        rooms.do(KeepTrolleys(STORE_ID, (Offer(only.id, "per_Ada"),), ()))
        assert rooms.rows_of_offers() == []


class TestMayNotPick:
    def stock_frozen(self, rooms: Rooms, sku: str) -> None:
        stocked = rooms.products.stocked[f"prd_{sku}"]
        frozen = make_product(sku, stocked.location_id, gtins=stocked.card.gtins, temperature=TemperatureClass.FROZEN)
        rooms.products.stocked[f"prd_{sku}"] = frozen

    def test_it_is_never_offered(self, rooms: Rooms) -> None:
        self.stock_frozen(rooms, "A-1-1")
        frozen, other = trolleys(rooms, "A-1-1", "B-1-1")
        rooms.hire("Ada", may_not_pick=["Frozen"])
        assert frozen.holds == ["frozen"]
        assert rooms.offer() == {other.id: "per_Ada"}

    def test_taking_it_is_refused_with_a_clear_sentence(self, rooms: Rooms) -> None:
        self.stock_frozen(rooms, "A-1-1")
        (frozen,) = trolleys(rooms, "A-1-1")
        rooms.hire("Ada", may_not_pick=["frozen"])
        rooms.hire("Ben")

        with pytest.raises(NotForThisPicker) as refused:
            rooms.ask(ADA, StartPickList(pick_list_id=frozen.id))
        assert refused.value.detail == "Ada may not pick frozen, and this trolley needs it: take another one"
        rooms.ask(BEN, StartPickList(pick_list_id=frozen.id))
        confirm(rooms, BEN, "A-1-1")
