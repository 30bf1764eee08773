"""New prices as a CSV file or as JSON, read with errors that name the row and what was expected. Pure.

UTF-8, comma or semicolon, a heading with these columns in any sequence; the last three may be left out:

    sku,price_minor,was_minor,caption,ends_at
    200005,129,149,Weekend,2026-12-06T22:00:00Z

`price_minor` in the currency's minor unit (per kilogram if sold by gram). With `was_minor` it is a promotion: `caption`
is what the label says of it, and at `ends_at` (ISO 8601, with its zone) the price is `was_minor` again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.catalog.errors import PricesRejected

NEEDED, OPTIONAL = ("sku", "price_minor"), ("was_minor", "caption", "ends_at")
ROWS_MAX = 100_000
PROBLEMS_MAX = 100
NUMBER_MAX = 1_000_000_000
CAPTION_MAX = 40
SKU_MAX = 40

Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """One product's new price. `at` says where it stood, for whoever has to mend it."""

    at: str
    sku: str
    price_minor: int
    was_minor: int | None = None
    caption: str = ""
    ends_at: datetime | None = None


def read_prices_csv(raw: bytes) -> tuple[PriceEntry, ...]:
    """Raises PricesRejected naming every wrong row (at most 100), and nothing else."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise rejected([("row 1", f"the file is not UTF-8 (byte {error.start})")]) from None
    heading, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in heading else ",", strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        if problem := _heading_problem(columns):
            raise rejected([("row 1", problem)])
        rows = [
            (f"row {number}", columns, [cell.strip() for cell in cells])
            for number, cells in enumerate(reader, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise rejected([(f"row {reader.line_num}", f"this is not CSV: {error}")]) from None
    return _checked(_csv_values(rows))


def read_prices_json(raw: bytes) -> tuple[PriceEntry, ...]:
    """`{"prices": [{"sku": ..., "price_minor": ..., ...}]}`. Raises PricesRejected, and nothing else."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise rejected([("the body", f"this is not JSON: {error}"[:200])]) from None
    entries = body.get("prices") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise rejected([("the body", 'expected {"prices": [...]}')])
    return _checked(_json_values(entries))


def rejected(problems: list[Problem]) -> PricesRejected:
    """One error that says all of it."""
    at, problem = problems[0]
    more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
    return PricesRejected(
        f"{at}: {problem}{more}; no price was changed",
        problems=[{"at": at, "problem": problem} for at, problem in problems[:PROBLEMS_MAX]],
        problems_total=len(problems),
    )


Found = tuple[str, Mapping[str, Any] | str]
"""Where it stood, and the values by column; or what is wrong with all of it."""


def _csv_values(rows: list[tuple[str, list[str], list[str]]]) -> Iterator[Found]:
    for at, columns, cells in rows:
        if len(cells) != len(columns):
            yield at, f"{len(columns)} values are needed, there are {len(cells)}"
            continue
        values: dict[str, Any] = {name: value for name, value in zip(columns, cells, strict=True) if value}
        for name in ("price_minor", "was_minor"):
            text = values.get(name, "")
            if text.isascii() and text.isdigit() and len(text) <= 10:
                values[name] = int(text)
        yield at, values


def _json_values(entries: list[Any]) -> Iterator[Found]:
    for number, entry in enumerate(entries):
        at = f"prices[{number}]"
        if not isinstance(entry, dict):
            yield at, "expected an object"
        elif unknown := sorted(str(name) for name in entry if name not in (*NEEDED, *OPTIONAL)):
            yield at, f"there is no field {unknown[0][:40]!r}; there are {', '.join((*NEEDED, *OPTIONAL))}"
        else:
            yield at, {name: value for name, value in entry.items() if value is not None}


def _heading_problem(columns: list[str]) -> str:
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name for name in columns if name not in (*NEEDED, *OPTIONAL)]
    if missing:
        return f"the column {missing[0]} is missing"
    if unknown:
        return f"there is no column {unknown[0][:40]!r}; there are {', '.join((*NEEDED, *OPTIONAL))}"
    return "a column stands twice" if len(set(columns)) < len(columns) else ""


def _checked(found: Iterator[Found]) -> tuple[PriceEntry, ...]:
    entries: list[PriceEntry] = []
    problems: list[Problem] = []
    first_at: dict[str, str] = {}
    for number, (at, values) in enumerate(found):
        if number == ROWS_MAX:
            problems.append((at, f"at most {ROWS_MAX} prices are taken at once"))
            break
        if isinstance(values, str):
            problems.append((at, values))
            continue
        wrong = [(f"{at}, {name}", problem) for name, problem in _problems(values)]
        problems += wrong
        if wrong:
            continue
        sku = values["sku"]
        if sku in first_at:
            problems.append((f"{at}, sku", f"{sku} stands in {first_at[sku]} already"))
        first_at.setdefault(sku, at)
        ends_at = values.get("ends_at")
        entries.append(
            PriceEntry(
                at,
                sku,
                values["price_minor"],
                values.get("was_minor"),
                values.get("caption", ""),
                datetime.fromisoformat(ends_at) if ends_at else None,
            )
        )
    if not entries and not problems:
        problems.append(("the file", "there is no price in it"))
    if problems:
        raise rejected(problems)
    return tuple(entries)


def _problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    sku, price, was = values.get("sku"), values.get("price_minor"), values.get("was_minor")
    if not isinstance(sku, str) or not 1 <= len(sku) <= SKU_MAX or not sku.isprintable() or " " in sku:
        yield "sku", f"expected 1 to {SKU_MAX} signs without blanks, found {_shown(sku)}"
    if not _is_price(price):
        yield "price_minor", f"expected a whole number from 0 to {NUMBER_MAX}, found {_shown(price)}"
    if was is not None and not _is_price(was):
        yield "was_minor", f"expected a whole number from 0 to {NUMBER_MAX}, found {_shown(was)}"
    elif was is not None and _is_price(price) and was <= price:
        yield "was_minor", f"a promotion costs less than before: {was} is not more than {price}"
    for name in ("caption", "ends_at"):
        if name in values and was is None:
            yield name, "only a promotion (with was_minor) has one"
    caption = values.get("caption", "")
    if not isinstance(caption, str) or len(caption) > CAPTION_MAX or not caption.isprintable():
        yield "caption", f"expected at most {CAPTION_MAX} letters, found {_shown(caption)}"
    if "ends_at" in values and not _is_instant(values["ends_at"]):
        yield "ends_at", f"expected an instant with its zone, 2026-12-06T22:00:00Z, found {_shown(values['ends_at'])}"


def _is_price(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= NUMBER_MAX


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _shown(value: Any) -> str:
    return "nothing" if value is None or value == "" else repr(value)[:60]
