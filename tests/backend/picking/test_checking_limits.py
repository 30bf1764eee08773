"""How much of a product an order may get, how far a weight may be off, and the store's own word for a short pick."""

from __future__ import annotations

from typing import Any

import pytest

from backend.picking.errors import QuantityWrong
from backend.picking.models import PickListRow
from shared.commands import StartPickList, Substitute, UndoPick
from shared.events import OrderLineShort
from shared.picking import PickStatus, ShortReason
from shared.substitution import SubstitutionWish
from tests.backend.picking.steps import confirm, shortage, substitution
from tests.backend.picking.test_service import refused
from tests.backend.rooms import Rooms
from tests.factories import WEIGHED_SKU, make_asker, make_line, make_order

ADA = make_asker("Ada")


def walking(rooms: Rooms, sku: str, **line: Any) -> PickListRow:
    """One order of this one line, and its picker walks."""
    rooms.do(make_order("o1", [make_line(rooms.products.stocked[f"prd_{sku}"], **line)]))
    assert rooms.release(is_forced=True) == 1
    pick_list = rooms.rows(PickListRow)[-1]
    rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
    return pick_list


def test_more_than_an_order_may_get_is_refused_and_so_much_is_short(rooms: Rooms) -> None:
    walking(rooms, "A-1-1", quantity=5, quantity_max=2)
    with refused(rooms, QuantityWrong, "at most 2"):
        confirm(rooms, ADA, "A-1-1", quantity=5)
    pick = rooms.pick_of("A-1-1")
    with refused(rooms, QuantityWrong, "at most 2"):
        rooms.ask(ADA, shortage(pick, found=3))
    said = shortage(pick, found=2, reason=ShortReason.TOO_FEW)
    rooms.ask(ADA, said.model_copy(update={"store_reason": "quantity_limit"}))

    assert (rooms.pick_of("A-1-1").status, rooms.pick_of("A-1-1").quantity_picked) == (PickStatus.SHORT, 2)
    event = next(event for event in rooms.events() if isinstance(event, OrderLineShort))
    assert (event.reason, event.store_reason) == (ShortReason.TOO_FEW, "quantity_limit")


@pytest.mark.parametrize(
    ("tolerance_percent", "grams", "is_right"),
    [(7, 1064, True), (6, 1064, False), (6, 940, True), (6, 939, False), (0, 1000, True), (0, 1001, False)],
)
def test_a_weight_may_be_off_by_what_the_line_says(
    rooms: Rooms, tolerance_percent: int, grams: int, is_right: bool
) -> None:
    walking(rooms, WEIGHED_SKU, tolerance_percent=tolerance_percent)
    if is_right:
        confirm(rooms, ADA, WEIGHED_SKU, quantity=grams)
        assert rooms.pick_of(WEIGHED_SKU).quantity_picked == grams
    else:
        with refused(rooms, QuantityWrong):
            confirm(rooms, ADA, WEIGHED_SKU, quantity=grams)


def test_the_stores_own_word_is_kept_until_it_is_taken_back(rooms: Rooms) -> None:
    pick_list = walking(rooms, "A-1-1")
    pick = rooms.pick_of("A-1-1")
    rooms.ask(ADA, shortage(pick, reason=ShortReason.DAMAGED).model_copy(update={"store_reason": "recalled"}))
    assert (rooms.pick_of("A-1-1").short_reason, rooms.pick_of("A-1-1").store_reason) == ("damaged", "recalled")

    rooms.ask(ADA, UndoPick(pick_list_id=pick_list.id, pick_id=pick.id))
    assert (rooms.pick_of("A-1-1").short_reason, rooms.pick_of("A-1-1").store_reason) == (None, "")


def test_no_more_of_a_substitute_than_an_order_may_get(rooms: Rooms) -> None:
    ordered, other = rooms.products.stocked["prd_A-1-1"], rooms.products.stocked["prd_B-1-1"]
    rooms.products.stocked["prd_B-1-1"] = limited(other, 1)
    walking(rooms, "A-1-1", quantity=2, wish=SubstitutionWish.ALLOW, wished_skus=("B-1-1",))
    assert ordered.card.sku == "A-1-1"
    said: Substitute = substitution(rooms.pick_of("A-1-1"), "B-1-1", quantity=2)
    with refused(rooms, QuantityWrong, "at most 1 of the substitute"):
        rooms.ask(ADA, said)
    rooms.ask(ADA, substitution(rooms.pick_of("A-1-1"), "B-1-1", quantity=1))
    assert rooms.pick_of("A-1-1").status == PickStatus.SUBSTITUTED


def limited(product: Any, most: int) -> Any:
    """The same product, of which an order gets so many."""
    card = product.card.model_copy(update={"max_per_order": most})
    return type(product)(**{**{name: getattr(product, name) for name in product.__dataclass_fields__}, "card": card})
