"""The channels room on a real database, wired as flow.py wires it, with a catalogue one can mend in mid-test."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection
from sqlmodel import select

from backend.channels.channel_endpoints import router as channel_desk_router
from backend.channels.commands import AddChannel
from backend.channels.endpoints import router
from backend.channels.held_order_endpoints import router as held_orders_router
from backend.channels.message_endpoints import router as messages_router
from backend.channels.models import ChannelEventRow, ChannelMessageRow, ChannelOrderRow, IntakeExceptionRow
from backend.channels.poller import ChannelPoller
from backend.channels.port.contract import Edge
from backend.channels.push_endpoints import router as pushes_router
from backend.channels.registry import AdapterRegistry
from backend.channels.service import ChannelsService
from backend.channels.stream_endpoints import router as stream_router
from backend.channels.webhook_endpoints import router as webhooks_router
from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.doors import Doors
from backend.core.http import install_error_handlers
from backend.core.outbox import Outbox
from backend.core.outbox_rows import DEAD, OutboxRow
from backend.core.sealing import Sealer
from backend.core.writer import Transaction, Writer
from backend.orders.models import OrderRow
from backend.orders.service import OrdersService
from backend.people.errors import ChannelKeyRefused, NotSignedIn
from backend.people.models import Role
from backend.people.principals import ChannelPrincipal, Principal
from backend.people.staff import ChannelKey
from backend.picking.deciding import Decision
from shared.clock import ManualClock
from shared.errors import BlinkpickError
from shared.events import OrderEvent
from shared.ids import SeededIdSource
from shared.products import ProductCard, ProductNames, UnitOfMeasure
from shared.substitution import ShopperAnswer, SubstitutionStatus
from tests.backend.channels.payloads import payload

HOME, OTHER = "sto_home", "sto_other"
SUPERVISOR, OTHER_SUPERVISOR, PICKER = "ses_supervisor", "ses_other_supervisor", "ses_picker"
SECRETS_KEY = base64.b64encode(bytes(32)).decode()
MILK_GTIN = "4006381333931"
PLATFORM = {"platform": "Uber Eats", "order_id": "153dd7f1-339d-4619-940c-418943c14636"}


class FakeCatalogue:
    """Products by their codes; a test may add one, as a supervisor does who mends the catalogue."""

    def __init__(self) -> None:
        self.cards: dict[str, list[ProductCard]] = {
            store: [
                card("MILK-1L", MILK_GTIN),
                card("BANANA", unit=UnitOfMeasure.GRAM, piece_weight_g=180),
                card("RICE-1KG", "7891000100103"),
                card("EGGS-10"),
                card("COFFEE-500"),
            ]
            for store in (HOME, OTHER)
        }
        self.lookups = 0

    def find_by_codes(
        self, connection: Connection, store_id: str, *, skus: Sequence[str], gtins: Sequence[str]
    ) -> list[ProductCard]:
        self.lookups += 1
        return [each for each in self.cards[store_id] if each.sku in skus or set(each.gtins) & set(gtins)]


def card(sku: str, *gtins: str, unit: UnitOfMeasure = UnitOfMeasure.EACH, piece_weight_g: int = 0) -> ProductCard:
    names = ProductNames(en=sku.title())
    return ProductCard(
        id=f"prd_{sku}", sku=sku, gtins=list(gtins), names=names, unit=unit, piece_weight_g=piece_weight_g
    )


class FakeProposals:
    """Decides whatever it is asked; `refusal` is raised instead where a test has set it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, ShopperAnswer]] = []
        self.refusal: BlinkpickError | None = None

    def answer(
        self, store_id: str, order_line_id: str, proposal_id: str, answer: ShopperAnswer, tx: Transaction
    ) -> Decision:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((store_id, order_line_id, proposal_id, answer))
        status = SubstitutionStatus.APPROVED if answer is ShopperAnswer.APPROVE else SubstitutionStatus.REFUSED
        return Decision(status, tx.now(), is_new=True)


class FakePeople:
    """Keys and sessions from memory; `revoke` makes one worthless at once."""

    def __init__(self) -> None:
        self.channel_keys: dict[str, ChannelPrincipal] = {}
        self._sessions = {
            SUPERVISOR: _principal(HOME, Role.SUPERVISOR),
            OTHER_SUPERVISOR: _principal(OTHER, Role.SUPERVISOR),
            PICKER: _principal(HOME, Role.PICKER),
        }

    def open_channel_keys(self, store_id: str, channel_id: str) -> list[tuple[str, datetime]]:
        return [
            (key, datetime(2026, 1, 1, tzinfo=UTC))
            for key, channel in self.channel_keys.items()
            if (channel.store_id, channel.channel_id) == (store_id, channel_id)
        ]

    async def create_channel_key(self, store_id: str, channel_id: str, caused_by: str) -> ChannelKey:
        key = f"bpk_another_of_{channel_id}"
        self.channel_keys[key] = ChannelPrincipal(channel_id, store_id)
        return ChannelKey(key, key)

    async def revoke_channel_keys(self, store_id: str, channel_id: str, caused_by: str, key_id: str) -> int:
        return int(self.channel_keys.pop(key_id, None) is not None)

    async def authenticate_channel(self, key: str) -> ChannelPrincipal:
        if key not in self.channel_keys:
            raise ChannelKeyRefused("no channel has this key")
        return self.channel_keys[key]

    async def authenticate(self, token: str) -> Principal:
        if token not in self._sessions:
            raise NotSignedIn("sign in first")
        return self._sessions[token]


def _principal(store_id: str, role: Role) -> Principal:
    return Principal(f"per_{role}", role.title(), role, store_id, "dev_1", "ses_1")


class SwitchedTransport(httpx.AsyncBaseTransport):
    """Where adapters' requests go; a test points it at a simulator or at trouble."""

    def __init__(self) -> None:
        self.target: httpx.AsyncBaseTransport = httpx.MockTransport(lambda _: httpx.Response(503))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.target.handle_async_request(request)


class Room:
    """The service, everything around it, and short ways to what tests need again and again."""

    def __init__(
        self, database: Database, writer: Writer, clock: ManualClock, ids: SeededIdSource, run: Callable[..., Any]
    ) -> None:
        self.database, self.writer, self.clock, self.run = database, writer, clock, run
        self.catalogue, self.people, self.transport = FakeCatalogue(), FakePeople(), SwitchedTransport()
        self.orders = OrdersService()
        self.proposals = FakeProposals()
        self.bus = Bus(writer)
        self.secrets: dict[str, str] = {}
        self.channels = ChannelsService(
            database=database,
            handle=self.bus.handle,
            orders=self.orders,
            proposals=self.proposals,
            products=self.catalogue,
            registry=AdapterRegistry(),
            edge=Edge(clock, self.transport),
            secrets=self.secrets,
            sealer=Sealer(SECRETS_KEY, Path("not needed")),
        )
        self.bus.handlers = self.channels.handlers
        writer.listeners = self.channels.listeners
        self.outbox = Outbox(database, writer, clock, owner="test", handlers=self.channels.topics)
        self.poller = ChannelPoller(self.channels, self.bus.handle, clock)
        self.app = FastAPI()
        routers = (webhooks_router, channel_desk_router, messages_router, held_orders_router, router, stream_router)
        for each in (*routers, pushes_router):
            self.app.include_router(each)
        install_error_handlers(self.app)
        self.app.state.house = SimpleNamespace(
            people=self.people, channels=self.channels, bus=self.bus, database=database, clock=clock
        )
        self.served = Doors(self.app, ids=ids)
        transport = httpx.ASGITransport(self.served, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="https://pick.example")

    def add_channel(self, adapter: str = "native", store_id: str = HOME, **settings: Any) -> str:
        """A channel with a key `key of <id>`; returns its id."""
        name = f"{adapter} {len(self.people.channel_keys)}"
        channel_id: str = self.do(AddChannel(store_id, adapter, name, settings))
        self.people.channel_keys[self.key(channel_id)] = ChannelPrincipal(channel_id, store_id)
        return channel_id

    def key(self, channel_id: str) -> str:
        return f"bpk_{channel_id}"

    def do(self, command: Any) -> Any:
        return self.run(self.bus.handle(command))

    def publish(self, event: OrderEvent) -> None:
        self.run(self.writer.submit(lambda tx: tx.publish(event)))

    def ask(self, method: str, path: str, token: str = "", **given: Any) -> httpx.Response:
        headers = given.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        response: httpx.Response = self.run(self.http.request(method, f"/api/v1{path}", headers=headers, **given))
        return response

    def post_order(self, channel_id: str, body: bytes, idempotency_key: str | None = "k-1") -> httpx.Response:
        headers = {"Content-Type": "application/json"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self.ask("POST", "/orders", self.key(channel_id), content=body, headers=headers)

    def settle(self) -> int:
        """Deliver what the outbox holds until nothing is due; returns how many deliveries were tried."""
        count = 0
        while tried := self.run(self.outbox.deliver_due()):
            count += tried
        return count

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)).all())

    def waiting(self, topic: str) -> list[str]:
        """The bodies of what the outbox still has to deliver, oldest first."""
        return [row.body for row in self.rows(OutboxRow) if row.topic == topic and row.state != DEAD]

    @property
    def accepted(self) -> list[OrderRow]:
        return self.rows(OrderRow)

    @property
    def known(self) -> list[ChannelOrderRow]:
        return self.rows(ChannelOrderRow)

    @property
    def messages(self) -> list[ChannelMessageRow]:
        return self.rows(ChannelMessageRow)

    @property
    def exceptions(self) -> list[IntakeExceptionRow]:
        return self.rows(IntakeExceptionRow)

    def told(self, channel_id: str) -> list[dict[str, Any]]:
        """The channel's stream, and that its numbers are dense."""
        rows = sorted(
            (row for row in self.rows(ChannelEventRow) if row.channel_id == channel_id), key=lambda row: row.sequence
        )
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        return [json.loads(row.message) for row in rows]

    def told_names(self, channel_id: str) -> list[str]:
        return [message["name"] for message in self.told(channel_id)]


@pytest.fixture
def room(
    database: Database, writer: Writer, clock: ManualClock, ids: SeededIdSource, run: Callable[..., Any]
) -> Iterator[Room]:
    room = Room(database, writer, clock, ids, run)
    yield room
    run(room.http.aclose())
    run(room.channels.aclose())


@pytest.fixture
def native(room: Room) -> str:
    """The id of a native channel of the home store."""
    return room.add_channel()


@pytest.fixture
def hub(room: Room) -> str:
    """The id of another, by which orders come that came the first way as well."""
    return room.add_channel()


def order_body(**changes: Any) -> bytes:
    """The example order with some fields changed."""
    return json.dumps({**json.loads(payload("native", "order.json")), **changes}).encode()


def order_with(**line_changes: Any) -> bytes:
    """The example order whose first line is changed."""
    order = json.loads(payload("native", "order.json"))
    order["lines"][0] |= line_changes
    return json.dumps(order).encode()


def first_way(**changes: Any) -> bytes:
    return order_body(**{"external_id": "direct-1", "origin": PLATFORM, **changes})


def second_way(**changes: Any) -> bytes:
    """The hub's words for the same order: its own id, its own spelling of the platform, its own note."""
    origin = {**PLATFORM, "platform": "uber_eats"}
    return order_body(**{"external_id": "hub-77", "note": "by the hub", "origin": origin, **changes})


def unknown(body: bytes) -> bytes:
    """An order whose first line is a product that nobody knows."""
    order = json.loads(body)
    order["lines"][0] |= {"sku": "NOBODY-KNOWS", "gtins": []}
    return json.dumps(order).encode()
