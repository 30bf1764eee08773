"""Keeps every label's picture as the catalogue says, and knows which price is not yet right on the shelf."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog

from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.core.writer import Transaction
from backend.labels import picture_repository as repository
from backend.labels.commands import KeepPictures, KeptPicture
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.pictures.card import PriceCard
from backend.labels.pictures.cards import Cards, PlacedCard
from backend.labels.pictures.drawing import Accent, Display, draw, draw_empty
from backend.labels.pictures.queue import LabelPicture, PictureShown
from backend.labels.port import LabelReport, Picture
from backend.labels.shelf import PlacedLabel, Shelf
from shared.clock import Clock
from shared.events import ProductsChanged

DRAW_TOPIC = "labels.draw"
KEEP_AFTER_S = 2.0
ROWS_PER_WRITE = 500
DIGEST_BYTES = 12
KINDS_KNOWN_MAX = 64

Handle = Callable[[Any], Awaitable[Any]]
Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger("labels")


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """One label, what it should say and what it said last. Prices in minor units; None: nobody knows.

    `placed` None: its product is gone, and it waits to be cleared.
    """

    label: PlacedLabel
    placed: PlacedCard | None
    shown_minor: int | None
    picture: LabelPicture


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`placed` None: the product is gone, and the label shall not say its price any more."""

    digest: str
    placed: PlacedCard | None


class Pictures:
    """`cards` reads the catalogue. `run` writes down what is shown; everything else is told."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        handle: Handle,
        dispatcher: Dispatcher,
        shelf: Shelf,
        cards: Cards,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._cards = cards
        self._displays: dict[LabelAddress, Display] = {}
        self._wanted: dict[LabelAddress, _Wanted] = {}
        self._shown: dict[str, KeptPicture] = {}
        self._drawn: set[LabelAddress] = set()  # what was drawn for them may have arrived, whatever was heard of it
        self._unkept: dict[str, KeptPicture] = {}
        self._is_unkept = asyncio.Event()
        self._is_restored = False
        dispatcher.draw_picture = self._draw
        self._drawing = 0
        dispatcher.on_picture_shown.append(self._was_shown)

    # What happened

    def on_products_changed(self, event: ProductsChanged, tx: Transaction) -> None:
        """Look at their labels once this is kept."""
        body = {"store_id": event.store_id, "product_ids": list(event.product_ids)}
        tx.enqueue(DRAW_TOPIC, body, partition=event.store_id)

    async def look(self, job: Job) -> None:
        """These products' labels should say what the catalogue says now; as often as you like."""
        await self._want(job.body["store_id"], job.body["product_ids"])

    async def displays_found(self, gateway_id: str, reports: Iterable[LabelReport]) -> None:
        """What a gateway says of its labels' displays; those seen for the first time get their pictures."""
        stores = set()
        for report in reports:
            display = _display(report)
            if display is None:
                continue
            address = LabelAddress(gateway_id, report.external_id)
            if self._displays.get(address) != display:
                self._displays[address] = display
                label = self._shelf.placed(address)
                if label is not None:
                    stores.add(label.store_id)
        for store_id in sorted(stores):
            await self._want(store_id, None)

    async def labels_placed(self) -> None:
        """Labels were hung up, moved or taken off."""
        if not self._is_restored:
            self._is_restored = True
            self._shown = dict(await asyncio.to_thread(self._read))
        placed = {label.address: label for label in self._shelf.all_labels}
        for address in [each for each in self._wanted if each not in placed]:
            del self._wanted[address]
            self._dispatcher.forget_picture(address)
        for store_id in sorted({label.store_id for label in placed.values()}):
            await self._want(store_id, None)

    async def run(self, sleep: Sleep) -> None:
        """Write down what is shown, a few seconds' worth at a time: what a crash loses of it is sent once more."""
        while True:
            await self._is_unkept.wait()
            await sleep(KEEP_AFTER_S)
            await self.keep()

    async def keep(self) -> int:
        """Returns how many were written down."""
        unkept, self._unkept = self._unkept, {}
        self._is_unkept.clear()
        rows = [*unkept.items()]
        for at in range(0, len(rows), ROWS_PER_WRITE):
            await self._handle(KeepPictures(dict(rows[at : at + ROWS_PER_WRITE])))
        return len(rows)

    def keep_pictures(self, command: KeepPictures, tx: Transaction) -> None:
        repository.put_pictures(tx.connection, command.shown)

    # What a supervisor sees

    def prices(self, store_id: str) -> list[ShownPrice]:
        """Every label with a display and a product, and those that are not cleared yet although theirs is gone."""
        pictures = self._dispatcher.pictures()
        found = []
        for label in self._shelf.labels(store_id):
            wanted, picture = self._wanted.get(label.address), pictures.get(label.address)
            if wanted is None or picture is None:
                continue
            if wanted.placed is not None or not picture.is_right:
                shown = self._shown.get(label.label_id)
                found.append(
                    ShownPrice(label, wanted.placed, shown.price_minor if shown is not None else None, picture)
                )
        return found

    def try_again(self, store_id: str) -> int:
        """Send anew what was given up; returns how many labels that are."""
        gateways = {label.address.gateway_id for label in self._shelf.labels(store_id)}
        return self._dispatcher.try_pictures_again(sorted(gateways))

    # Wanting and drawing

    async def _want(self, store_id: str, product_ids: Sequence[str] | None) -> None:
        """Tell the gateways what the labels of these products should show."""
        labels = self._shelf.labels(store_id)
        locations = None if product_ids is None else self._locations_naming(labels, product_ids)
        cards, locations = await asyncio.to_thread(self._read_cards, store_id, product_ids, locations)
        for label in labels:
            if locations is not None and label.location_id not in locations:
                continue
            placed, display = cards.get(label.location_id), self._displays.get(label.address)
            may_say_a_price = label.label_id in self._shown or label.address in self._drawn
            if display is None or (placed is None and not may_say_a_price):
                if self._wanted.pop(label.address, None) is not None:
                    self._dispatcher.forget_picture(label.address)
                continue
            digest = digest_of(placed.card if placed is not None else None, display)
            known = self._wanted.get(label.address)
            if known is not None and known.digest == digest:
                continue
            self._wanted[label.address] = _Wanted(digest, placed)
            shown = self._shown.get(label.label_id)
            self._dispatcher.want_picture(label.address, digest, shown.digest if shown is not None else "")

    def _locations_naming(self, labels: Sequence[PlacedLabel], product_ids: Sequence[str]) -> set[str]:
        """Where labels name these products now: one of them may have moved away."""
        asked = set(product_ids)
        return {
            label.location_id
            for label in labels
            if (wanted := self._wanted.get(label.address)) is not None
            and wanted.placed is not None
            and wanted.placed.product_id in asked
        }

    @property
    def is_drawing(self) -> bool:
        """Whether something is being drawn beside the event loop."""
        return self._drawing > 0

    async def _draw(self, address: LabelAddress, digest: str) -> Picture | None:
        """The picture a lane is about to send; None where it is not wanted any more.

        In a thread: it takes milliseconds, fifty where a size of letters is needed for the first time, and no light
        shall wait for thirty thousand of them.
        """
        wanted, display = self._wanted.get(address), self._displays.get(address)
        if wanted is None or display is None or wanted.digest != digest:
            return None
        self._drawing += 1
        try:
            if wanted.placed is None:
                png = await asyncio.to_thread(draw_empty, display)
            else:
                self._drawn.add(address)
                png = await asyncio.to_thread(draw, wanted.placed.card, display)
        finally:
            self._drawing -= 1
        return Picture(png, display.width_px, display.height_px)

    def _was_shown(self, gateway_id: str, shown: PictureShown) -> None:
        address = LabelAddress(gateway_id, shown.label_external_id)
        label, wanted = self._shelf.placed(address), self._wanted.get(address)
        if label is None:
            return
        is_wanted = wanted is not None and wanted.digest == shown.digest
        price = wanted.placed.card.price_minor if wanted is not None and wanted.placed and is_wanted else None
        kept = KeptPicture(shown.digest, price, shown.at)
        self._shown[label.label_id] = self._unkept[label.label_id] = kept
        self._is_unkept.set()

    def _read_cards(
        self, store_id: str, product_ids: Sequence[str] | None, also: set[str] | None
    ) -> tuple[Mapping[str, PlacedCard], set[str] | None]:
        """Cards by location, and which locations were looked at (None: all)."""
        with self._database.reading() as session:
            if product_ids is None or also is None:
                return self._cards.at(session, store_id, None), None
            locations = also | self._cards.locations_of(session, store_id, product_ids)
            return self._cards.at(session, store_id, sorted(locations)), locations

    def _read(self) -> Mapping[str, KeptPicture]:
        with self._database.asking() as connection:
            return repository.get_pictures(connection)


def digest_of(card: PriceCard | None, display: Display) -> str:
    """The same card, or none, on the same kind of display is the same picture."""
    return hashlib.blake2s(repr((card, display)).encode(), digest_size=DIGEST_BYTES).hexdigest()


def _display(report: LabelReport) -> Display | None:
    return _display_of(report.width_px, report.height_px, report.accent)


@lru_cache(KINDS_KNOWN_MAX)
def _display_of(width_px: int, height_px: int, accent: str) -> Display | None:
    """A store has thousands of labels, of a few kinds."""
    try:
        return Display(width_px, height_px, Accent(accent or Accent.NONE))
    except ValueError:  # none, or one that nobody can read
        return None
