"""What is ambiguous is refused: names that come twice, numbers that are none, bytes that are no text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.reading import read_form, read_json


class TestJson:
    def test_fractions_stay_exact(self) -> None:
        assert read_json(b'{"a": 0.1, "b": 2}') == {"a": Decimal("0.1"), "b": 2}

    @pytest.mark.parametrize(
        "raw", [b"", b'{"a":1,"a":2}', b"NaN", b"[Infinity]", b"\xff", b"[" * 100_000, b"1e9" + b"9" * 30]
    )
    def test_what_is_not_clean_is_refused(self, raw: bytes) -> None:
        with pytest.raises(PayloadUnknown):
            read_json(raw)


class TestForm:
    def test_query_and_body_together_blank_values_kept(self) -> None:
        assert read_form(b"b=%E4%BD%A0+x&c=", "a=1") == {"a": "1", "b": "你 x", "c": ""}

    @pytest.mark.parametrize(
        ("body", "query"),
        [(b"a=1&a=2", ""), (b"a=1", "a=1"), (b"a", ""), (b"a=%ff", ""), (b"\xff=1", ""), (b"a=1&", "")],
    )
    def test_what_can_be_read_in_two_ways_is_refused(self, body: bytes, query: str) -> None:
        with pytest.raises(PayloadUnknown):
            read_form(body, query)

    def test_too_many_fields(self) -> None:
        with pytest.raises(PayloadUnknown):
            read_form("&".join(f"f{number}=1" for number in range(201)).encode())

    @given(st.binary(max_size=60))
    def test_it_raises_its_own_error_only(self, raw: bytes) -> None:
        try:
            read_form(raw)
        except PayloadUnknown:
            return
