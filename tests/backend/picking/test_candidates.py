"""What a pick list says of substitutes, so that the phone needs nobody to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.candidates import KNOWN_S
from backend.picking.models import PickListRow
from shared.clock import ManualClock
from shared.picking import Pick, PickStatus
from shared.substitution import CANDIDATES_MAX, SubstitutionStatus, SubstitutionWish
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, put_back, substitute, walking_with
from tests.backend.rooms import Rooms
from tests.factories import OPENING, make_asker

ADA = make_asker("Ada")
ASK = SubstitutionWish.ASK


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    rooms.products.substitutes["A-1-1"] = ["A-1-2", "B-1-1", "C-1-1", "D-1-1"]
    return rooms


def shown(rooms: Rooms, pick_list: PickListRow, sku: str = "A-1-1") -> Pick:
    with rooms.database.reading() as session:
        document = rooms.views.pick_list(session, pick_list.id)
    assert document is not None
    return next(pick for pick in document.picks if pick.product.sku == sku)


def test_nothing_where_the_shopper_wants_nothing(rooms: Rooms) -> None:
    pick = shown(rooms, rooms.walking(o1=["A-1-1"]))
    assert (pick.wish, pick.candidates, pick.substitution) == (SubstitutionWish.REFUSE, [], None)


def test_the_best_with_their_cards_and_places(rooms: Rooms) -> None:
    pick = shown(rooms, walking_with(rooms, ADA, ASK, "A-1-1"))
    assert pick.wish is ASK
    assert [each.product.sku for each in pick.candidates] == ["A-1-2", "B-1-1", "C-1-1"]
    assert [each.location.address for each in pick.candidates] == ["A-1-2", "B-1-1", "C-1-1"]
    assert len(pick.candidates) == CANDIDATES_MAX


def test_not_where_the_place_is_gone(rooms: Rooms) -> None:
    del rooms.places.locations["loc_B-1-1"]
    pick = shown(rooms, walking_with(rooms, ADA, ASK, "A-1-1"))
    assert [each.product.sku for each in pick.candidates] == ["A-1-2", "C-1-1"]


def test_what_is_done_needs_none(rooms: Rooms) -> None:
    pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
    confirm(rooms, ADA, "A-1-1")
    assert shown(rooms, pick_list).candidates == []


def test_they_are_believed_for_a_while(rooms: Rooms, clock: ManualClock) -> None:
    pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
    assert shown(rooms, pick_list).candidates
    rooms.products.substitutes["A-1-1"] = []
    assert shown(rooms, pick_list).candidates
    clock.advance(KNOWN_S + 1)
    assert shown(rooms, pick_list).candidates == []


class TestWhatBecameOfIt:
    def test_a_proposal_says_until_when(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "B-1-1")
        pick = shown(rooms, pick_list)
        assert (pick.status, pick.quantity_picked) == (PickStatus.PROPOSED, 0)
        assert pick.substitution is not None
        assert (pick.substitution.product.sku, pick.substitution.location.address) == ("B-1-1", "B-1-1")
        assert pick.substitution.answer_by == OPENING + timedelta(seconds=300)

    @both_databases
    def test_refused_it_is_to_be_put_back(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "B-1-1")
        clock.advance(300)
        rooms.deliver()
        pick = shown(rooms, pick_list)
        assert pick.status is PickStatus.SHORT
        assert pick.substitution is not None
        assert (pick.substitution.status, pick.substitution.answer_by) == (SubstitutionStatus.REFUSED, None)
        assert pick.substitution.is_to_put_back
        put_back(rooms, ADA, "A-1-1")
        after = shown(rooms, pick_list).substitution
        assert after is not None
        assert not after.is_to_put_back

    def test_a_product_that_left_the_catalogue_is_not_shown(self, rooms: Rooms) -> None:
        pick_list = walking_with(rooms, ADA, ASK, "A-1-1")
        substitute(rooms, ADA, "A-1-1", "B-1-1")
        del rooms.products.stocked["prd_B-1-1"]
        assert shown(rooms, pick_list).substitution is None
