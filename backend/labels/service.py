"""Decides which labels should blink: hears of picks, aims at the open stops, and keeps gateways and bindings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from weakref import WeakValueDictionary

import structlog
from sqlmodel import Session

from backend.catalog.price_repository import ComparedPrice
from backend.core.database import Database
from backend.core.errors import BackendError
from backend.core.outbox_rows import Job
from backend.core.sealing import Sealer
from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.aiming import AimPolicy, aim_at, aim_at_kept
from backend.labels.bindings import Bindings
from backend.labels.commands import (
    BindLabel,
    ImportedLabels,
    ImportLabels,
    KeepLabelHealth,
    KeepPictures,
    RemoveGateway,
    ReportSilence,
    SaveGateway,
    UnbindLabel,
)
from backend.labels.differences import Difference, Prices, differences
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.errors import GatewayNotFound
from backend.labels.gateway_secrets import hide_secrets
from backend.labels.installing import Installing, LocationIds, ProductPlace
from backend.labels.labels_file import read_labels_file
from backend.labels.lights import LightChange, Silence
from backend.labels.models import GatewayRow, LabelRow
from backend.labels.pictures.cards import Cards
from backend.labels.pictures.service import Pictures
from backend.labels.port import Capability, DriverTools, GatewayHealth, Sleep
from backend.labels.port_picks import KeptWalk, OpenStop, OpenStops
from backend.labels.quiet import QuietHours
from backend.labels.registry import DriverRegistry
from backend.labels.shelf import PlacedLabel, Shelf
from backend.labels.tending import StrayLabel, TendedLabel, Tending
from shared.clock import Clock
from shared.errors import BlinkpickError
from shared.events import LabelSilent, PickListEvent
from shared.labels import LabelLight

AIM_TOPIC = "labels.aim"

Handle = Callable[[Any], Awaitable[Any]]

NOT_STARTED = "its driver did not start"
_log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway as the supervisor sees it."""

    gateway_id: str
    name: str
    domain: str
    labels: int
    health: GatewayHealth
    capability: Capability | None
    """What one plans with, latency as measured; None where it does not run."""
    is_latency_measured: bool


@dataclass(frozen=True, slots=True)
class _Walk:
    """Open stops, or a trolley that is kept; and the trolley that is kept for whoever is about to end this walk."""

    stops: Sequence[OpenStop]
    kept: KeptWalk | None
    next_id: str | None


class LabelsService:
    """`handle` is the bus, `stops` the picking room's views, `location_ids` the stores room's address -> id,
    `product_place` the location where a scanned product stands, `zone` a store's time zone, `cards` what labels say,
    `compared` every product's price here and at the till.

    Call `restore` once the dispatcher has started: it opens the gateways of the database and lights every open stop.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        handle: Handle,
        dispatcher: Dispatcher,
        registry: DriverRegistry,
        stops: OpenStops,
        location_ids: LocationIds,
        product_place: ProductPlace,
        zone: Callable[[str], tzinfo],
        cards: Cards,
        compared: Callable[[Session, str], Sequence[ComparedPrice]],
        make_tools: Callable[[str], DriverTools],
        sealer: Sealer,
        policy: AimPolicy | None = None,
        quiet_hours: QuietHours | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self.registry = registry
        self._stops = stops
        self._make_tools = make_tools
        self._policy = policy or AimPolicy()
        self._zone = zone
        self._compared = compared
        self._quiet_hours = quiet_hours
        self._tasks: set[asyncio.Task[Any]] = set()
        self._restoring = asyncio.Lock()
        self._not_started: dict[str, str] = {}
        self._are_secrets_sealed = False
        self._aiming: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.shelf = Shelf()
        self.bindings = Bindings(registry, location_ids, self._bindings_changed, sealer)
        self.tending = Tending(database=database, clock=clock, handle=handle, dispatcher=dispatcher, shelf=self.shelf)
        self.pictures = Pictures(
            database=database, clock=clock, handle=handle, dispatcher=dispatcher, shelf=self.shelf, cards=cards
        )
        self.tending.on_found.append(self.pictures.displays_found)
        self.installing = Installing(
            database=database,
            clock=clock,
            handle=handle,
            dispatcher=dispatcher,
            shelf=self.shelf,
            tending=self.tending,
            location_ids=location_ids,
            product_place=product_place,
            settled=self._settled,
        )
        dispatcher.on_light.append(self._light_changed)
        dispatcher.on_silence.append(self._fell_silent)

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This room's rows of flow.py."""
        return {
            SaveGateway: self.bindings.save_gateway,
            RemoveGateway: self.bindings.remove_gateway,
            ImportLabels: self.bindings.import_labels,
            BindLabel: self.bindings.bind,
            UnbindLabel: self.bindings.unbind,
            KeepLabelHealth: self.tending.keep_health,
            KeepPictures: self.pictures.keep_pictures,
            ReportSilence: self.report_silence,
        }

    # Lighting the walk

    def on_pick_list_changed(self, event: PickListEvent, tx: Transaction) -> None:
        """A walk is kept for somebody, began, came further or ended: aim again once this is kept.

        Several changes at once aim once.
        """
        body = {"pick_list_id": event.pick_list_id}
        tx.enqueue(AIM_TOPIC, body, partition=event.pick_list_id, dedupe_key=event.pick_list_id)

    async def aim(self, job: Job) -> None:
        """Make the lights of one walk fit its open stops as they are now; as often as you like."""
        await self._aim(job.body["pick_list_id"])

    async def restore(self) -> None:
        """Open what gateways there are, and derive every light again from the open stops: after a start or a crash."""
        async with self._restoring:
            await self._seal_secrets()
            await self._open_gateways()
            await self.tending.restore()
            await self.pictures.labels_placed()
            await self._aim_all()

    async def keep_quiet(self, sleep: Sleep) -> None:
        """Aim every walk again whenever quiet hours begin or end somewhere."""
        while self._quiet_hours is not None:
            now = self._clock.now()
            stores = {label.store_id for label in self.shelf.all_labels} or {""}
            change_at = min(self._quiet_hours.next_change(now, self._zone(store_id)) for store_id in stores)
            await sleep((change_at - now).total_seconds())
            await self._aim_all()

    async def close(self) -> None:
        """Let go of what is under way here; the dispatcher closes the gateways."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What a supervisor may do

    def lights(self, store_id: str) -> list[LabelLight]:
        """Every label of the store and what its light does."""
        return self.shelf.lights(store_id)

    def all_off(self, store_id: str) -> int:
        """Darken every label of the store until its walk comes further; returns how many labels that are.

        Where labels cannot be stopped, what blinks runs out within a flash.
        """
        labels = {
            gateway_id: external_ids
            for gateway_id, external_ids in self.shelf.labels_by_gateway(store_id).items()
            if gateway_id in self._dispatcher.gateway_ids
        }
        self._dispatcher.darken(labels)
        return sum(map(len, labels.values()))

    async def gateways(self, store_id: str) -> list[GatewayView]:
        rows = await asyncio.to_thread(self._read_gateways, store_id)
        labels = self.shelf.labels_by_gateway(store_id)
        return [await self._view(row, len(labels.get(row.id, ()))) for row in rows]

    async def health(self, store_id: str) -> tuple[list[TendedLabel], list[StrayLabel]]:
        """How every label of the store does, and what its gateways hear that hangs nowhere."""
        rows = await asyncio.to_thread(self._read_gateways, store_id)
        return self.tending.labels(store_id), self.tending.strays([row.id for row in rows])

    async def price_differences(self, store_id: str) -> tuple[int, Sequence[Difference]]:
        """How many products the store sells, and those of which till, catalogue and shelf say different prices."""
        compared = await asyncio.to_thread(self._read_prices, store_id)
        on_shelf = {each.placed.product_id: each.shown_minor for each in self.pictures.prices(store_id)}
        return len(compared), differences(
            Prices(
                each.product_id,
                each.sku,
                each.name,
                each.catalogue_minor,
                each.till_minor,
                on_shelf.get(each.product_id),
                has_label=each.product_id in on_shelf,
            )
            for each in compared
        )

    async def save_gateway(self, store_id: str, name: str, domain: str, settings: Mapping[str, Any]) -> str:
        """Add or change a gateway; it is opened at once. Raises DriverUnknown or GatewaySettingsInvalid."""
        gateway_id: str = await self._handle(SaveGateway(store_id, name, domain, settings))
        await self._settled()
        return gateway_id

    async def remove_gateway(self, store_id: str, name: str) -> None:
        """It is closed and forgotten. Raises GatewayNotFound, or GatewayInUse where labels are bound to it."""
        await self._handle(RemoveGateway(store_id, name))
        await self._settled()

    async def gateway_settings(self, store_id: str, name: str) -> tuple[str, Mapping[str, Any]]:
        """Its driver and its settings; of a secret only that it is set. Raises GatewayNotFound."""
        rows = await asyncio.to_thread(self._read_gateways, store_id)
        row = next((row for row in rows if row.name == name), None)
        if row is None:
            raise GatewayNotFound(f"this store has no gateway {name[:60]!r}")
        return row.domain, hide_secrets(row.settings)

    async def import_file(self, store_id: str, raw: bytes) -> ImportedLabels:
        """Take a whole labels.csv: all of it, or none of it. Raises LabelsFileInvalid naming every wrong row."""
        lines = await asyncio.to_thread(read_labels_file, raw)
        imported: ImportedLabels = await self._handle(ImportLabels(store_id, lines))
        await self._settled()
        return imported

    def report_silence(self, command: ReportSilence, tx: Transaction) -> None:
        tx.publish(
            LabelSilent(store_id=command.store_id, at=tx.now(), label_id=command.label_id, reason=command.reason)
        )

    async def _view(self, row: GatewayRow, labels: int) -> GatewayView:
        if row.id not in self._dispatcher.gateway_ids:
            health = GatewayHealth(is_reachable=False, detail=self._not_started.get(row.id, NOT_STARTED))
            return GatewayView(row.id, row.name, row.domain, labels, health, None, False)
        return GatewayView(
            row.id,
            row.name,
            row.domain,
            labels,
            await self._dispatcher.health(row.id),
            self._dispatcher.capability(row.id),
            self._dispatcher.is_latency_measured(row.id),
        )

    # Aiming

    async def _aim_all(self) -> None:
        for pick_list_id in await asyncio.to_thread(self._read_walks):
            await self._aim(pick_list_id)

    async def _aim(self, pick_list_id: str) -> None:
        next_id = await self._aim_one(pick_list_id)
        if next_id is not None:
            await self._aim_one(next_id)

    async def _aim_one(self, pick_list_id: str) -> str | None:
        """Read and wish, one at a time for each pick list; returns the next one whose time depends on this one."""
        lock = self._aiming.setdefault(pick_list_id, asyncio.Lock())
        async with lock:
            at_most = self._policy.stops_max(self._capabilities().values())
            walk = await asyncio.to_thread(self._read_walk, pick_list_id, at_most)
            running = self._capabilities()

            def reachable_labels(location_id: str) -> list[LabelAddress]:
                """Those that may be lit now: their gateway runs, and their store has no quiet hours."""
                return [
                    label.address
                    for label in self.shelf.labels_at(location_id)
                    if label.address.gateway_id in running and not self._is_quiet(label.store_id)
                ]

            now = self._clock.now()
            if walk.kept is not None:
                wishes = aim_at_kept(walk.kept, reachable_labels, running, now, self._policy)
            else:
                wishes = aim_at(walk.stops, reachable_labels, running, now, self._policy)
            self._dispatcher.want(pick_list_id, wishes)
            return walk.next_id

    def _capabilities(self) -> Mapping[str, Capability]:
        return {gateway_id: self._dispatcher.capability(gateway_id) for gateway_id in self._dispatcher.gateway_ids}

    def _is_quiet(self, store_id: str) -> bool:
        hours = self._quiet_hours
        return hours is not None and hours.are_now(self._clock.now(), self._zone(store_id))

    def _read_walk(self, pick_list_id: str, at_most: int) -> _Walk:
        with self._database.reading() as session:
            stops = self._stops.open_stops(session, pick_list_id, max(2, at_most))
            if stops:
                return _Walk(stops, None, self._stops.kept_after(session, pick_list_id) if len(stops) == 1 else None)
            kept = self._stops.kept_walk(session, pick_list_id)
            return _Walk((), kept, self._stops.kept_after(session, pick_list_id) if kept is None else None)

    def _read_walks(self) -> Sequence[str]:
        with self._database.reading() as session:
            return [*self._stops.started_pick_lists(session), *self._stops.kept_pick_lists(session)]

    # Gateways and bindings

    async def _open_gateways(self) -> None:
        """Make the dispatcher's gateways those of the database, and the shelf's labels too."""
        rows, labels = await asyncio.to_thread(self._read_all)
        self.shelf.place(
            PlacedLabel(label.id, label.store_id, label.location_id, LabelAddress(label.gateway_id, label.external_id))
            for label in labels
        )
        for gateway_id in self.bindings.changed_gateways(rows) & set(self._dispatcher.gateway_ids):
            await self._dispatcher.remove_gateway(gateway_id)
        for row in rows:
            if row.id in self._dispatcher.gateway_ids:
                continue
            try:
                driver = self.registry.create(
                    row.domain, self.bindings.opened(row.id, row.settings), self._make_tools(row.id)
                )
            except Exception as error:  # one broken driver must not keep the shop from opening
                _log.exception("a driver did not start", gateway_id=row.id, domain=row.domain)
                self._not_started[row.id] = error.detail if isinstance(error, BlinkpickError) else NOT_STARTED
                continue
            self._not_started.pop(row.id, None)
            self._dispatcher.add_gateway(row.id, driver)

    async def _seal_secrets(self) -> None:
        """What an older version stored as it was given is sealed, once at a start."""
        rows = [] if self._are_secrets_sealed else await asyncio.to_thread(self._read_gateways)
        self._are_secrets_sealed = True
        for row in rows:
            try:
                if self.bindings.keeps_secrets_plain(row):
                    await self._handle(SaveGateway(row.store_id, row.name, row.domain, row.settings))
                    _log.info("a gateway's secrets were sealed", gateway_id=row.id)
            except BackendError as error:  # it will not start either, and then says so
                _log.error("a gateway's secrets were not sealed", gateway_id=row.id, detail=error.detail)

    def _read_all(self) -> tuple[Sequence[GatewayRow], Sequence[LabelRow]]:
        with self._database.reading() as session:
            return repository.get_gateways(session), repository.get_labels(session)

    def _read_gateways(self, store_id: str | None = None) -> Sequence[GatewayRow]:
        with self._database.reading() as session:
            return repository.get_gateways(session, store_id)

    def _read_prices(self, store_id: str) -> Sequence[ComparedPrice]:
        with self._database.reading() as session:
            return self._compared(session, store_id)

    def _bindings_changed(self) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # a tool filled the database without a server; the next start reads it
            return
        self._begin(self.restore())

    # What the dispatcher says

    def _light_changed(self, address: LabelAddress, change: LightChange) -> None:
        self.shelf.change(address, change)

    def _fell_silent(self, address: LabelAddress, silence: Silence) -> None:
        label = self.shelf.placed(address)
        if label is not None:
            self._begin(self._handle(ReportSilence(label.store_id, label.label_id, silence.reason)))

    def _begin(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("work on labels failed", exc_info=task.exception())

    async def _settled(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
