"""products.csv: what a store sells and where it stands, read with errors that name file, row and column. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.catalog.errors import ProductFileRejected
from shared.barcode import BarcodeMalformed, canonical_gtin
from shared.places import ADDRESS_PATTERN
from shared.products import Handling, TemperatureClass, UnitOfMeasure

FILE_NAME = "products.csv"
COLUMNS = (
    *("sku", "gtins", "name_en", "name_zh", "name_pt", "department", "unit", "temperature"),
    *("price_minor", "size", "piece_weight_g", "picture", "article", "location"),
)
# May be left out; each with what an empty cell, or none, means.
OPTIONAL_COLUMNS = {
    **{"handling": Handling.ORDINARY.value, "age_restricted": "no", "use": "", "substitutes": ""},
    "max_per_order": "0",
}
ROWS_MAX = 200_000
PROBLEMS_MAX = 100
GTINS_MAX = 20
SUBSTITUTES_MAX = 10
NUMBER_MAX = 1_000_000_000

_SKU = re.compile(r"[\x21-\x7e]{1,40}")
_USE = re.compile(r"[a-z0-9-]{0,60}")
_PICTURE = re.compile(r"([a-z0-9-]{1,40}(:[0-9a-f]{6})?)?")
_ARTICLE = re.compile(r"[0-9]{0,8}")
_ADDRESS = re.compile(ADDRESS_PATTERN)


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """One checked row. `row` counts as an editor shows it: the heading is row 1."""

    row: int
    sku: str
    gtins: tuple[str, ...]
    name_en: str
    name_zh: str
    name_pt: str
    department: str
    unit: str
    temperature: str
    price_minor: int
    size: str
    piece_weight_g: int
    picture: str
    article: str
    location: str
    handling: str = Handling.ORDINARY.value
    is_age_restricted: bool = False
    use: str = ""
    substitutes: str = ""
    max_per_order: int = 0


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong, where, and what was expected."""

    row: int
    column: str
    problem: str

    def as_fact(self) -> dict[str, Any]:
        return {"file": FILE_NAME, "row": self.row, "column": self.column, "problem": self.problem}


def read_products(text: str) -> tuple[ProductEntry, ...]:
    """Parse and check a whole products.csv. Raises ProductFileRejected listing every problem (at most 100)."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    entries: list[ProductEntry] = []
    problems: list[FileProblem] = []
    seen = _Seen()
    try:
        problems += _heading_problems(reader.fieldnames or ())
        if problems:
            raise rejected(problems)
        for row, cells in enumerate(reader, start=2):
            if row > ROWS_MAX + 1:
                raise rejected([FileProblem(row, "", f"at most {ROWS_MAX} products are read")])
            found = list(_shape_problems(row, cells)) or list(_value_problems(row, cells, seen))
            problems += found
            if not found:
                entries.append(_entry(row, cells))
    except csv.Error as error:
        raise rejected([*problems, FileProblem(reader.line_num, "", f"this is not CSV: {error}")]) from None
    if not problems and not entries:
        problems.append(FileProblem(2, "", "the file holds no product"))
    if problems:
        raise rejected(problems)
    return tuple(entries)


def rejected(problems: list[FileProblem]) -> ProductFileRejected:
    """The one error for a wrong file."""
    first = problems[0]
    at = f"row {first.row}" + (f", {first.column}" if first.column else "")
    return ProductFileRejected(
        f"{FILE_NAME}, {at}: {first.problem}",
        problems=[problem.as_fact() for problem in problems[:PROBLEMS_MAX]],
        problems_total=len(problems),
    )


class _Seen:
    """What stood in which row, to find what stands twice."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], int] = {}

    def before(self, column: str, value: str, row: int) -> int | None:
        first = self._rows.setdefault((column, value), row)
        return None if first == row else first


def _heading_problems(fields: Any) -> list[FileProblem]:
    """Columns may come in any sequence; each must be there once, the optional ones at most once, and no other."""
    names = [str(name).strip() for name in fields]
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in COLUMNS and name not in OPTIONAL_COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    return (
        [FileProblem(1, name, "this column is missing") for name in missing]
        + [FileProblem(1, name[:40], "there is no such column") for name in unknown]
        + [FileProblem(1, name, "this column stands twice") for name in twice]
    )


def _shape_problems(row: int, cells: Mapping[Any, Any]) -> Iterator[FileProblem]:
    """DictReader marks a cell too many with the key None, and one too few with the value None."""
    if None in cells:
        yield FileProblem(row, "", f"this row has more than {len(cells) - 1} cells")
    elif None in cells.values():
        yield FileProblem(row, "", f"this row has fewer than {len(cells)} cells")


def _value_problems(row: int, cells: Mapping[str, str], seen: _Seen) -> Iterator[FileProblem]:
    values = _values(cells)
    for column, is_right, expected in _RULES:
        if not is_right(values[column]):
            yield FileProblem(row, column, f"expected {expected}, found {_shown(values[column])}")
    for column in ("sku", "article"):
        before = seen.before(column, values[column], row) if values[column] else None
        if before:
            yield FileProblem(row, column, f"{_shown(values[column])} stands in row {before} already")
    is_weighed = values["unit"] == UnitOfMeasure.GRAM.value
    if values["article"] and not is_weighed:
        yield FileProblem(row, "article", "only products sold by gram have a scale article number")
    if is_weighed and not values["article"] and not values["gtins"]:
        yield FileProblem(row, "article", "a product sold by gram needs a scale article number or a GTIN")
    if not is_weighed and not values["gtins"]:
        yield FileProblem(row, "gtins", "a product sold by the piece needs at least one GTIN")
    yield from _gtin_problems(row, values["gtins"].split(), seen)
    yield from _substitute_problems(row, values["sku"], values["substitutes"].split())


def _gtin_problems(row: int, gtins: list[str], seen: _Seen) -> Iterator[FileProblem]:
    if len(gtins) > GTINS_MAX:
        yield FileProblem(row, "gtins", f"at most {GTINS_MAX} GTINs per product")
    for gtin in gtins[:GTINS_MAX]:
        try:
            before = seen.before("gtins", canonical_gtin(gtin), row)
        except BarcodeMalformed as error:
            yield FileProblem(row, "gtins", error.detail)
        else:
            if before:
                yield FileProblem(row, "gtins", f"{gtin} stands in row {before} already")


def _substitute_problems(row: int, sku: str, substitutes: list[str]) -> Iterator[FileProblem]:
    """Whether the store sells them is known only to the catalogue."""
    if len(substitutes) > SUBSTITUTES_MAX:
        yield FileProblem(row, "substitutes", f"at most {SUBSTITUTES_MAX} substitutes per product")
    for other in substitutes:
        if not _SKU.fullmatch(other):
            yield FileProblem(row, "substitutes", f"expected SKUs with blanks between, found {_shown(other)}")
        elif other == sku:
            yield FileProblem(row, "substitutes", "a product is no substitute for itself")
    if len(set(substitutes)) != len(substitutes):
        yield FileProblem(row, "substitutes", "one product stands here twice")


def _values(cells: Mapping[str, str]) -> dict[str, str]:
    """Every column's cell, those that may be left out too."""
    values = {name.strip(): value.strip() for name, value in cells.items()}
    return values | {name: values.get(name) or meant for name, meant in OPTIONAL_COLUMNS.items()}


def _one_of(kind: type[StrEnum]) -> tuple[Callable[[str], bool], str]:
    words = [member.value for member in kind]
    return words.__contains__, " or ".join(words)


def _text(least: int, most: int) -> Callable[[str], bool]:
    return lambda value: least <= len(value) <= most and value.isprintable()


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 10 and int(value) <= NUMBER_MAX


_WHOLE_NUMBER = f"a whole number from 0 to {NUMBER_MAX}"
_RULES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("sku", lambda value: bool(_SKU.fullmatch(value)), "1 to 40 signs without blanks"),
    ("name_en", _text(1, 120), "an English name of 1 to 120 letters"),
    ("name_zh", _text(0, 120), "a Chinese name of at most 120 letters"),
    ("name_pt", _text(0, 120), "a Portuguese name of at most 120 letters"),
    ("department", _text(1, 40), "a department of 1 to 40 letters"),
    ("unit", *_one_of(UnitOfMeasure)),
    ("temperature", *_one_of(TemperatureClass)),
    ("handling", *_one_of(Handling)),
    ("age_restricted", ("yes", "no").__contains__, "yes or no"),
    ("use", lambda value: bool(_USE.fullmatch(value)), "one word of a-z, 0-9 and -, at most 60 signs"),
    ("price_minor", _is_number, f"{_WHOLE_NUMBER} (cents; per kilogram if sold by gram)"),
    ("size", _text(0, 40), "a size of at most 40 letters"),
    ("piece_weight_g", _is_number, f"{_WHOLE_NUMBER} (grams, 0 if unknown)"),
    ("max_per_order", _is_number, f"{_WHOLE_NUMBER} (pieces or grams, 0 for no limit)"),
    ("picture", lambda value: bool(_PICTURE.fullmatch(value)), "a shape and a colour such as bottle:2e7d32"),
    ("article", lambda value: bool(_ARTICLE.fullmatch(value)), "at most 8 digits"),
    ("location", lambda value: bool(_ADDRESS.fullmatch(value)), "an address such as A12-4-3"),
)


def _shown(value: str) -> str:
    """A wrong value as it may stand in a sentence."""
    return f"{value[:40]!r}" if value else "nothing"


def _entry(row: int, cells: Mapping[str, str]) -> ProductEntry:
    values: dict[str, Any] = {**_values(cells)}
    values["is_age_restricted"] = values.pop("age_restricted") == "yes"
    values["gtins"] = tuple(dict.fromkeys(canonical_gtin(gtin) for gtin in values["gtins"].split()))
    values["substitutes"] = " ".join(values["substitutes"].split())
    for column in ("price_minor", "piece_weight_g", "max_per_order"):
        values[column] = int(values[column])
    return ProductEntry(row=row, **values)
