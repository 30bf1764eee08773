"""The played iFood's items: what it sells is changed, what it does not is left out, wrong and too many are refused."""

from __future__ import annotations

from typing import Any

import pytest

from backend.channels.adapters.ifood_host.ingestion import WINDOW_S, Ingestion
from backend.channels.adapters.ifood_host.platform import Refused
from backend.channels.port.played_shelf import PlayedShelf
from shared.clock import ManualClock

NONE_LEFT = {"barcode": "4006381333931", "inventory": {"stock": 0}}


def ingestion(shelf: PlayedShelf, clock: ManualClock, per_window: int = 0) -> Ingestion:
    return Ingestion(shelf, {"4006381333931": "MILK-1L"}, per_window, clock)


def test_only_what_is_named_and_sold_here(shelf: PlayedShelf, clock: ManualClock) -> None:
    prices = {"price": 12.9, "promotionPrice": 11.9}
    ingestion(shelf, clock).take([{"barcode": "0", "inventory": {"stock": 0}}, {**NONE_LEFT, "prices": prices}])
    assert (shelf.is_on_sale("MILK-1L"), shelf.price_of("MILK-1L")) == (False, "11.90")


@pytest.mark.parametrize(
    "item",
    [
        {"inventory": {"stock": 0}},
        {**NONE_LEFT, "active": False},
        {"barcode": "4006381333931", "prices": {"price": 1.0, "promotionPrice": 2.0}},
    ],
)
def test_wrong_items_are_refused(shelf: PlayedShelf, clock: ManualClock, item: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        ingestion(shelf, clock).take([item])


def test_too_many_are_refused_until_the_next_window(shelf: PlayedShelf, clock: ManualClock) -> None:
    played = ingestion(shelf, clock, per_window=2)
    played.take([NONE_LEFT, NONE_LEFT])
    with pytest.raises(Refused) as refused:
        played.take([NONE_LEFT])
    assert refused.value.status == 429
    clock.advance(WINDOW_S)
    played.take([NONE_LEFT])
