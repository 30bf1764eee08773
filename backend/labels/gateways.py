"""The store's gateways: kept in the database, opened through their drivers, and how each of them does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from backend.core.database import Database
from backend.core.errors import BackendError
from backend.core.sealed_settings import hide_secrets
from backend.labels import repository
from backend.labels.bindings import Bindings
from backend.labels.commands import RemoveGateway, SaveGateway
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.errors import GatewayNotFound
from backend.labels.light_rules import LightRules
from backend.labels.models import GatewayRow, LabelRow
from backend.labels.port import Capability, DriverTools, GatewayError, GatewayHealth
from backend.labels.registry import DriverRegistry
from backend.labels.shelf import PlacedLabel, Shelf
from shared.errors import BlinkpickError

NOT_STARTED = "its driver did not start"
LEFT_ALONE = "it is switched off here"
_log = structlog.get_logger("labels")

Handle = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway as the supervisor sees it."""

    gateway_id: str
    name: str
    domain: str
    labels: int
    is_enabled: bool
    health: GatewayHealth
    capability: Capability | None
    """What one plans with, latency as measured; None where it does not run."""
    is_latency_measured: bool


@dataclass(frozen=True, slots=True)
class TestedGateway:
    """What a gateway answered; `heard`: external ids of every label it knows."""

    is_reachable: bool
    detail: str
    heard: Sequence[str]


class Gateways:
    """`handle` is the bus; `settled` waits until a change is taken up."""

    def __init__(
        self,
        *,
        database: Database,
        handle: Handle,
        dispatcher: Dispatcher,
        shelf: Shelf,
        bindings: Bindings,
        registry: DriverRegistry,
        make_tools: Callable[[str], DriverTools],
        settled: Callable[[], Awaitable[None]],
        rules: LightRules,
    ) -> None:
        self._database = database
        self._handle = handle
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._bindings = bindings
        self._registry = registry
        self._make_tools = make_tools
        self._settled = settled
        self._rules = rules
        self._not_started: dict[str, str] = {}
        self._are_secrets_sealed = False

    async def views(self, store_id: str) -> list[GatewayView]:
        rows = await self.rows(store_id)
        labels = self._shelf.labels_by_gateway(store_id)
        return [await self._view(row, len(labels.get(row.id, ()))) for row in rows]

    async def rows(self, store_id: str | None = None) -> Sequence[GatewayRow]:
        """Those of one store, or of all."""
        return await asyncio.to_thread(self._read_gateways, store_id)

    async def save(
        self, store_id: str, name: str, domain: str, settings: Mapping[str, Any], *, is_enabled: bool | None = None
    ) -> str:
        """Add or change a gateway; it is opened at once, or closed. Raises DriverUnknown or GatewaySettingsInvalid."""
        gateway_id: str = await self._handle(SaveGateway(store_id, name, domain, settings, is_enabled))
        await self._settled()
        return gateway_id

    async def remove(self, store_id: str, name: str) -> None:
        """It is closed and forgotten. Raises GatewayNotFound, or GatewayInUse where labels are bound to it."""
        await self._handle(RemoveGateway(store_id, name))
        await self._settled()

    async def settings(self, store_id: str, name: str) -> tuple[str, Mapping[str, Any]]:
        """Its driver and its settings; of a secret only that it is set. Raises GatewayNotFound."""
        row = await self._named(store_id, name)
        return row.domain, hide_secrets(row.settings)

    async def test(self, store_id: str, name: str) -> TestedGateway:
        """Ask it how it does and which labels it hears. Raises GatewayNotFound; that it fails is an answer."""
        row = await self._named(store_id, name)
        if row.id not in self._dispatcher.gateway_ids:
            return TestedGateway(False, self._why_closed(row), ())
        try:
            reports = await self._dispatcher.discover(row.id)
        except GatewayError as error:
            return TestedGateway(False, error.detail, ())
        health = await self._dispatcher.health(row.id)
        return TestedGateway(health.is_reachable, health.detail, sorted(each.external_id for each in reports))

    async def open(self) -> None:
        """Make the dispatcher's gateways those of the database, and the shelf's labels too."""
        rows, labels = await asyncio.to_thread(self._read_all)
        self._shelf.place(
            PlacedLabel(label.id, label.store_id, label.location_id, LabelAddress(label.gateway_id, label.external_id))
            for label in labels
        )
        for gateway_id in self._bindings.changed_gateways(rows) & set(self._dispatcher.gateway_ids):
            await self._dispatcher.remove_gateway(gateway_id)
        for row in rows:
            if row.id in self._dispatcher.gateway_ids or not row.is_enabled:
                continue
            try:
                driver = self._registry.create(
                    row.domain, self._bindings.opened(row.id, row.settings), self._make_tools(row.id)
                )
            except Exception as error:  # one broken driver must not keep the shop from opening
                _log.exception("a driver did not start", gateway_id=row.id, domain=row.domain)
                self._not_started[row.id] = error.detail if isinstance(error, BlinkpickError) else NOT_STARTED
                continue
            self._not_started.pop(row.id, None)
            self._dispatcher.add_gateway(row.id, driver, self._rules.of(row.store_id).lit_max_s_per_day)

    async def limit_light(self) -> None:
        """Let each label blink as long a day as its store says now."""
        for row in await self.rows():
            self._dispatcher.limit_light(row.id, self._rules.of(row.store_id).lit_max_s_per_day)

    async def seal_secrets(self) -> None:
        """What an older version stored as it was given is sealed, once at a start."""
        rows = [] if self._are_secrets_sealed else await self.rows()
        self._are_secrets_sealed = True
        for row in rows:
            try:
                if self._bindings.keeps_secrets_plain(row):
                    await self._handle(SaveGateway(row.store_id, row.name, row.domain, row.settings))
                    _log.info("a gateway's secrets were sealed", gateway_id=row.id)
            except BackendError as error:  # it will not start either, and then says so
                _log.error("a gateway's secrets were not sealed", gateway_id=row.id, detail=error.detail)

    async def _named(self, store_id: str, name: str) -> GatewayRow:
        row = next((row for row in await self.rows(store_id) if row.name == name), None)
        if row is None:
            raise GatewayNotFound(f"this store has no gateway {name[:60]!r}")
        return row

    def _why_closed(self, row: GatewayRow) -> str:
        return self._not_started.get(row.id, NOT_STARTED) if row.is_enabled else LEFT_ALONE

    async def _view(self, row: GatewayRow, labels: int) -> GatewayView:
        if row.id not in self._dispatcher.gateway_ids:
            health = GatewayHealth(is_reachable=False, detail=self._why_closed(row))
            return GatewayView(row.id, row.name, row.domain, labels, row.is_enabled, health, None, False)
        return GatewayView(
            row.id,
            row.name,
            row.domain,
            labels,
            row.is_enabled,
            await self._dispatcher.health(row.id),
            self._dispatcher.capability(row.id),
            self._dispatcher.is_latency_measured(row.id),
        )

    def _read_all(self) -> tuple[Sequence[GatewayRow], Sequence[LabelRow]]:
        with self._database.reading() as session:
            return repository.get_gateways(session), repository.get_labels(session)

    def _read_gateways(self, store_id: str | None = None) -> Sequence[GatewayRow]:
        with self._database.reading() as session:
            return repository.get_gateways(session, store_id)
