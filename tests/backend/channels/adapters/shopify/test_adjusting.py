"""What is left to do of an adjustment: only what is not so yet, and a refund of what the shop says is overpaid."""

from __future__ import annotations

from typing import Any

import pytest

from backend.channels.adapters.shopify.adjusting import Edits, edits_left, refund_of

WANTED = {"kept": {"1": 1, "2": 0}, "added": {"EGGS-10": 2}, "known": ["1", "2", "3"]}


def state(*lines: tuple[str, str, int], paid: str = "20.00", price: str = "20.00", **more: Any) -> dict[str, Any]:
    nodes = [{"id": f"gid://shopify/LineItem/{line}", "sku": sku, "currentQuantity": n} for line, sku, n in lines]
    payments = [
        {"id": "gid://t/1", "kind": "SALE", "status": "SUCCESS", "gateway": "gift_card", "amountSet": money("5.00")},
        {"id": "gid://t/2", "kind": "SALE", "status": "FAILURE", "gateway": "card", "amountSet": money("15.00")},
        {"id": "gid://t/3", "kind": "CAPTURE", "status": "SUCCESS", "gateway": "card", "amountSet": money("15.00")},
    ]
    return {
        "id": "gid://shopify/Order/77",
        "netPaymentSet": money(paid),
        "currentTotalPriceSet": money(price),
        "lineItems": {"nodes": nodes},
        "transactions": payments,
        **more,
    }


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


@pytest.mark.parametrize(
    ("lines", "edits"),
    [
        ([("1", "MILK", 3), ("2", "RICE", 2), ("3", "TEA", 1)], Edits({"1": 1, "2": 0}, {"EGGS-10": 2})),
        ([("1", "MILK", 1), ("2", "RICE", 2), ("9", "EGGS-10", 1)], Edits({"2": 0}, {"EGGS-10": 1})),
        ([("1", "MILK", 1), ("2", "RICE", 0), ("9", "EGGS-10", 2)], Edits({}, {})),
        ([("1", "MILK", 0), ("2", "RICE", 0), ("9", "EGGS-10", 3)], Edits({}, {})),
        ([("3", "EGGS-10", 5)], Edits({}, {"EGGS-10": 2})),
    ],
)
def test_only_what_is_not_so_yet(lines: list[tuple[str, str, int]], edits: Edits) -> None:
    assert edits_left(state(*lines), WANTED) == edits
    assert bool(edits) == bool(edits.quantities or edits.added)


def test_the_oldest_payments_are_paid_back_first_and_none_more_than_it_was() -> None:
    found = refund_of(state(paid="20.00", price="12.50"))
    assert found is not None
    parts = [(each["parentId"], each["gateway"], each["amount"]) for each in found["input"]["transactions"]]
    assert parts == [("gid://t/1", "gift_card", "5.00"), ("gid://t/3", "card", "2.50")]


def test_the_key_is_the_same_until_something_is_paid_back() -> None:
    first, again = (refund_of(state(paid="20.00", price="12.50")) for _ in range(2))
    other = refund_of(state(paid="15.00", price="12.50"))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first["key"] == again["key"] != other["key"]


@pytest.mark.parametrize(("paid", "price"), [("20.00", "20.00"), ("0.00", "20.00"), ("20.00", "21.00")])
def test_nothing_overpaid_is_nothing_to_refund(paid: str, price: str) -> None:
    assert refund_of(state(paid=paid, price=price)) is None
