"""Puts measured tables into their places on the page, and leaves the words around them alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping


class PlaceMissing(Exception):
    """The page has no place for a table, or the place does not end."""


def fill_in(page: str, tables: Mapping[str, str]) -> str:
    """Replace what stands between `<!-- NAME -->` and `<!-- end -->`. Raises PlaceMissing."""
    for name, content in tables.items():
        place = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        found = place.findall(page)
        if len(found) != 1:
            raise PlaceMissing(f"the page has {len(found)} places for {name}")
        begin, end = found[0]
        page = place.sub(_as_it_is(f"{begin}{content}\n{end}"), page)
    return page


def _as_it_is(text: str) -> Callable[[re.Match[str]], str]:
    """A replacement in which backslashes mean nothing."""
    return lambda _: text
