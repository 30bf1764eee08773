"""Orders in our own words: what is taken, what is refused and where, and that nothing sent comes back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.native.payload import parse_order
from backend.channels.port import IncomingOrder, OrderUnit, PayloadUnknown
from backend.channels.port.incoming import LINES_MAX
from shared.substitution import SubstitutionWish
from tests.backend.channels.payloads import damage_of, damaged, payload

ORDER = json.loads(payload("native", "order.json"))


def test_the_example_is_read_exactly() -> None:
    order = parse_order(payload("native", "order.json"))
    assert order.due_at.isoformat() == "2026-01-05T09:30:00+00:00"
    assert [line.quantity for line in order.lines] == [Decimal(2), Decimal("1.25")]
    assert order.lines[1].unit is OrderUnit.KILOGRAM


def test_what_says_nothing_of_substitutes_reads_and_writes_as_before() -> None:
    order = parse_order(payload("native", "order.json"))
    assert [(line.substitution, line.wished_skus) for line in order.lines] == [(None, []), (None, [])]
    assert "substitution" not in order.model_dump_json(), "the fingerprint of an order sent again stays the same"
    assert "wished_skus" not in order.model_dump_json()


def test_a_wish_is_read() -> None:
    wished = damaged(ORDER, ("lines", 0, "substitution"), "ask")
    wished = damaged(json.loads(wished), ("lines", 0, "wished_skus"), ["OAT-1L", "SOY-1L"])
    line = parse_order(wished).lines[0]
    assert (line.substitution, line.wished_skus) == (SubstitutionWish.ASK, ["OAT-1L", "SOY-1L"])


def test_the_published_example_is_read() -> None:
    for example in IncomingOrder.model_config["json_schema_extra"]["examples"]:  # type: ignore[index, call-overload]
        parse_order(json.dumps(example).encode())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("external_id",), ""),
        (("external_id",), "a/b"),
        (("external_id",), "x" * 81),
        (("external_id",), 42),
        (("display_code",), "bell\x07"),
        (("placed_at",), "2026-01-05T08:00:00"),
        (("placed_at",), 1_767_600_000),
        (("placed_at",), "2199-01-01T00:00:00Z"),
        (("due_at",), ...),
        (("currency",), "eur"),
        (("total_minor",), -1),
        (("total_minor",), 10.47),
        (("total_minor",), "1047"),
        (("lines",), []),
        (("lines",), ORDER["lines"] * (LINES_MAX // 2 + 1)),
        (("lines", 0, "quantity"), 0),
        (("lines", 0, "quantity"), -2),
        (("lines", 0, "quantity"), "-2"),
        (("lines", 0, "quantity"), True),
        (("lines", 0, "quantity"), "NaN"),
        (("lines", 0, "quantity"), "0.0001"),
        (("lines", 0, "quantity"), 1_000_000),
        (("lines", 0, "unit"), "dozen"),
        (("lines", 0, "gtins"), ["12345"]),
        (("lines", 0, "external_line_id"), "2"),
        (("lines", 1, "sku"), ...),
        (("lines", 0, "substitution"), "maybe"),
        (("lines", 0, "wished_skus"), "OAT-1L"),
        (("lines", 0, "wished_skus"), ["two words"]),
        (("lines", 0, "wished_skus"), ["A", "B", "C", "D", "E", "F"]),
        (("lines", 0, "surprise"), 1),
        (("surprise",), 1),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(path: tuple[Any, ...], value: Any) -> None:
    document = ORDER if path[-1] != "surprise" else json.loads(damaged(ORDER, path, value))
    with pytest.raises(PayloadUnknown) as refused:
        parse_order(damaged(document, path, value))
    assert refused.value.facts["problems"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"external_id":"a","external_id":"b"}',
        b'{"total_minor":NaN}',
        b'{"total_minor":Infinity}',
        b'{"a":' * 50_000,
        b'{"total_minor":' + b"9" * 5_000 + b"}",
    ],
)
def test_broken_json_is_refused(raw: bytes) -> None:
    with pytest.raises(PayloadUnknown):
        parse_order(raw)


def test_nan_as_a_quantity_is_refused() -> None:
    with pytest.raises(PayloadUnknown):
        parse_order(payload("native", "order.json").replace(b"1.25", b"NaN"))


def test_refusals_repeat_nothing_that_was_sent() -> None:
    with pytest.raises(PayloadUnknown) as refused:
        parse_order(damaged(ORDER, ("note",), {"secret": "4111-1111"}))
    assert "4111" not in json.dumps(refused.value.facts) + refused.value.detail


@given(damage_of(ORDER))
def test_damage_raises_nothing_else(raw: bytes) -> None:
    try:
        order = parse_order(raw)
    except PayloadUnknown:
        return
    assert IncomingOrder.model_validate_json(order.model_dump_json()) == order


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(raw: bytes) -> None:
    with pytest.raises(PayloadUnknown):
        parse_order(raw)
