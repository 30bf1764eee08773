"""The demo store with more access points than its own two: the nearest one in every aisle has its labels."""

from __future__ import annotations

import csv
import io
import json
from functools import cache

from backend.demo.loading import FILES
from shared.barcode import check_digit
from tests.simulation.shops import Shop, load_shop

ACCESS_POINTS = 8  # an assumption: two or three aisles each
COPIES = 8
SHELVES_APART = 10


@cache
def hour_shop() -> Shop:
    """Everything of the demo store; its labels on eight access points, aisle by aisle."""
    store, products = (text("store.json"), text("products.csv"))
    return load_shop("hour", store, products, labels_file(label_rows()))


@cache
def price_shop(copies: int = COPIES) -> Shop:
    """The same floor with eight times the shelves, products and labels: 30,000. Shoppers buy what they always did."""
    store = json.loads(text("store.json"))
    store["locations"] = [
        {**at, "shelf": at["shelf"] + SHELVES_APART * copy} for copy in range(copies) for at in store["locations"]
    ]
    rows = [
        (f"{copy}{label[1:]}", point, _moved(address, copy))
        for copy in range(copies)
        for label, point, address in label_rows()
    ]
    return load_shop("prices", json.dumps(store), _products(copies), labels_file(rows))


def _products(copies: int) -> str:
    rows = list(csv.DictReader(io.StringIO(text("products.csv"))))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    for copy in range(1, copies):
        for row in rows:
            digits = f"95219{copy}{row['sku']}"
            own = {
                "sku": f"{copy}-{row['sku']}",
                "gtins": digits + check_digit(digits),
                "unit": "each",
                "article": "",
            }
            writer.writerow({**row, **own, "location": _moved(row["location"], copy)})
    return out.getvalue()


def _moved(address: str, copy: int) -> str:
    aisle, bay, shelf = address.split("-")
    return f"{aisle}-{bay}-{int(shelf) + SHELVES_APART * copy}"


def text(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


def label_rows() -> list[tuple[str, str, str]]:
    """Label, access point, address."""
    rows = list(csv.DictReader(io.StringIO(text("labels.csv"))))
    aisles = sorted({row["location"].partition("-")[0] for row in rows}, key=lambda aisle: (len(aisle), aisle))
    point_of = {aisle: f"ap{1 + at * ACCESS_POINTS // len(aisles)}" for at, aisle in enumerate(aisles)}
    return [(row["label_id"], point_of[row["location"].partition("-")[0]], row["location"]) for row in rows]


def labels_file(rows: list[tuple[str, str, str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([("label_id", "gateway", "location"), *rows])
    return out.getvalue()
