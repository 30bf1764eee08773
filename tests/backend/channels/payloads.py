"""Example payloads, and ways to damage them: every value replaced, every key dropped, any bytes at all."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hypothesis import strategies as st

PAYLOADS = Path(__file__).parents[2] / "payloads"

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "CREATED", "UN", "BRL", "2026-01-05T08:00:00Z", "0001-01-01T00:00:00+23:59", "\ud800", "\x00"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def payload(adapter: str, name: str) -> bytes:
    return (PAYLOADS / adapter / name).read_bytes()


def cases(adapter: str) -> dict[str, Any]:
    return tomllib.loads((PAYLOADS / adapter / "cases.toml").read_text("utf-8"))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of a JSON document sits."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def damaged(document: Any, path: tuple[Any, ...], value: Any) -> bytes:
    """The document with one value replaced; `...` drops it."""
    if not path:
        return json.dumps(value if value is not ... else {}).encode()
    changed = node = document.copy()
    for key in path[:-1]:
        node[key] = node = node[key].copy()
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return json.dumps(changed).encode()


def damage_of(document: Any) -> st.SearchStrategy[bytes]:
    """Any single damage to a document."""
    return st.builds(
        lambda path, value: damaged(document, path, value),
        st.sampled_from(list(places(document))),
        JSON_VALUES | st.just(...),
    )


@cache
def damage_of_body(body: bytes) -> st.SearchStrategy[bytes]:
    """Any single damage to a JSON document, or to a field of a form. The same body's is made once: it costs much."""
    try:
        return damage_of(json.loads(body))
    except ValueError:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        return st.builds(
            lambda name, value: urlencode({**fields, name: value}).encode(),
            st.sampled_from(sorted(fields)),
            st.sampled_from(["", "0", "-1", "[]", "{}", "%FF", "9" * 30]) | st.text(max_size=20).filter(_is_whole_text),
        )


def _is_whole_text(text: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in text)
