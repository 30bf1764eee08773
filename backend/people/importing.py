"""people.csv: who works in a store, read with errors that say which row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.people.errors import PeopleFileRejected
from backend.people.models import Role
from backend.people.pins import pin_problem
from shared.restrictions import AGE_RESTRICTED, WORD_MAX_CHARACTERS

COLUMNS = ("badge", "name", "role", "pin", "language")
MAY_NOT_PICK = "may_not_pick"  # may be left out, as the last column
ROWS_MAX = 5_000
BADGE_MAX_CHARACTERS = 64
NAME_MAX_CHARACTERS = 80
PROBLEMS_MAX = 50
MAY_NOT_PICK_MAX = 30
_BADGE = re.compile(r"[\x21-\x7e]+")  # what a scanner can read; no blanks
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One checked row."""

    badge: str
    name: str
    role: Role
    pin: str = field(repr=False)
    language: str
    may_not_pick: tuple[str, ...] = ()


def read_people(text: str, *, is_production: bool) -> list[NewPerson]:
    """Parse a whole people.csv. Raises PeopleFileRejected naming each wrong row; a PIN is never repeated."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    people: list[NewPerson] = []
    problems: list[dict[str, str]] = []
    rows_by_badge: dict[str, int] = {}
    try:
        columns = tuple(name.strip() for name in reader.fieldnames or ())
        if columns not in (COLUMNS, (*COLUMNS, MAY_NOT_PICK)):
            expected = (
                f"the columns are {', '.join(COLUMNS)}, and {MAY_NOT_PICK} where somebody may not pick everything"
            )
            raise _rejected([{"at": "row 1", "problem": expected}])
        reader.fieldnames = columns
        for cells in reader:
            row = reader.line_num  # the reader skips empty lines, a spreadsheet's row number does not
            if row > ROWS_MAX + 1:
                raise _rejected([{"at": f"row {row}", "problem": f"at most {ROWS_MAX} people are read"}])
            found = list(_problems(row, cells, rows_by_badge, is_production=is_production))
            problems += found
            if not found:
                people.append(_person(cells))
    except csv.Error:
        raise _rejected([{"at": f"row {reader.line_num}", "problem": "this is not CSV"}]) from None
    if problems:
        raise _rejected(problems)
    return people


def _problems(
    row: int, cells: dict[str, str | None], rows_by_badge: dict[str, int], *, is_production: bool
) -> Iterator[dict[str, str]]:
    if None in cells or None in cells.values():  # DictReader's marks for a cell too many, and one too few
        yield {"at": f"row {row}", "problem": f"a row has {len(cells) - (None in cells)} cells"}
        return
    values = {name: (cells[name] or "").strip() for name in COLUMNS}
    badge = values["badge"]
    if not _BADGE.fullmatch(badge) or len(badge) > BADGE_MAX_CHARACTERS:
        yield _at(row, "badge", f"a badge has 1 to {BADGE_MAX_CHARACTERS} signs without blanks")
    elif rows_by_badge.setdefault(badge, row) != row:
        yield _at(row, "badge", f"this badge stands in row {rows_by_badge[badge]} already")
    if not 1 <= len(values["name"]) <= NAME_MAX_CHARACTERS or not values["name"].isprintable():
        yield _at(row, "name", f"a name has 1 to {NAME_MAX_CHARACTERS} letters")
    if values["role"] not in {role.value for role in Role}:
        yield _at(row, "role", "a role is picker or supervisor")
    problem = pin_problem(values["pin"], is_production=is_production)
    if problem:
        yield _at(row, "pin", problem)
    if not _LANGUAGE.fullmatch(values["language"]):
        yield _at(row, "language", "a language is a tag such as en, pt-BR or zh")
    words = _may_not_pick(cells)
    if len(words) > MAY_NOT_PICK_MAX or any(
        len(word) > WORD_MAX_CHARACTERS or not word.isprintable() for word in words
    ):
        expected = f"at most {MAY_NOT_PICK_MAX} temperature classes, departments or {AGE_RESTRICTED}, separated by ;"
        yield _at(row, MAY_NOT_PICK, expected)
    if words and values["role"] == Role.SUPERVISOR.value:
        yield _at(row, MAY_NOT_PICK, "a supervisor picks nothing; leave it empty")


def _person(cells: dict[str, str | None]) -> NewPerson:
    values = {name: (cells[name] or "").strip() for name in COLUMNS}
    role = Role(values["role"])
    return NewPerson(
        values["badge"], values["name"], role, values["pin"], values["language"], tuple(_may_not_pick(cells))
    )


def _may_not_pick(cells: dict[str, str | None]) -> list[str]:
    """Words separated by semicolons, each once."""
    words = (" ".join(word.split()) for word in (cells.get(MAY_NOT_PICK) or "").split(";"))
    return list(dict.fromkeys(word for word in words if word))


def _at(row: int, column: str, problem: str) -> dict[str, str]:
    return {"at": f"row {row}, {column}", "problem": problem}


def _rejected(problems: list[dict[str, str]]) -> PeopleFileRejected:
    first = problems[0]
    return PeopleFileRejected(
        f"people.csv, {first['at']}: {first['problem']}", problems=problems[:PROBLEMS_MAX], wrong_rows=len(problems)
    )
