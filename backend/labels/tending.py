"""Looks after the labels: hears of each, asks the gateways what they know, and writes down what is worth keeping."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog

from backend.core.database import Database
from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.commands import KeepLabelHealth
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.health import HealthBook, LabelHealth
from backend.labels.lights import LightChange
from backend.labels.port import GatewayError, GatewayEvent, LabelReport
from backend.labels.shelf import PlacedLabel, Shelf
from shared.clock import Clock
from shared.labels import LabelTrouble

KEEP_EVERY_S = 300.0  # what a crash loses of it is a few minutes of counting
ASK_EVERY_S = 900.0
ROWS_PER_WRITE = 500  # a shop of 30,000 labels must not hold up a pick

Handle = Callable[[Any], Awaitable[Any]]
Sleep = Callable[[float], Awaitable[None]]

OnFound = Callable[[str, Sequence[LabelReport]], Awaitable[None]]
"""Called with a gateway and what it knows of its labels."""

_log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True)
class TendedLabel:
    """One label of a store and how it does."""

    label: PlacedLabel
    health: LabelHealth
    troubles: Sequence[LabelTrouble]
    lit_today_s: int


@dataclass(frozen=True, slots=True)
class StrayLabel:
    """A label that a gateway of the store knows and that hangs nowhere yet."""

    gateway_id: str
    report: LabelReport


class Tending:
    """One per backend. `heard` and `shone` come from the dispatcher and are quick; `run` does the rest beside them."""

    def __init__(
        self, *, database: Database, clock: Clock, handle: Handle, dispatcher: Dispatcher, shelf: Shelf
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._found: dict[str, dict[str, LabelReport]] = {}
        self._is_restored = False
        self._unasked: dict[str, None] = {}  # gateways that were opened since the last question
        self._silent: set[str] = set()  # gateways that had no answer to the last one
        self._is_new = asyncio.Event()
        self.book = HealthBook()
        self.on_found: list[OnFound] = []
        dispatcher.on_added.append(self._added)
        dispatcher.on_gateway_event.append(self._heard)
        dispatcher.on_light.append(self._shone)

    # What the dispatcher says

    def _added(self, gateway_id: str) -> None:
        self._unasked[gateway_id] = None
        self._is_new.set()

    def _heard(self, gateway_id: str, event: GatewayEvent) -> None:
        label = self._shelf.placed(LabelAddress(gateway_id, event.label_external_id))
        if label is not None:
            self.book.heard(label.label_id, event)

    def _shone(self, address: LabelAddress, _change: LightChange) -> None:
        label = self._shelf.placed(address)
        now = self._clock.now()
        lit_s = round(self._dispatcher.on_time_s(address, now))
        if label is not None and lit_s > 0:
            self.book.shone(label.label_id, now.date(), lit_s)

    # Beside it

    async def restore(self) -> None:
        """Go on from what an earlier process wrote down, once; and forget labels that hang nowhere any more."""
        if not self._is_restored:
            self._is_restored = True
            self.book.remember(await asyncio.to_thread(self._read))
        for label_id in self.book.label_ids:
            label = self._shelf.find(label_id)
            health = self.book.of(label_id)
            if label is None:
                self.book.forget([label_id])
            elif health.lit_on is not None:
                self._dispatcher.suppose_spent(label.address, health.lit_on, health.lit_s)

    async def run(self, sleep: Sleep) -> None:
        """Ask and write down, again and again. A gateway that does not answer is asked sooner than the others."""
        asked_at = None
        while True:
            now = self._clock.now()
            if asked_at is None or (now - asked_at).total_seconds() >= ASK_EVERY_S:
                asked_at = now
                await self.ask()
            else:
                for gateway_id in sorted(self._silent):
                    await self._ask(gateway_id)
            await self.keep()
            await sleep(KEEP_EVERY_S)

    async def welcome(self) -> None:
        """Ask a gateway as soon as it is opened: its displays show no price before it has said that they are there."""
        while True:
            await self._is_new.wait()
            self._is_new.clear()
            while self._unasked:
                await self._ask(self._unasked.popitem()[0])

    async def ask(self) -> None:
        """What every gateway knows of its labels."""
        self._unasked.clear()
        for gateway_id in self._dispatcher.gateway_ids:
            await self._ask(gateway_id)

    async def _ask(self, gateway_id: str) -> None:
        self._silent.discard(gateway_id)
        if gateway_id not in self._dispatcher.gateway_ids:
            return  # it was closed meanwhile
        try:
            reports = await self._dispatcher.discover(gateway_id)
        except GatewayError as error:
            self._silent.add(gateway_id)
            _log.info("a gateway does not say which labels it knows", gateway_id=gateway_id, detail=error.detail)
            return
        if self._dispatcher.capability(gateway_id).can_discover:
            self._found[gateway_id] = {report.external_id: report for report in reports}
        for report in reports:
            self._note(gateway_id, report)
        for on_found in self.on_found:
            await on_found(gateway_id, reports)

    async def keep(self) -> int:
        """Write down what is worth it; returns how many labels that were."""
        changed = self.book.worth_keeping()
        rows = iter(changed.items())
        while some := dict(islice(rows, ROWS_PER_WRITE)):
            await self._handle(KeepLabelHealth(some))
            self.book.kept(some)
        return len(changed)

    def keep_health(self, command: KeepLabelHealth, tx: Transaction) -> None:
        repository.put_health(tx.connection, command.health)

    # What a supervisor sees

    def labels(self, store_id: str) -> list[TendedLabel]:
        """Every label of the store, those in trouble first, the worst of them before the others."""
        now = self._clock.now()
        tended = []
        for label in self._shelf.labels(store_id):
            health = self.book.of(label.label_id)
            troubles = health.troubles(now)
            if self._is_unknown(label):
                troubles.insert(0, LabelTrouble.UNKNOWN_TO_GATEWAY)
            lit_s = health.lit_s if health.lit_on == now.date() else 0
            tended.append(TendedLabel(label, health, troubles, lit_s))
        worst = list(LabelTrouble)
        return sorted(
            tended,
            key=lambda each: (
                worst.index(each.troubles[0]) if each.troubles else len(worst),
                -each.health.failure_rate,
                each.label.address.external_id,
            ),
        )

    def _is_unknown(self, label: PlacedLabel) -> bool:
        """Whether its gateway has said which labels it knows, and this one is not among them."""
        found = self._found.get(label.address.gateway_id)
        return found is not None and label.address.external_id not in found

    def strays(self, gateway_ids: Sequence[str]) -> list[StrayLabel]:
        """What these gateways know and nobody has bound, as they said last."""
        return [
            StrayLabel(gateway_id, report)
            for gateway_id in gateway_ids
            for external_id, report in sorted(self._found.get(gateway_id, {}).items())
            if self._shelf.placed(LabelAddress(gateway_id, external_id)) is None
        ]

    def _note(self, gateway_id: str, report: LabelReport) -> None:
        if report.last_seen_at is None and report.battery_mv <= 0 and report.signal_dbm is None:
            return  # that it is there is all it says
        label = self._shelf.placed(LabelAddress(gateway_id, report.external_id))
        if label is not None:
            self.book.note(
                label.label_id, report.last_seen_at, battery_mv=report.battery_mv, signal_dbm=report.signal_dbm
            )

    def _read(self) -> Mapping[str, LabelHealth]:
        with self._database.asking() as connection:
            return repository.get_health(connection)
