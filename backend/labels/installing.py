"""Puts labels up: binds one to a place by two scans, takes one off, finds one, tests an aisle, writes it all down."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from backend.core.database import Database
from backend.labels import repository
from backend.labels.commands import BindLabel, BoundLabel, UnbindLabel
from backend.labels.dispatcher import Dispatcher
from backend.labels.errors import LabelNotFound, PlaceNotFound
from backend.labels.import_preview import Binding, ImportPreview, preview
from backend.labels.labels_file import COLUMNS
from backend.labels.light_tests import takes_s, wish_for_test
from backend.labels.shelf import PlacedLabel, Shelf
from backend.labels.tending import Tending
from shared.clock import Clock

Handle = Callable[[Any], Awaitable[Any]]
LocationIds = Callable[[Session, str], Mapping[str, str]]
ProductPlace = Callable[[Session, str, str], str | None]
"""Store and scan -> the location where the product with this barcode stands."""


@dataclass(frozen=True, slots=True)
class FoundLabels:
    """Where something hangs, and the labels there that blink now."""

    location: str
    label_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class AisleTest:
    """How many labels blink, and how long it takes until nearly all of them have begun to."""

    labels: int
    takes_s: float


class Installing:
    """`settled` waits until the gateways and the shelf know of a change."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        handle: Handle,
        dispatcher: Dispatcher,
        shelf: Shelf,
        tending: Tending,
        location_ids: LocationIds,
        product_place: ProductPlace,
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._handle = handle
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._tending = tending
        self._location_ids = location_ids
        self._product_place = product_place
        self._settled = settled

    async def bind(self, store_id: str, label_scan: str, place_scan: str, *, takes_off: bool) -> BoundLabel:
        """This label hangs here from now on, and blinks to show it. `takes_off`: whatever hung here is gone.

        `place_scan` is an address, or the barcode of a product that stands there. Raises PlaceNotFound, LabelIdInvalid,
        or GatewayUnclear where the label is new, no gateway has heard of it and the store has several.
        """
        location_id, address = await asyncio.to_thread(self._place, store_id, place_scan)
        external_id = label_scan.strip()
        strays = self._tending.strays(await asyncio.to_thread(self._gateway_ids, store_id))
        heard_by = [stray.gateway_id for stray in strays if stray.report.external_id == external_id]
        bound: BoundLabel = await self._handle(
            BindLabel(store_id, external_id, location_id, address, heard_by[0] if heard_by else None, takes_off)
        )
        await self._settled()
        self._blink([label for label in [self._shelf.label(store_id, bound.label_id)] if label is not None])
        return bound

    async def unbind(self, store_id: str, label_id: str) -> None:
        """This label hangs nowhere any more; the walks are aimed again without it. Raises LabelNotFound."""
        await self._handle(UnbindLabel(store_id, label_id))
        await self._settled()

    async def find(self, store_id: str, scan: str) -> FoundLabels:
        """Blink what was scanned or typed: a label, an address, or whatever hangs where a product stands.

        Raises PlaceNotFound, or LabelNotFound where no label hangs there.
        """
        text = scan.strip()
        label = next((each for each in self._shelf.labels(store_id) if each.address.external_id == text), None)
        if label is not None:
            location_id, address = label.location_id, await asyncio.to_thread(self._address, store_id, label)
            labels = [label]
        else:
            location_id, address = await asyncio.to_thread(self._place, store_id, text)
            labels = [each for each in self._shelf.labels(store_id) if each.location_id == location_id]
        if not labels:
            raise LabelNotFound(f"no label hangs at {address}", location=address)
        self._blink(labels)
        return FoundLabels(address, [each.label_id for each in labels])

    async def test_light(self, store_id: str, label_id: str) -> None:
        """Blink one label for a while, whatever else it is wanted for. Raises LabelNotFound."""
        label = self._shelf.label(store_id, label_id)
        if label is None:
            raise LabelNotFound("there is no such label in this store", label_id=label_id)
        self._blink([label])

    async def test_aisle(self, store_id: str, aisle: str) -> AisleTest:
        """Blink every label of an aisle, for somebody who walks along it. Raises PlaceNotFound."""
        addresses = await asyncio.to_thread(self._addresses, store_id)
        wanted = aisle.strip().upper()
        there = {location_id for address, location_id in addresses.items() if address.partition("-")[0] == wanted}
        if not there:
            raise PlaceNotFound(f"this store has no aisle {wanted}", aisle=wanted[:20])
        labels = [label for label in self._shelf.labels(store_id) if label.location_id in there]
        return AisleTest(len(labels), self._blink(labels))

    async def addresses(self, store_id: str) -> Mapping[str, str]:
        """Location id -> address."""
        known = await asyncio.to_thread(self._addresses, store_id)
        return {location_id: address for address, location_id in known.items()}

    async def preview(self, store_id: str, raw: bytes) -> ImportPreview:
        """What a labels.csv would change, and everything that is wrong with it."""
        rows, gateways, locations = await asyncio.to_thread(self._read_bindings, store_id)
        addresses = {location_id: address for address, location_id in locations.items()}
        known = {
            row.external_id: Binding(gateways.get(row.gateway_id, ""), addresses.get(row.location_id, ""))
            for row in rows
        }
        by_name = {name: gateway_id for gateway_id, name in gateways.items()}
        return await asyncio.to_thread(preview, raw, by_name, locations, known)

    async def export(self, store_id: str) -> str:
        """Every binding as a labels.csv that can be imported again."""
        rows, gateways, addresses = await asyncio.to_thread(self._read_bindings, store_id)
        names = {location_id: address for address, location_id in addresses.items()}
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            if row.location_id in names:  # an address that is gone has no place in a file that must be taken again
                writer.writerow([row.external_id, gateways[row.gateway_id], names[row.location_id]])
        return text.getvalue()

    # Lighting

    def _blink(self, labels: Sequence[PlacedLabel]) -> float:
        """Each for itself, so that the next test of one does not end the others'. None whose gateway does not run.

        They go one after the other, in the order of their names. Returns how long that takes, seconds.
        """
        now, longest_s = self._clock.now(), 0.0
        for gateway_id in self._dispatcher.gateway_ids:
            asked = {label.address.external_id: label for label in labels if label.address.gateway_id == gateway_id}
            before = len(self._dispatcher.in_line_for_test(gateway_id) - asked.keys())
            capability = self._dispatcher.capability(gateway_id)
            for place, external_id in enumerate(sorted(asked), before + 1):
                wish = wish_for_test(external_id, capability, place, now)
                self._dispatcher.want(f"test:{asked[external_id].label_id}", {gateway_id: [wish]})
            longest_s = max(longest_s, takes_s(capability, before + len(asked)) if asked else 0.0)
        return longest_s

    # Reading

    def _gateway_ids(self, store_id: str) -> list[str]:
        with self._database.reading() as session:
            return [row.id for row in repository.get_gateways(session, store_id)]

    def _place(self, store_id: str, scan: str) -> tuple[str, str]:
        """Location id and address. Raises PlaceNotFound."""
        with self._database.reading() as session:
            addresses = self._location_ids(session, store_id)
            text = scan.strip()
            location_id = addresses.get(text.upper()) or self._product_place(session, store_id, text)
        address = next((each for each, known in addresses.items() if known == location_id), None)
        if location_id is None or address is None:
            raise PlaceNotFound(
                f"{text[:40]!r} is neither an address of this store (like A12-4-3) nor a barcode of its products",
                scan=text[:40],
            )
        return location_id, address

    def _address(self, store_id: str, label: PlacedLabel) -> str:
        addresses = self._addresses(store_id)
        return next((address for address, known in addresses.items() if known == label.location_id), "")

    def _addresses(self, store_id: str) -> Mapping[str, str]:
        with self._database.reading() as session:
            return self._location_ids(session, store_id)

    def _read_bindings(self, store_id: str) -> tuple[Sequence[Any], Mapping[str, str], Mapping[str, str]]:
        with self._database.reading() as session:
            gateways = {row.id: row.name for row in repository.get_gateways(session, store_id)}
            return repository.get_labels(session, store_id), gateways, self._location_ids(session, store_id)
