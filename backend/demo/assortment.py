"""What the demo store sells: reads the assortment files and turns families of products into single products."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shared.barcode import check_digit
from shared.products import TemperatureClass, UnitOfMeasure

FOLDER = Path(__file__).parent / "assortment"
GS1_DEMONSTRATION_PREFIX = "952"  # GS1 keeps it for demonstrations and examples; no real product has it
BASICS = "basics"
_SIZE = re.compile(r"(?:(\d+) x )?([0-9.]+) (g|kg|ml|l)")
_GRAMS_PER = {"g": 1, "kg": 1000, "ml": 1, "l": 1000}
# Lighter greys would vanish on the phone's light ground; a pure yellow does not.
_BRIGHTNESS_MAX, _BRIGHTNESS_MAX_PURE = 0.62, 0.84


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    name_zh: str
    factor: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product without its place. `gtins` is empty for what is weighed."""

    sku: str
    gtins: tuple[str, ...]
    name_en: str
    name_zh: str
    name_pt: str
    department: str
    unit: UnitOfMeasure
    temperature: TemperatureClass
    price_minor: int
    size: str
    piece_weight_g: int
    picture: str
    article: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class _Family:
    """A heading of an assortment file: what all its lines have in common."""

    shape: str
    brands: tuple[Brand, ...]
    sizes: tuple[tuple[str, int], ...]


@dataclass
class Department:
    """One assortment file: its number (the file's first two digits), its name and its products."""

    number: int
    name: str = ""
    products: list[DemoProduct] = field(default_factory=list)

    @property
    def temperature(self) -> TemperatureClass:
        if self.number == 25:
            return TemperatureClass.FROZEN
        return TemperatureClass.CHILLED if self.number in (20, 23, 24) else TemperatureClass.AMBIENT


def read_departments() -> list[Department]:
    """Every department, by number; the same products with the same numbers each time."""
    brands = _read_brands((FOLDER / "brands.txt").read_text(encoding="utf-8"))
    files = sorted(path for path in FOLDER.glob("*.txt") if path.name[:2].isdigit())
    return [_read_department(int(path.name[:2]), path.read_text(encoding="utf-8"), brands) for path in files]


def thinned(products: list[DemoProduct], count: int, chance: random.Random) -> list[DemoProduct]:
    """At most `count` of the products, in their order: no shop has every brand in every size."""
    if len(products) <= count:
        return products
    kept = sorted(chance.sample(range(len(products)), count))
    return [products[index] for index in kept]


@cache
def _loose_uses() -> dict[str, str]:
    """English name of what is weighed -> its use."""
    text = (FOLDER / "loose-uses.txt").read_text(encoding="utf-8")
    return {name.strip(): use for use, names in _cells(text) for name in names.split(",")}


def _read_brands(text: str) -> dict[str, list[Brand]]:
    groups: dict[str, list[Brand]] = {}
    for group, name, name_zh, factor in _cells(text):
        groups.setdefault(group, []).append(Brand(name, name_zh, int(factor)))
    return groups


def _read_department(number: int, text: str, brands: dict[str, list[Brand]]) -> Department:
    department = Department(number)
    family: _Family | None = None
    for cells in _cells(text):
        if cells[0].startswith(">"):
            department.name = cells[0][1:].strip()
        elif cells[0].startswith("="):
            family = _family(cells, brands)
        elif family is None:
            department.products.append(_weighed(department, *cells))
        else:
            department.products += _packed(department, family, *cells)
    return department


def _cells(text: str) -> Iterator[list[str]]:
    """The cells of every line that is neither empty nor a comment."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def _family(cells: list[str], brands: dict[str, list[Brand]]) -> _Family | None:
    """`= shape | brand groups | size:price, size:price`, or `= weighed` for which there is none."""
    shape = cells[0][1:].strip()
    if shape == "weighed":
        return None
    chosen = [brand for group in cells[1].split(",") for brand in brands[group.strip()]]
    sizes = [size.strip().rsplit(":", 1) for size in cells[2].split(",")]
    return _Family(shape, tuple(chosen), tuple((size, int(price)) for size, price in sizes))


def _packed(
    department: Department, family: _Family, name_en: str, name_zh: str, name_pt: str, colour: str
) -> Iterator[DemoProduct]:
    """One product per brand and size."""
    start = len(department.products)
    pairs = [(brand, size, price) for brand in family.brands for size, price in family.sizes]
    for index, (brand, size, price) in enumerate(pairs, start=start):
        yield DemoProduct(
            sku=f"{department.number:02d}{index + 1:04d}",
            gtins=_gtins(department.number, index),
            name_en=f"{brand.name} {name_en}",
            name_zh=f"{brand.name_zh}{name_zh}",
            name_pt=f"{name_pt} {brand.name}",
            department=department.name,
            unit=UnitOfMeasure.EACH,
            temperature=department.temperature,
            price_minor=price * brand.factor // 1000 * 10 + 9,
            size=size,
            piece_weight_g=_weight_g(size),
            picture=f"{family.shape}:{_visible(colour)}",
            use=_word(f"{department.name} {name_en}"),
        )


def _weighed(
    department: Department, name_en: str, name_zh: str, name_pt: str, picture: str, price: str, piece_g: str
) -> DemoProduct:
    shape, colour = picture.split(":")
    index = len(department.products)
    return DemoProduct(
        sku=f"{department.number:02d}{index + 1:04d}",
        gtins=(),
        name_en=name_en,
        name_zh=name_zh,
        name_pt=name_pt,
        department=department.name,
        unit=UnitOfMeasure.GRAM,
        temperature=department.temperature,
        price_minor=int(price),
        size="",
        piece_weight_g=int(piece_g),
        picture=f"{shape}:{_visible(colour)}",
        article=f"{department.number:02d}{index + 1:03d}",
        use=_loose_uses().get(name_en, ""),
    )


def _gtins(department: int, index: int) -> tuple[str, ...]:
    """A GTIN per product; every fortieth has a second one, as after a change of the pack."""
    bodies = [f"{GS1_DEMONSTRATION_PREFIX}{department:02d}{index:06d}0"]
    if index % 40 == 7:
        bodies.append(f"{GS1_DEMONSTRATION_PREFIX}{department:02d}{index:06d}1")
    return tuple(body + check_digit(body) for body in bodies)


def _weight_g(size: str) -> int:
    """Roughly what one pack weighs (a millilitre counts as a gram); 0 where the size does not say."""
    match = _SIZE.fullmatch(size)
    if match is None:
        return 0
    return round(int(match[1] or 1) * float(match[2]) * _GRAMS_PER[match[3]])


def _word(text: str) -> str:
    """As a use is written: `dairy-and-eggs-whole-milk`."""
    return "-".join(re.findall("[a-z0-9]+", text.lower()))


def _visible(colour: str) -> str:
    """The colour, darkened if it is too light to be seen."""
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    brightness = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255
    purity = 1 - min(parts) / max(*parts, 1)
    most = _BRIGHTNESS_MAX + (_BRIGHTNESS_MAX_PURE - _BRIGHTNESS_MAX) * purity
    if brightness > most:
        parts = [round(part * most / brightness) for part in parts]
    return "".join(f"{part:02x}" for part in parts)
