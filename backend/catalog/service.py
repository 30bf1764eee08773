"""Knows every product: what it is called, what its barcodes are, what it costs and where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from backend.catalog import price_repository, repository
from backend.catalog.availability import Availability
from backend.catalog.commands import ImportedProducts, ImportProducts
from backend.catalog.errors import ProductFileRejected, ProductNotFound
from backend.catalog.importing import FILE_NAME, FileProblem, ProductEntry, read_products, rejected
from backend.catalog.pricing import Pricing
from backend.catalog.products import CatalogProduct, CodedProduct
from backend.catalog.substitutes import rank_substitutes
from backend.core.database import Database
from backend.core.writer import Transaction
from shared.barcode import BarcodeMalformed, WeighedRule, canonical_gtin, read_barcode
from shared.clock import Clock
from shared.events import ProductPrice, ProductsChanged

SEARCH_LIMIT = 50
SEARCH_WORDS_MAX = 8
PRODUCTS_PER_EVENT = 500
_NO_COLUMNS = ("row", "gtins", "location")
_COLUMNS = [field.name for field in fields(ProductEntry) if field.name not in _NO_COLUMNS]

Handle = Callable[[Any], Awaitable[Any]]
T = TypeVar("T")


class LocationBook(Protocol):
    """What the catalogue asks of the stores room: address -> id of every location in use."""

    def location_ids(self, session: Session, store_id: str) -> Mapping[str, str]: ...


class CatalogService:
    """`handle` is the bus, `locations` the stores room."""

    def __init__(self, *, database: Database, locations: LocationBook, handle: Handle, clock: Clock) -> None:
        self.pricing = Pricing(database, handle, clock)
        self.availability = Availability(database, handle)
        self._database = database
        self._locations = locations
        self._handle = handle

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This room's rows of flow.py."""
        return {ImportProducts: self.import_products, **self.pricing.handlers, **self.availability.handlers}

    def find_by_codes(
        self, connection: Connection, store_id: str, *, skus: Sequence[str], gtins: Sequence[str]
    ) -> list[CodedProduct]:
        """Every product with one of these SKUs or GTINs (in their shortest form), in one query."""
        return repository.find_coded(connection, store_id, skus=skus, gtins=gtins)

    def by_id(self, session: Session, store_id: str, product_ids: Sequence[str]) -> dict[str, CatalogProduct]:
        """Products by id; one that the store does not sell is left out."""
        found = repository.find_by_ids(session.connection(), store_id, product_ids)
        return {product.card.id: product for product in found}

    def prices_of(self, session: Session, store_id: str, product_ids: Sequence[str]) -> list[ProductPrice]:
        """What these products cost now, by SKU; one that the store does not sell is left out."""
        found = price_repository.find_prices(session.connection(), store_id, product_ids)
        return [ProductPrice(sku=row.sku, price_minor=row.price_minor, was_minor=row.was_minor) for row in found]

    def gtins_of(self, session: Session, store_id: str, skus: Sequence[str]) -> dict[str, Sequence[str]]:
        """The GTINs of these products, by SKU, in their shortest form; one that the store does not sell is left out."""
        found = repository.find_by_codes(session.connection(), store_id, skus=skus, gtins=[])
        return {product.card.sku: product.card.gtins for product in found}

    def find_substitutes(
        self, connection: Connection, store_id: str, product_id: str, wished_skus: Sequence[str]
    ) -> list[CatalogProduct]:
        """What may be given instead, the best first; nothing for a product the store does not sell."""
        ordered = next(iter(repository.find_by_ids(connection, store_id, [product_id])), None)
        if ordered is None:
            return []
        skus = [*wished_skus, *ordered.substitutes]
        related = repository.find_related(connection, store_id, skus=skus, use=ordered.use)
        return rank_substitutes(ordered, wished_skus, related)

    def find_by_sku(self, session: Session, store_id: str, sku: str) -> CatalogProduct | None:
        found = repository.find_by_codes(session.connection(), store_id, skus=[sku], gtins=[])
        return found[0] if found else None

    def find_by_gtin(self, session: Session, store_id: str, gtin: str) -> CatalogProduct | None:
        """By any spelling of a GTIN; nothing for what is no GTIN."""
        try:
            canonical = canonical_gtin(gtin)
        except BarcodeMalformed:
            return None
        found = repository.find_by_codes(session.connection(), store_id, skus=[], gtins=[canonical])
        return found[0] if found else None

    def find_by_article(self, session: Session, store_id: str, article: str) -> CatalogProduct | None:
        """By the number a scale prints."""
        return repository.find_by_article(session.connection(), store_id, article)

    def standing_at(
        self, session: Session, store_id: str, location_ids: Sequence[str] | None
    ) -> Mapping[str, CatalogProduct]:
        """The product at each of these locations (None: at every one); of several the first by SKU."""
        products = repository.find_standing(session.connection(), store_id, location_ids)
        return {product.location_id: product for product in reversed(products)}

    def locations_of(self, session: Session, store_id: str, product_ids: Sequence[str]) -> set[str]:
        """Where these products stand."""
        return {product.location_id for product in self.by_id(session, store_id, product_ids).values()}

    def place_of(self, session: Session, store_id: str, scan: str, rules: tuple[WeighedRule, ...]) -> str | None:
        """The location where the product with this barcode or SKU stands, by any spelling; nothing for others."""
        try:
            code = read_barcode(scan, rules)
        except BarcodeMalformed:
            product = self.find_by_sku(session, store_id, scan)
        else:
            gtin, article = code.gtin, code.article
            product = self.find_by_gtin(session, store_id, gtin) if gtin else None
            if product is None and article:
                product = self.find_by_article(session, store_id, article)
        return product.location_id if product is not None else None

    async def search(self, store_id: str, query: str, limit: int = SEARCH_LIMIT) -> list[CatalogProduct]:
        """Products that hold every word of `query`; the first ones by SKU where it is empty."""
        words = query.split()[:SEARCH_WORDS_MAX]
        return await self._read(lambda session: repository.search(session.connection(), store_id, words, limit))

    async def get(self, store_id: str, sku: str) -> CatalogProduct:
        """Raises ProductNotFound."""
        product = await self._read(lambda session: self.find_by_sku(session, store_id, sku))
        if product is None:
            raise ProductNotFound("this store sells no such product", sku=sku[:40])
        return product

    async def import_text(self, store_id: str, text: str | bytes) -> ImportedProducts:
        """Take a whole products.csv (UTF-8). Raises ProductFileRejected; then nothing was changed."""
        entries = await asyncio.to_thread(lambda: read_products(_decoded(text)))
        imported: ImportedProducts = await self._handle(ImportProducts(store_id, entries))
        return imported

    def import_products(self, command: ImportProducts, tx: Transaction) -> ImportedProducts:
        """Add or change all of them, or raise ProductFileRejected with every row that does not fit this store."""
        locations = self._locations.location_ids(tx.session, command.store_id)
        known = repository.get_rows(tx.connection, command.store_id)
        owners = repository.get_barcodes(tx.connection, command.store_id)
        problems = [
            *_unknown_places(command.entries, locations),
            *_taken_codes(command.entries, known, owners),
            *_unknown_substitutes(command.entries, known),
        ]
        if problems:
            raise rejected(sorted(problems, key=lambda problem: problem.row))
        added, changed = [], []
        codes: dict[str, str] = {}
        for entry in command.entries:
            before = known.get(entry.sku)
            row = {
                **{name: getattr(entry, name) for name in _COLUMNS},
                "id": before["id"] if before else tx.ids.new("product"),
                "store_id": command.store_id,
                "location_id": locations[entry.location],
                **_promotion_kept(before, entry.price_minor),
            }
            codes |= dict.fromkeys(entry.gtins, row["id"])
            if before is None:
                added.append(row)
            elif before != row:
                changed.append(row)
        repository.insert_products(tx.connection, added)
        repository.update_products(tx.connection, changed)
        recoded = self._replace_barcodes(command, known, owners, codes, tx)
        changed_ids = {row["id"] for row in changed} | recoded
        tell_changed(tx, command.store_id, sorted(changed_ids | {row["id"] for row in added}))
        return ImportedProducts(len(added), len(changed_ids), len(command.entries) - len(added) - len(changed_ids))

    def _replace_barcodes(
        self,
        command: ImportProducts,
        known: Mapping[str, Mapping[str, Any]],
        owners: Mapping[str, str],
        codes: Mapping[str, str],
        tx: Transaction,
    ) -> set[str]:
        """Give every product of the file exactly its GTINs; returns the known products whose GTINs changed."""
        mine = {known[entry.sku]["id"] for entry in command.entries if entry.sku in known}
        gone = [gtin for gtin, owner in owners.items() if owner in mine and codes.get(gtin) != owner]
        fresh = [{"gtin": gtin, "product_id": owner} for gtin, owner in codes.items() if owners.get(gtin) != owner]
        repository.replace_barcodes(tx.connection, command.store_id, gone, fresh)
        return {owners[gtin] for gtin in gone} | {row["product_id"] for row in fresh if row["product_id"] in mine}

    async def _read(self, question: Callable[[Session], T]) -> T:
        def ask() -> T:
            with self._database.reading() as session:
                return question(session)

        return await asyncio.to_thread(ask)


def tell_changed(tx: Transaction, store_id: str, product_ids: Sequence[str]) -> None:
    """`ProductsChanged`, a few hundred products each."""
    for at in range(0, len(product_ids), PRODUCTS_PER_EVENT):
        some = list(product_ids[at : at + PRODUCTS_PER_EVENT])
        tx.publish(ProductsChanged(store_id=store_id, at=tx.now(), product_ids=some))


def _promotion_kept(before: Mapping[str, Any] | None, price_minor: int) -> dict[str, Any]:
    """A promotion goes on while the file says the same price; another price is a price of its own."""
    if before is None or before["price_minor"] != price_minor:
        return {"was_minor": None, "promotion": ""}
    return {"was_minor": before["was_minor"], "promotion": before["promotion"]}


def _unknown_places(entries: Iterable[ProductEntry], locations: Mapping[str, str]) -> list[FileProblem]:
    return [
        FileProblem(entry.row, "location", f"the store has no location {entry.location}")
        for entry in entries
        if entry.location not in locations
    ]


def _unknown_substitutes(
    entries: Iterable[ProductEntry], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[FileProblem]:
    """SKUs that neither the file nor the catalogue has."""
    entries = list(entries)
    sold = {entry.sku for entry in entries} | set(known)
    for entry in entries:
        for sku in entry.substitutes.split():
            if sku not in sold:
                yield FileProblem(entry.row, "substitutes", f"the store sells no {sku}")


def _taken_codes(
    entries: Iterable[ProductEntry], known: Mapping[str, Mapping[str, Any]], owners: Mapping[str, str]
) -> list[FileProblem]:
    """GTINs and articles that belong to a product which the file does not name and therefore does not change."""
    listed = {entry.sku for entry in entries}
    others = {row["id"]: sku for sku, row in known.items() if sku not in listed}
    articles = {row["article"]: sku for sku, row in known.items() if sku not in listed and row["article"]}
    problems = []
    for entry in entries:
        for gtin in entry.gtins:
            if (owner := owners.get(gtin)) in others:
                problems.append(FileProblem(entry.row, "gtins", f"{gtin} belongs to {others[str(owner)]} already"))
        if entry.article in articles:
            taken = f"{entry.article} belongs to {articles[entry.article]} already"
            problems.append(FileProblem(entry.row, "article", taken))
    return problems


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = text[: error.start].count(b"\n") + 1
        problem = FileProblem(row, "", "this is not UTF-8; save the file as CSV UTF-8")
        raise ProductFileRejected(
            f"{FILE_NAME}, row {row}: {problem.problem}", problems=[problem.as_fact()], problems_total=1
        ) from None
