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

from backend.labels.errors import LabelsFileInvalid
from shared.places import ADDRESS_PATTERN

COLUMNS = ("label_id", "gateway", "location")
LINES_MAX = 100_000
PROBLEMS_MAX = 100
GATEWAY_NAME_MAX = 60

LABEL_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")
_ADDRESS = re.compile(ADDRESS_PATTERN)

Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One line; `row` counts as a spreadsheet does, the header is row 1."""

    row: int
    external_id: str
    gateway: str
    location: str


def read_labels_file(raw: bytes) -> list[LabelLine]:
    """All lines, in order. Raises LabelsFileInvalid naming every wrong row (at most 100), and nothing else."""
    lines: list[LabelLine] = []
    problems: list[Problem] = []
    for found in _read(raw):
        if isinstance(found, LabelLine):
            lines.append(found)
        else:
            problems.append(found)
    first_row: dict[str, int] = {}
    for line in lines:
        if line.external_id in first_row:
            problem = f"{line.external_id} stands in row {first_row[line.external_id]} already"
            problems.append((f"row {line.row}, label_id", problem))
        first_row.setdefault(line.external_id, line.row)
    if not lines and not problems:
        problems.append(("row 2", "there is no label in the file"))
    if problems:
        raise rejected(problems)
    return lines


def rejected(problems: list[Problem]) -> LabelsFileInvalid:
    """One error that says all of it."""
    at, problem = problems[0]
    more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
    return LabelsFileInvalid(
        f"{at}: {problem}{more}; nothing was imported",
        problems=[{"at": at, "problem": problem} for at, problem in problems[:PROBLEMS_MAX]],
    )


def _read(raw: bytes) -> Iterator[LabelLine | Problem]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield "row 1", f"the file is not UTF-8 (byte {error.start})"
        return
    header, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        if sorted(columns) != sorted(COLUMNS):
            yield "row 1", f"the columns must be {', '.join(COLUMNS)}"
            return
        for row, cells in enumerate(reader, start=2):
            if row > LINES_MAX + 1:
                yield f"row {row}", f"at most {LINES_MAX} labels are taken at once"
                return
            if any(cell.strip() for cell in cells):
                yield from _line(row, columns, [cell.strip() for cell in cells])
    except csv.Error as error:
        yield f"row {reader.line_num}", f"not readable: {error}"


def _line(row: int, columns: list[str], cells: list[str]) -> Iterator[LabelLine | Problem]:
    if len(cells) != len(columns):
        yield f"row {row}", f"{len(columns)} values are needed, there are {len(cells)}"
        return
    value = dict(zip(columns, cells, strict=True))
    problems = []
    if not LABEL_ID.fullmatch(value["label_id"]):
        problems.append((f"row {row}, label_id", "1 to 64 letters, digits or _ . : -"))
    if not 1 <= len(value["gateway"]) <= GATEWAY_NAME_MAX:
        problems.append((f"row {row}, gateway", f"a gateway's name, 1 to {GATEWAY_NAME_MAX} characters"))
    address = value["location"].upper()
    if not _ADDRESS.fullmatch(address):
        problems.append((f"row {row}, location", "an address like A12-4-3"))
    if problems:
        yield from problems
    else:
        yield LabelLine(row, value["label_id"], value["gateway"], address)
