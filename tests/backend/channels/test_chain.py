"""A chain's order goes to the store that can serve it, with the reasons kept; nobody's is held for a supervisor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import select

from backend.catalog.models import ProductRow, SoldOutRow
from backend.channels.chain import MEASURED_OVER
from backend.core.journal import read_after
from backend.core.writer import Transaction
from backend.orders.models import OrderRow
from backend.stores.models import StoreRow
from shared.events import OrderStoreChosen
from tests.backend.channels.conftest import HOME, OTHER, SUPERVISOR, Room, card, order_body
from tests.backend.databases import both_databases

NEAR_OTHER = {"delivery": {"position": {"latitude": 41.15, "longitude": -8.62}}}


@pytest.fixture
def chain(room: Room) -> tuple[str, str]:
    """The channels of two stores of one chain: home in Lisbon, the other in Porto."""
    places = {HOME: ("Lisbon", 38.72, -9.14), OTHER: ("Porto", 41.16, -8.63)}

    def build(tx: Transaction) -> None:
        for store_id, (name, latitude, longitude) in places.items():
            floor = {"store_map": {}, "floor_digest": "", "weighed_rules": [], "languages": ["en"]}
            tx.session.add(
                StoreRow(
                    id=store_id,
                    name=name,
                    currency="EUR",
                    time_zone="UTC",
                    latitude=latitude,
                    longitude=longitude,
                    **floor,
                )
            )

    room.run(room.writer.submit(build))
    return room.add_channel(chain="example"), room.add_channel(store_id=OTHER, chain="example")


def soon(room: Room, **changes: Any) -> bytes:
    """An order of now that is due in two hours."""
    now = room.clock.now()
    due = now.timestamp() + 7200
    instants = {"placed_at": now.isoformat(), "due_at": type(now).fromtimestamp(due, now.tzinfo).isoformat()}
    return order_body(**{**instants, **changes})


def chosen(room: Room, store_id: str = HOME) -> list[OrderStoreChosen]:
    with room.database.reading() as session:
        rows = read_after(session, store_id, 0, 100)
    return [OrderStoreChosen.model_validate_json(row.body) for row in rows if row.name == OrderStoreChosen.name]


def sold_out(room: Room, store_id: str, sku: str) -> None:
    def mark(tx: Transaction) -> None:
        row = ProductRow(
            id=f"prd_{sku}",
            store_id=store_id,
            sku=sku,
            name_en=sku,
            unit="each",
            temperature="ambient",
            location_id="l",
        )
        tx.session.add(row)
        tx.session.flush()
        tx.session.add(SoldOutRow(store_id=store_id, sku=sku, product_id=row.id, since=tx.now(), caused_by="per_1"))

    room.run(room.writer.submit(mark))


class TestServed:
    @both_databases
    def test_the_nearest_store_takes_it(self, room: Room, chain: tuple[str, str]) -> None:
        answer = room.post_order(chain[0], soon(room, **NEAR_OTHER))
        (order,) = room.accepted
        assert (order.store_id, order.channel_id) == (OTHER, chain[1])
        assert answer.json() == {
            "external_id": "web-10042",
            "status": "accepted",
            "order_id": order.id,
            "store_id": OTHER,
        }
        assert room.told_names(chain[1]) == ["order.accepted"]
        assert room.told(chain[0]) == []

    def test_the_reasons_are_kept_and_shown(self, room: Room, chain: tuple[str, str]) -> None:
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        read = room.ask("GET", "/orders/web-10042", room.key(chain[0])).json()
        (event,) = chosen(room)
        assert read["status"] == "passed_on"
        assert read["reason"].startswith("Porto: has all of it, 1.")
        assert (event.serving_store_id, len(event.reasons)) == (OTHER, 2)

    def test_a_repeat_is_the_same_order(self, room: Room, chain: tuple[str, str]) -> None:
        first = room.post_order(chain[0], soon(room, **NEAR_OTHER))
        stays = [room.post_order(chain[0], soon(room, external_id="web-2"), key).json() for key in ("k-3", "k-4")]
        assert stays[0] == stays[1]
        again = room.post_order(chain[0], soon(room, **NEAR_OTHER), "k-2")
        assert again.json() == first.json()
        assert len(room.accepted) == 2

    def test_without_a_position_it_stays(self, room: Room, chain: tuple[str, str]) -> None:
        assert "store_id" not in room.post_order(chain[0], soon(room)).json()
        assert [order.store_id for order in room.accepted] == [HOME]

    @pytest.mark.parametrize("named", [HOME, "Lisbon"])
    def test_the_store_an_order_names_wins(self, room: Room, chain: tuple[str, str], named: str) -> None:
        room.post_order(chain[1], soon(room, **NEAR_OTHER, store=named))
        assert [order.store_id for order in room.accepted] == [HOME]

    def test_who_has_all_of_it_goes_before_who_is_near(self, room: Room, chain: tuple[str, str]) -> None:
        room.catalogue.cards[OTHER] = [card("EGGS-10")]
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        assert [order.store_id for order in room.accepted] == [HOME]

    def test_what_is_sold_out_counts_as_missing(self, room: Room, chain: tuple[str, str]) -> None:
        room.catalogue.cards[OTHER] = list(room.catalogue.cards[HOME])
        sold_out(room, OTHER, "MILK-1L")
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        assert [order.store_id for order in room.accepted] == [HOME]

    def test_a_full_store_passes_it_on(self, room: Room, chain: tuple[str, str]) -> None:
        """Six orders an hour and picker: twelve are due in two hours."""
        for number in range(12):
            room.post_order(chain[1], soon(room, external_id=f"web-{number}", store=OTHER), f"k-{number}")
        room.post_order(chain[0], soon(room, **NEAR_OTHER), "k-last")
        assert [order.store_id for order in room.accepted if order.external_id == "web-10042"] == [HOME]
        assert "Porto: has no time for it" in chosen(room)[0].reasons

    @pytest.mark.parametrize(
        ("age", "serves"), [(MEASURED_OVER / 2, HOME), (MEASURED_OVER + timedelta(hours=1), OTHER)]
    )
    def test_a_slow_store_has_less_time(self, room: Room, chain: tuple[str, str], age: timedelta, serves: str) -> None:
        """Three hours for an order, measured lately; what is older says nothing."""
        room.post_order(chain[1], soon(room, external_id="web-before", store=OTHER), "k-before")
        ready_at = room.clock.now() - age

        def picked(tx: Transaction) -> None:
            order = tx.session.exec(select(OrderRow)).one()
            order.status, order.ready_at = "ready", ready_at
            order.picking_started_at = ready_at - timedelta(hours=3)
            tx.session.add(order)

        room.run(room.writer.submit(picked))
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        assert [order.store_id for order in room.accepted if order.external_id == "web-10042"] == [serves]

    def test_other_chains_and_channels_switched_off_serve_nothing(self, room: Room, chain: tuple[str, str]) -> None:
        room.run(room.writer.submit(lambda tx: tx.connection.execute(sa.text("UPDATE channel SET is_enabled = false"))))
        room.run(
            room.writer.submit(
                lambda tx: tx.connection.execute(
                    sa.text("UPDATE channel SET is_enabled = true WHERE id = :id"), {"id": chain[0]}
                )
            )
        )
        room.add_channel(store_id=OTHER, chain="another")
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        assert [order.store_id for order in room.accepted] == [HOME]


class TestNobody:
    def test_it_is_held_with_the_reasons_and_a_supervisor_may_take_it_here(
        self, room: Room, chain: tuple[str, str]
    ) -> None:
        late = {"due_at": room.clock.now().isoformat(), "placed_at": "2026-01-05T00:00:00Z"}
        held = room.post_order(chain[0], soon(room, **NEAR_OTHER, **late))
        assert (held.json()["status"], held.json()["reason"]) == ("held", "no_store_serves")
        (exception,) = room.exceptions
        assert "has no time for it" in exception.facts["problems"][0]["detail"]
        path = f"/intake/exceptions/{exception.id}/retry"
        assert room.ask("POST", path, SUPERVISOR).json()["status"] == "accepted"
        assert [order.store_id for order in room.accepted] == [HOME]

    def test_a_store_nobody_knows_is_not_guessed(self, room: Room, chain: tuple[str, str]) -> None:
        held = room.post_order(chain[0], soon(room, store="Faro"))
        assert held.json()["reason"] == "no_store_serves"
        assert room.accepted == []

    def test_a_channel_without_a_chain_serves_its_own_store_only(self, room: Room, native: str) -> None:
        assert room.post_order(native, soon(room, store=HOME)).json()["status"] == "accepted"
        held = room.post_order(native, soon(room, external_id="web-2", store=OTHER), "k-2")
        assert held.json()["reason"] == "no_store_serves"


class TestAfterwards:
    def cancel(self, room: Room, channel: str) -> httpx.Response:
        return room.ask("POST", "/orders/web-10042/cancel", room.key(channel), json={"reason": "changed their mind"})

    def test_who_sent_it_may_cancel_it(self, room: Room, chain: tuple[str, str]) -> None:
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        assert self.cancel(room, chain[0]).is_success
        assert self.cancel(room, chain[1]).is_success
        assert [order.status for order in room.accepted] == ["cancelled"]
        assert room.told_names(chain[1]) == ["order.accepted", "order.cancelled"]

    def test_it_is_amended_where_it_is_served(self, room: Room, chain: tuple[str, str]) -> None:
        room.post_order(chain[0], soon(room, **NEAR_OTHER))
        headers = {"Idempotency-Key": "k-9", "Content-Type": "application/json"}
        content = soon(room, note="other")
        answers = [
            room.ask("PUT", "/orders/web-10042", room.key(channel), content=content, headers=headers)
            for channel in chain
        ]
        assert [answer.status_code for answer in answers] == [409, 200]

    def test_by_two_ways_it_is_one_order_all_the_same(self, room: Room, chain: tuple[str, str]) -> None:
        origin = {"platform": "keeta", "order_id": "7"}
        room.post_order(chain[0], soon(room, **NEAR_OTHER, origin=origin))
        hub = room.add_channel()
        answer = room.post_order(hub, soon(room, external_id="hub-1", origin=origin))
        (order,) = room.accepted
        assert (answer.json()["status"], answer.json()["order_id"]) == ("duplicate", order.id)
