"""The order a newcomer posts is one the native channel takes, of several departments and with something weighed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.channels.adapters.native.payload import parse_order
from backend.channels.port import IncomingOrder, OrderUnit
from backend.demo.orders import demo_products
from backend.demo.orders_to_try import DEPARTMENTS_SHOWN, order_to_try
from shared.products import ProductCard, ProductNames, UnitOfMeasure
from shared.substitution import SubstitutionWish
from tests.factories import OPENING


def card(sku: str, department: str = "Dairy", **parts: Any) -> ProductCard:
    values = {"id": f"prd_{sku}", "sku": sku, "gtins": [], "names": ProductNames(en=f"Product {sku}")}
    return ProductCard(**{**values, "department": department, "price_minor": 199, **parts})


def shop(departments: int) -> list[ProductCard]:
    """Two products of each department, and bananas."""
    pieces = [card(f"{number}-{side}", f"Department {number:02d}") for number in range(departments) for side in "ab"]
    return [*pieces, card("BANANA", "Fruit", unit=UnitOfMeasure.GRAM, price_minor=439)]


def order_of(cards: list[ProductCard]) -> IncomingOrder:
    return parse_order(json.dumps(order_to_try(cards, "web-1", OPENING)).encode())


class TestOrderToTry:
    def test_it_is_due_in_an_hour(self) -> None:
        order = order_of(shop(3))
        assert (order.external_id, order.placed_at, order.due_at) == ("web-1", OPENING, OPENING + timedelta(hours=1))

    @pytest.mark.parametrize(("departments", "shown"), [(1, 1), (3, 3), (5, 5), (9, 5), (40, 5)])
    def test_one_product_from_each_of_some_departments_and_one_weighed(self, departments: int, shown: int) -> None:
        cards = {each.sku: each for each in shop(departments)}
        *pieces, weighed = order_of(list(cards.values())).lines
        assert len({cards[line.sku].department for line in pieces}) == len(pieces) == shown <= DEPARTMENTS_SHOWN
        assert (weighed.sku, weighed.unit, str(weighed.quantity)) == ("BANANA", OrderUnit.KILOGRAM, "0.750")

    def test_the_departments_are_from_all_over_the_shop(self) -> None:
        skus = [line.sku for line in order_of(shop(10)).lines]
        assert skus[:-1] == ["0-a", "2-a", "4-a", "6-a", "8-a"]

    def test_one_line_asks_for_two(self) -> None:
        assert [str(line.quantity) for line in order_of(shop(3)).lines[:-1]] == ["1", "2", "1"]

    def test_the_first_lets_the_store_choose_and_the_second_wants_to_be_asked(self) -> None:
        wishes = [line.substitution for line in order_of(shop(3)).lines]
        assert wishes == [SubstitutionWish.ALLOW, SubstitutionWish.ASK, None, None]

    def test_the_total_is_what_the_lines_come_to(self) -> None:
        order = order_of(shop(3))
        assert order.total_minor == 4 * 199 + 329  # 0.750 kg at 4.39

    def test_a_shop_without_weighed_goods(self) -> None:
        assert [line.unit for line in order_of([card("a")]).lines] == [OrderUnit.EACH]

    def test_the_demo_store_itself(self) -> None:
        entries = demo_products()
        cards = [
            card(
                each.sku,
                each.department,
                names=ProductNames(en=each.name_en),
                unit=UnitOfMeasure(each.unit),
                price_minor=each.price_minor,
            )
            for each in entries
        ]
        order = order_of(cards)
        assert len(order.lines) == DEPARTMENTS_SHOWN + 1
        assert {line.sku for line in order.lines} <= {each.sku for each in entries}
