"""Decides which labels should blink: hears of picks, aims at the open stops, and keeps gateways and bindings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

import structlog
from sqlmodel import Session

from backend.catalog.price_repository import ComparedPrice, PricedProduct
from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.core.sealing import Sealer
from backend.core.writer import Transaction
from backend.labels.aiming import AimPolicy
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
    SaveLightRules,
    UnbindLabel,
)
from backend.labels.differences import Difference, Prices, differences
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.gateways import Gateways
from backend.labels.installing import Installing, LocationIds, ProductPlace
from backend.labels.labels_file import read_labels_file
from backend.labels.light_rules import LightRules, StoreRules
from backend.labels.lighting import Lighting
from backend.labels.lights import LIT_MAX_S_PER_DAY, LightChange, Silence
from backend.labels.paces import Paces
from backend.labels.pictures.cards import Cards
from backend.labels.pictures.service import Pictures, ShownPrice
from backend.labels.port import DriverTools
from backend.labels.port_picks import OpenStops
from backend.labels.presses import Presses
from backend.labels.price_progress import BatchProgress, progress
from backend.labels.quiet import QuietHours
from backend.labels.registry import DriverRegistry
from backend.labels.shelf import Shelf
from backend.labels.tending import StrayLabel, TendedLabel, Tending
from shared.clock import Clock
from shared.events import LabelSilent, PickListEvent
from shared.labels import LabelLight

AIM_TOPIC = "labels.aim"

Handle = Callable[[Any], Awaitable[Any]]

NOT_STARTED = "its driver did not start"
_log = structlog.get_logger("labels")


class LabelsService:
    """`handle` is the bus, `stops` the picking room's views, `location_ids` the stores room's address -> id,
    `product_place` the location where a scanned product stands, `zone` a store's time zone, `cards` what labels say,
    `compared` every product's price here and at the till, `begun` the products of the latest batches of prices;
    `quiet_hours` and `lit_max_s_per_day` hold where a store's supervisors have not said otherwise.

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
        begun: Callable[[Session, str], Mapping[str, Sequence[PricedProduct]]],
        make_tools: Callable[[str], DriverTools],
        sealer: Sealer,
        policy: AimPolicy | None = None,
        quiet_hours: QuietHours | None = None,
        lit_max_s_per_day: int = LIT_MAX_S_PER_DAY,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self.registry = registry
        self._compared = compared
        self._begun = begun
        self._tasks: set[asyncio.Task[Any]] = set()
        self._restoring = asyncio.Lock()
        self.shelf = Shelf()
        self.bindings = Bindings(registry, location_ids, self._bindings_changed, sealer)
        self.rules = LightRules(database, handle, StoreRules(quiet_hours, lit_max_s_per_day), self._rules_changed)
        self.paces = Paces()
        self.lighting = Lighting(
            database=database,
            clock=clock,
            dispatcher=dispatcher,
            shelf=self.shelf,
            stops=stops,
            zone=zone,
            policy=policy or AimPolicy(),
            rules=self.rules,
            paces=self.paces,
        )
        self.gateways = Gateways(
            database=database,
            handle=handle,
            dispatcher=dispatcher,
            shelf=self.shelf,
            bindings=self.bindings,
            registry=registry,
            make_tools=make_tools,
            settled=self._settled,
            rules=self.rules,
        )
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
        self.presses = Presses(self.shelf)
        dispatcher.on_gateway_event.append(self.presses.heard)

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This room's rows of flow.py."""
        return {
            SaveGateway: self.bindings.save_gateway,
            RemoveGateway: self.bindings.remove_gateway,
            ImportLabels: self.bindings.import_labels,
            BindLabel: self.bindings.bind,
            UnbindLabel: self.bindings.unbind,
            SaveLightRules: self.rules.save,
            KeepLabelHealth: self.tending.keep_health,
            KeepPictures: self.pictures.keep_pictures,
            ReportSilence: self.report_silence,
        }

    # Lighting the walk

    def on_pick_list_changed(self, event: PickListEvent, tx: Transaction) -> None:
        """A walk is kept for somebody, began, came further or ended: aim again once this is kept.

        Several changes at once aim once.
        """
        self.paces.heard(event)
        body = {"pick_list_id": event.pick_list_id}
        tx.enqueue(AIM_TOPIC, body, partition=event.pick_list_id, dedupe_key=event.pick_list_id)

    async def aim(self, job: Job) -> None:
        """Make the lights of one walk fit its open stops as they are now; as often as you like."""
        await self.lighting.aim(job.body["pick_list_id"])

    async def restore(self) -> None:
        """Open what gateways there are, and derive every light again from the open stops: after a start or a crash."""
        async with self._restoring:
            await self.rules.restore()
            await self.gateways.seal_secrets()
            await self.gateways.open()
            await self.tending.restore()
            await self.pictures.labels_placed()
            await self.lighting.aim_all()

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

    async def health(self, store_id: str) -> tuple[list[TendedLabel], list[StrayLabel]]:
        """How every label of the store does, and what its gateways hear that hangs nowhere."""
        rows = await self.gateways.rows(store_id)
        return self.tending.labels(store_id), self.tending.strays([row.id for row in rows])

    async def price_differences(self, store_id: str) -> tuple[int, Sequence[Difference]]:
        """How many products the store sells, and those of which till, catalogue and shelf say different prices."""
        compared = await asyncio.to_thread(self._read_prices, store_id)
        shown = self.pictures.prices(store_id)
        on_shelf = {each.placed.product_id: each.shown_minor for each in shown if each.placed is not None}
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

    async def price_progress(self, store_id: str) -> Sequence[BatchProgress]:
        """How far the prices of the latest batches have come on the shelf."""

        def read() -> Mapping[str, Sequence[PricedProduct]]:
            with self._database.reading() as session:
                return self._begun(session, store_id)

        return progress(await asyncio.to_thread(read), self.pictures.prices(store_id))

    async def not_right(self, store_id: str, batch_id: str | None) -> Sequence[ShownPrice]:
        """Labels that do not show what they should; only those of one batch's products, or all."""
        wrong = [each for each in self.pictures.prices(store_id) if not each.picture.is_right]
        if batch_id is None:
            return wrong

        def read() -> set[str]:
            with self._database.reading() as session:
                return {each.product_id for each in self._begun(session, store_id).get(batch_id, ())}

        products = await asyncio.to_thread(read)
        return [each for each in wrong if each.placed is not None and each.placed.product_id in products]

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

    def _read_prices(self, store_id: str) -> Sequence[ComparedPrice]:
        with self._database.reading() as session:
            return self._compared(session, store_id)

    # Changes

    async def _rules_changed(self) -> None:
        await self.gateways.limit_light()
        self.lighting.rules_changed()

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
