"""What shoppers of the demo store buy: believable baskets from a seed. Pure; whoever sends them makes the messages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from pathlib import Path

from backend.catalog.importing import FILE_NAME, ProductEntry, read_products

FILES = Path(__file__).parent / "files"
GRAMS_STEP = 50
COUNTER_GRAMS = (100, 500)
LOOSE_PIECES_MAX = 6
LOOSE_GRAMS_MAX = 1_800
NOTES = ("ripe, please", "not too ripe, please", "as fresh as possible", "leave out if there is none")
NOTE_SHARE = 0.03

# How often a shopper reaches into a department, relative to its share of the products.
_DEPARTMENT_WEIGHTS = {
    "Fruit and vegetables": 28.0,
    "Dairy and eggs": 6.0,
    "Bakery": 6.0,
    "Meat and fish": 7.0,
    "Cheese and deli": 4.0,
    "Breakfast": 1.6,
    "Pasta and rice": 1.4,
    "Water and soft drinks": 1.4,
    "Beer and wine": 0.5,
    "Personal care": 0.5,
    "Cleaning": 0.5,
}


class BasketKind(Enum):
    """How many lines: least, most likely, most."""

    TOP_UP = (3, 9, 18)  # about 10 lines
    WEEKLY = (16, 28, 46)  # about 30 lines


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One product in pieces or grams."""

    sku: str
    gtins: tuple[str, ...]
    name: str
    unit: str
    quantity: int
    unit_price_minor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """One order before a channel writes it in its own words. `due_after_s` counts from the moment it is placed."""

    number: int
    lines: tuple[BasketLine, ...]
    due_after_s: int
    total_minor: int


def demo_products() -> tuple[ProductEntry, ...]:
    """Everything the demo store sells."""
    return read_products((FILES / FILE_NAME).read_text(encoding="utf-8"))


def baskets(
    products: Sequence[ProductEntry], *, seed: int, kinds: Sequence[BasketKind] = tuple(BasketKind)
) -> Iterator[Basket]:
    """Endless baskets, the same for the same seed; `kinds` are drawn evenly."""
    chance = random.Random(seed)
    weights = [*accumulate(_popularity(products))]
    number = 0
    while True:
        number += 1
        least, likely, most = chance.choice(kinds).value
        count = min(len(products), round(chance.triangular(least, most, likely)))
        chosen: dict[str, ProductEntry] = {}
        while len(chosen) < count:
            product = chance.choices(products, cum_weights=weights)[0]
            chosen[product.sku] = product
        lines = tuple(_line(product, chance) for product in chosen.values())
        yield Basket(number, lines, _due_after_s(chance), sum(_price_minor(line) for line in lines))


def _popularity(products: Sequence[ProductEntry]) -> list[float]:
    """Few products sell often and many seldom; which ones does not depend on the basket's seed."""
    chance = random.Random(1)
    return [_DEPARTMENT_WEIGHTS.get(product.department, 1.0) / (0.05 + chance.random()) for product in products]


def _line(product: ProductEntry, chance: random.Random) -> BasketLine:
    note = chance.choice(NOTES) if chance.random() < NOTE_SHARE else ""
    return BasketLine(
        product.sku,
        product.gtins,
        product.name_en,
        product.unit,
        _grams(product, chance) if product.unit == "gram" else chance.choices((1, 2, 3, 4, 6), (70, 19, 5, 4, 2))[0],
        product.price_minor,
        note,
    )


def _grams(product: ProductEntry, chance: random.Random) -> int:
    """Some pieces of fruit, or an amount as one asks for at the counter."""
    if not product.piece_weight_g:
        return chance.randrange(COUNTER_GRAMS[0], COUNTER_GRAMS[1] + 1, GRAMS_STEP)
    pieces = chance.randint(1, LOOSE_PIECES_MAX)
    grams = max(product.piece_weight_g, min(pieces * product.piece_weight_g, LOOSE_GRAMS_MAX))
    return max(GRAMS_STEP, round(grams / GRAMS_STEP) * GRAMS_STEP)


def _due_after_s(chance: random.Random) -> int:
    """One in ten is promised within 30 to 45 minutes, half within four hours, the others within six."""
    least, most = chance.choices(((30, 45), (60, 240), (240, 360)), (10, 50, 40))[0]
    return chance.randrange(least, most + 1, 5) * 60


def _price_minor(line: BasketLine) -> int:
    if line.unit == "gram":
        return round(line.quantity * line.unit_price_minor / 1000)
    return line.quantity * line.unit_price_minor
