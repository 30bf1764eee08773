"""labels.csv: which label hangs where and on which gateway; read and checked before anything is kept. Pure.

UTF-8, comma or semicolon, a header line with exactly these columns in any order:

    label_id,gateway,location
    0000021234567890,main,A12-4-3

`label_id` is what is printed on the label, `gateway` a gateway's name, `location` an address (aisle-bay-shelf). A label
already known is moved; labels that are not in the file stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from backend.labels.errors import LabelsFileInvalid
from shared.places import ADDRESS_PATTERN

COLUMNS = ("label_id", "gateway", "location")
LINES_MAX = 100_000
PROBLEMS_MAX = 100
GATEWAY_NAME_MAX = 60
VALUE_SHOWN = 64

LABEL_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")
_ADDRESS = re.compile(ADDRESS_PATTERN)


class Expected(StrEnum):
    """What a line should have had; a phone says it in its own language."""

    UTF8 = "utf8"
    COLUMNS = "columns"
    CSV = "csv"
    SOME_LABEL = "some_label"
    FEWER_LINES = "fewer_lines"
    ALL_VALUES = "all_values"
    LABEL_ID = "label_id"
    LABEL_ONCE = "label_once"
    GATEWAY_NAME = "gateway_name"
    GATEWAY_HERE = "gateway_here"
    ADDRESS = "address"
    LOCATION_HERE = "location_here"


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing that is wrong. `column` "" where it is the whole line; `value` is what stood there."""

    row: int
    column: str
    expected: Expected
    problem: str
    value: str = ""

    @property
    def at(self) -> str:
        return f"row {self.row}, {self.column}" if self.column else f"row {self.row}"


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One line; `row` counts as a spreadsheet does, the header is row 1."""

    row: int
    external_id: str
    gateway: str
    location: str


def read_labels_file(raw: bytes) -> list[LabelLine]:
    """All lines, in order. Raises LabelsFileInvalid naming every wrong row (at most 100), and nothing else."""
    lines, problems = look_through(raw)
    if problems:
        raise rejected(problems)
    return lines


def look_through(raw: bytes) -> tuple[list[LabelLine], list[LineProblem]]:
    """The lines that can be read, in order, and everything that is wrong with the others."""
    lines: list[LabelLine] = []
    problems: list[LineProblem] = []
    for found in _read(raw):
        if isinstance(found, LabelLine):
            lines.append(found)
        else:
            problems.append(found)
    first_row: dict[str, int] = {}
    for line in lines:
        if line.external_id in first_row:
            problem = f"{line.external_id} stands in row {first_row[line.external_id]} already"
            problems.append(LineProblem(line.row, "label_id", Expected.LABEL_ONCE, problem, line.external_id))
        first_row.setdefault(line.external_id, line.row)
    if not lines and not problems:
        problems.append(LineProblem(2, "", Expected.SOME_LABEL, "there is no label in the file"))
    return lines, problems


def rejected(problems: list[LineProblem]) -> LabelsFileInvalid:
    """One error that says all of it."""
    first = problems[0]
    more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
    return LabelsFileInvalid(
        f"{first.at}: {first.problem}{more}; nothing was imported",
        problems=[{"at": each.at, "problem": each.problem} for each in problems[:PROBLEMS_MAX]],
    )


def _read(raw: bytes) -> Iterator[LabelLine | LineProblem]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield LineProblem(1, "", Expected.UTF8, f"the file is not UTF-8 (byte {error.start})")
        return
    header, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        if sorted(columns) != sorted(COLUMNS):
            problem = f"the columns must be {', '.join(COLUMNS)}"
            yield LineProblem(1, "", Expected.COLUMNS, problem, header.strip()[:VALUE_SHOWN])
            return
        for row, cells in enumerate(reader, start=2):
            if row > LINES_MAX + 1:
                yield LineProblem(row, "", Expected.FEWER_LINES, f"at most {LINES_MAX} labels are taken at once")
                return
            if any(cell.strip() for cell in cells):
                yield from _line(row, columns, [cell.strip() for cell in cells])
    except csv.Error as error:
        yield LineProblem(reader.line_num, "", Expected.CSV, f"not readable: {error}")


def _line(row: int, columns: list[str], cells: list[str]) -> Iterator[LabelLine | LineProblem]:
    if len(cells) != len(columns):
        problem = f"{len(columns)} values are needed, there are {len(cells)}"
        yield LineProblem(row, "", Expected.ALL_VALUES, problem, ",".join(cells)[:VALUE_SHOWN])
        return
    value = dict(zip(columns, cells, strict=True))
    wrong: list[tuple[str, Expected, str]] = []
    if not LABEL_ID.fullmatch(value["label_id"]):
        wrong.append(("label_id", Expected.LABEL_ID, "1 to 64 letters, digits or _ . : -"))
    if not 1 <= len(value["gateway"]) <= GATEWAY_NAME_MAX:
        wrong.append(("gateway", Expected.GATEWAY_NAME, f"a gateway's name, 1 to {GATEWAY_NAME_MAX} characters"))
    address = value["location"].upper()
    if not _ADDRESS.fullmatch(address):
        wrong.append(("location", Expected.ADDRESS, "an address like A12-4-3"))
    problems = [
        LineProblem(row, column, expected, problem, value[column][:VALUE_SHOWN]) for column, expected, problem in wrong
    ]
    if problems:
        yield from problems
    else:
        yield LabelLine(row, value["label_id"], value["gateway"], address)
