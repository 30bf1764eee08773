"""What a labels.csv would change, line by line, and what is wrong with the other lines; nothing is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.labels.bindings import unknown_names
from backend.labels.labels_file import LabelLine, LineProblem, look_through


class Change(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Binding:
    """By names: the gateway's, and the address."""

    gateway: str
    location: str


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    """`before`: where the label hangs now; None for a new one."""

    line: LabelLine
    change: Change
    before: Binding | None


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """`problems` by row; with one, nothing would be taken."""

    lines: Sequence[PreviewedLine]
    problems: Sequence[LineProblem]

    def count(self, change: Change) -> int:
        return sum(each.change is change for each in self.lines)


def preview(
    raw: bytes, gateways: Mapping[str, str], locations: Mapping[str, str], known: Mapping[str, Binding]
) -> ImportPreview:
    """Gateways and locations by name, as the import itself looks them up; `known` bindings by external id."""
    lines, problems = look_through(raw)
    problems = [*problems, *unknown_names(lines, gateways, locations)]
    wrong = {problem.row for problem in problems}
    return ImportPreview(
        [_line(line, known.get(line.external_id)) for line in lines if line.row not in wrong],
        sorted(problems, key=lambda problem: problem.row),
    )


def _line(line: LabelLine, before: Binding | None) -> PreviewedLine:
    if before is None:
        return PreviewedLine(line, Change.ADDED, None)
    is_same = before == Binding(line.gateway, line.location)
    return PreviewedLine(line, Change.UNCHANGED if is_same else Change.MOVED, before)
