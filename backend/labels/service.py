"""Decides which labels should blink: hears of picks, aims at the open stops, and keeps gateways and bindings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlmodel import Session

from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.aiming import AimPolicy, aim_at
from backend.labels.bindings import Bindings
from backend.labels.commands import ImportedLabels, ImportLabels, ReportSilence, SaveGateway
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.errors import LabelNotFound
from backend.labels.labels_file import read_labels_file
from backend.labels.lights import LightChange, Silence
from backend.labels.models import GatewayRow, LabelRow
from backend.labels.port import DriverTools, GatewayHealth
from backend.labels.port_picks import OpenStop, OpenStops
from backend.labels.registry import DriverRegistry
from backend.labels.shelf import PlacedLabel, Shelf
from backend.labels.wishes import LightWish, Look
from shared.clock import Clock
from shared.events import LabelSilent, PickListEvent
from shared.labels import BlinkPattern, LabelLight, LightColour

AIM_TOPIC = "labels.aim"
LIGHT_TEST_S = 15

Handle = Callable[[Any], Awaitable[Any]]
LocationIds = Callable[[Session, str], Mapping[str, str]]

_NOT_RUNNING = GatewayHealth(is_reachable=False, detail="its driver did not start")
_log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway as the supervisor sees it."""

    gateway_id: str
    name: str
    domain: str
    labels: int
    health: GatewayHealth


class LabelsService:
    """`handle` is the bus, `stops` the picking room's views, `location_ids` the stores room's address -> id.

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
        make_tools: Callable[[str], DriverTools],
        policy: AimPolicy | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self._registry = registry
        self._stops = stops
        self._make_tools = make_tools
        self._policy = policy or AimPolicy()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._restoring = asyncio.Lock()
        self.shelf = Shelf()
        self.bindings = Bindings(registry, location_ids, self._bindings_changed)
        dispatcher.on_light.append(self._light_changed)
        dispatcher.on_silence.append(self._fell_silent)

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This room's rows of flow.py."""
        return {
            SaveGateway: self.bindings.save_gateway,
            ImportLabels: self.bindings.import_labels,
            ReportSilence: self.report_silence,
        }

    # Lighting the walk

    def on_pick_list_changed(self, event: PickListEvent, tx: Transaction) -> None:
        """A walk began, came further or ended: aim again once this is kept. Several changes at once aim once."""
        body = {"pick_list_id": event.pick_list_id}
        tx.enqueue(AIM_TOPIC, body, partition=event.pick_list_id, dedupe_key=event.pick_list_id)

    async def aim(self, job: Job) -> None:
        """Make the lights of one walk fit its open stops as they are now; as often as you like."""
        await self._aim(job.body["pick_list_id"])

    async def restore(self) -> None:
        """Open what gateways there are, and derive every light again from the open stops: after a start or a crash."""
        async with self._restoring:
            await self._open_gateways()
            for pick_list_id in await asyncio.to_thread(self._read_started):
                await self._aim(pick_list_id)

    async def close(self) -> None:
        """Let go of what is under way here; the dispatcher closes the gateways."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What a supervisor may do

    def lights(self, store_id: str) -> list[LabelLight]:
        """Every label of the store and what its light does."""
        return self.shelf.lights(store_id)

    async def test_light(self, store_id: str, label_id: str, colour: LightColour = LightColour.CYAN) -> None:
        """Blink one label for a while, whatever else it is wanted for. Raises LabelNotFound or GatewayNotFound."""
        label = self.shelf.label(store_id, label_id)
        if label is None:
            raise LabelNotFound("there is no such label in this store", label_id=label_id)
        now = self._clock.now()
        latency_s = self._dispatcher.capability(label.address.gateway_id).latency_p95_s
        ends_at = now + timedelta(seconds=latency_s + LIGHT_TEST_S)
        look = Look(colour, BlinkPattern.DOUBLE)
        wish = LightWish("test", label.address.external_id, look, now, now, ends_at)
        self._dispatcher.want(f"test:{label_id}", {label.address.gateway_id: [wish]})

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
        views = []
        for row in rows:
            is_running = row.id in self._dispatcher.gateway_ids
            health = await self._dispatcher.health(row.id) if is_running else _NOT_RUNNING
            views.append(GatewayView(row.id, row.name, row.domain, len(labels.get(row.id, ())), health))
        return views

    async def save_gateway(self, store_id: str, name: str, domain: str, settings: Mapping[str, Any]) -> str:
        """Add or change a gateway; it is opened at once. Raises DriverUnknown or GatewaySettingsInvalid."""
        gateway_id: str = await self._handle(SaveGateway(store_id, name, domain, settings))
        await self._settled()
        return gateway_id

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

    # Aiming

    async def _aim(self, pick_list_id: str) -> None:
        stops = await asyncio.to_thread(self._read_stops, pick_list_id)
        running = {gateway_id: self._dispatcher.capability(gateway_id) for gateway_id in self._dispatcher.gateway_ids}

        def reachable_labels(location_id: str) -> list[LabelAddress]:
            return [address for address in self.shelf.labels_at(location_id) if address.gateway_id in running]

        wishes = aim_at(stops, reachable_labels, running, self._clock.now(), self._policy)
        self._dispatcher.want(pick_list_id, wishes)

    def _read_stops(self, pick_list_id: str) -> Sequence[OpenStop]:
        with self._database.reading() as session:
            return self._stops.open_stops(session, pick_list_id)

    def _read_started(self) -> Sequence[str]:
        with self._database.reading() as session:
            return self._stops.started_pick_lists(session)

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
                driver = self._registry.create(row.domain, row.settings, self._make_tools(row.id))
            except Exception:  # one broken driver must not keep the shop from opening
                _log.exception("a driver did not start", gateway_id=row.id, domain=row.domain)
                continue
            self._dispatcher.add_gateway(row.id, driver)

    def _read_all(self) -> tuple[Sequence[GatewayRow], Sequence[LabelRow]]:
        with self._database.reading() as session:
            return repository.get_gateways(session), repository.get_labels(session)

    def _read_gateways(self, store_id: str) -> Sequence[GatewayRow]:
        with self._database.reading() as session:
            return repository.get_gateways(session, store_id)

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
