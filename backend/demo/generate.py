"""Makes the files of the demo store, the same byte for byte each time: `python -m backend.demo.generate`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend.catalog.importing import COLUMNS as PRODUCT_COLUMNS
from backend.demo.assortment import DemoProduct, read_departments, thinned
from backend.demo.companions import ranked_substitutes
from backend.demo.floor import Building, Place
from backend.stores.importing import FORMAT

FOLDER = Path(__file__).parent / "files"
SEED = 7
FILLED_SHARE = 0.975  # a real shelf has gaps
LABEL_COLUMNS = ("label_id", "gateway", "location")
# Two radio bases, as a shop of this size has; the back half of the floor is the second one's.
GATEWAYS = ("front", "back")
STORE = {
    "name": "Blinkpick Demo Market",
    "currency": "EUR",
    "languages": ["en", "zh", "pt"],
    "time_zone": "Europe/Lisbon",
    "weighed_rules": [{"pattern": "28PPPPPWWWWWC"}],
}


def generate() -> dict[str, str]:
    """File name -> text of every file of the demo store."""
    chance = random.Random(SEED)
    departments = read_departments()
    building = Building({department.number: department.name for department in departments})
    stocked: list[tuple[DemoProduct, Place]] = []
    for department in departments:
        places = building.places[department.number]
        products = thinned(department.products, int(len(places) * FILLED_SHARE), chance)
        # Evenly spread, so that gaps are single free places and not one empty end of the aisle.
        stocked += [(product, places[index * len(places) // len(products)]) for index, product in enumerate(products)]
    places = [place for number in sorted(building.places) for place in building.places[number]]
    return {
        "store.json": _store_json(building, places),
        "products.csv": _products_csv(stocked),
        "labels.csv": _labels_csv(building, places),
    }


def label_id(address: str) -> str:
    """The label's hardware address, 16 hexadecimal digits: invented, but the same for the same place."""
    return "0000021B" + hashlib.sha256(address.encode()).hexdigest()[:8].upper()


def _store_json(building: Building, places: Sequence[Place]) -> str:
    """One node, edge or location per line: easy to read, and to compare."""
    parts: list[str] = [f'  "format": {_json(FORMAT)}', f'  "store": {_json(STORE)}']
    floor = building.as_map()
    plain = [f"    {_json(name)}: {_json(value)}" for name, value in floor.items() if not isinstance(value, list)]
    lists = [_lines(name, value, "    ") for name, value in floor.items() if isinstance(value, list)]
    parts.append('  "map": {\n' + ",\n".join(plain + lists) + "\n  }")
    parts.append(_lines("locations", (asdict(place) for place in places), "  "))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(name: str, values: Iterable[Any], indent: str) -> str:
    rows = ",\n".join(f"{indent}  {_json(value)}" for value in values)
    return f"{indent}{_json(name)}: [\n{rows}\n{indent}]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _products_csv(stocked: Sequence[tuple[DemoProduct, Place]]) -> str:
    substitutes = ranked_substitutes([product for product, _ in stocked])
    columns = (*PRODUCT_COLUMNS, "use", "substitutes")
    rows = []
    for product, place in stocked:
        cells = {
            **asdict(product),
            "gtins": " ".join(product.gtins),
            "location": place.address,
            "substitutes": " ".join(substitutes[product.sku]),
        }
        rows.append([cells[column] for column in columns])
    return _csv(columns, rows)


def _labels_csv(building: Building, places: Iterable[Place]) -> str:
    middle_m = building.as_map()["height_m"] / 2
    rows = [[label_id(place.address), GATEWAYS[place.y_m < middle_m], place.address] for place in places]
    return _csv(LABEL_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in generate().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
