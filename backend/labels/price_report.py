"""Every label that does not show what it should, and every product with a difference, as CSV. Pure.

The screens list five hundred of each; whoever walks along the shelves, or looks for a fault in a table, wants all.
A cell that a table program would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from backend.labels.differences import Difference
from backend.labels.pictures.service import ShownPrice

LABEL_COLUMNS = (
    "label_id",
    "location",
    "sku",
    "name",
    "price_minor",
    "shown_minor",
    "state",
    "attempts",
    "problem",
    "wanted_at",
    "should_show",
)
PRICE, NOTHING = "price", "nothing"
DIFFERENCE_COLUMNS = ("sku", "name", "trouble", "till_minor", "shelf_minor", "catalogue_minor")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | None


def labels_report(not_right: Iterable[ShownPrice], addresses: Mapping[str, str]) -> str:
    """`addresses` by location id. By address, so that one walk passes them all.

    One that should show nothing waits to be cleared: what it says is of a product that is gone.
    """
    rows = [
        (
            each.label.address.external_id,
            addresses.get(each.label.location_id, ""),
            each.placed.card.sku if each.placed is not None else "",
            each.placed.card.name if each.placed is not None else "",
            each.placed.card.price_minor if each.placed is not None else None,
            each.shown_minor,
            each.picture.state.value,
            each.picture.failures,
            each.picture.problem,
            _instant(each.picture.wanted_at),
            PRICE if each.placed is not None else NOTHING,
        )
        for each in not_right
    ]
    return _csv(LABEL_COLUMNS, sorted(rows, key=lambda row: (row[1], row[0])))


def differences_report(found: Sequence[Difference]) -> str:
    """The worst first, as they come."""
    return _csv(
        DIFFERENCE_COLUMNS,
        (
            (
                each.prices.sku,
                each.prices.name,
                each.trouble.value,
                each.prices.till_minor,
                each.prices.shelf_minor,
                each.prices.catalogue_minor,
            )
            for each in found
        ),
    )


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)  # lines end as RFC 4180 says, and so a lone carriage return is quoted
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _instant(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at is not None else ""
