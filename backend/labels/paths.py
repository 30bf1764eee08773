"""Where something stands in a JSON answer: `code`, `data.items[0].id`, `failed[*].label`. Pure.

A path that leads nowhere finds nothing: a gateway that leaves a field out is no error of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import JsonValue

FOUND_MAX = 10_000
STEPS_MAX = 20
_STEP = re.compile(r"(?:^|\.)([A-Za-z_$][\w$-]*)|\[(\d{1,4})\]|\[(\*)\]")

Step = str | int | None
"""A name, a position, or None: every element."""


class PathMalformed(ValueError):
    """Not a path; a ValueError, so that settings models report it with their field."""


def parse_path(text: str) -> Sequence[Step]:
    """Raises PathMalformed, and nothing else."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or len(steps) >= STEPS_MAX:
            raise PathMalformed(f"{text[:80]!r} is not a path like data.items[0].id or failed[*].label")
        name, position, _ = match.groups()
        steps.append(name if name is not None else int(position) if position is not None else None)
        at = match.end()
    return steps


def find(answer: JsonValue, path: str) -> Sequence[JsonValue]:
    """Everything a path leads to. The empty path leads to the answer itself."""
    found: list[JsonValue] = [answer]
    for step in parse_path(path):
        found = [each for place in found for each in _go(place, step)][:FOUND_MAX]
    return found


def find_text(answer: JsonValue, path: str) -> str | None:
    """The first value a path leads to, as text; None if it leads nowhere or to a list or an object."""
    for each in find(answer, path):
        if isinstance(each, bool):
            return "true" if each else "false"
        if isinstance(each, str | int | float):
            return str(each)
    return None


def _go(place: JsonValue, step: Step) -> Sequence[JsonValue]:
    match step:
        case str():
            return [place[step]] if isinstance(place, dict) and step in place else []
        case int():
            return [place[step]] if isinstance(place, list) and step < len(place) else []
        case None:
            return place if isinstance(place, list) else []
