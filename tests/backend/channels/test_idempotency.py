"""The Idempotency-Key header, in every spelling that clients use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.errors import BadRequest, IdempotencyKeyMalformed, IdempotencyKeyMissing
from backend.channels.idempotency import KEY_MAX_CHARACTERS, read_key, request_hash


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        (' "a b" ', "a b"),
        (r'"say \"hi\""', 'say "hi"'),
        (r'"back\\slash"', r"back\slash"),
    ],
)
def test_both_spellings_mean_the_same(header: str, key: str) -> None:
    assert read_key(header) == key


@pytest.mark.parametrize("header", [None, "", "  "])
def test_none_is_missing(header: str | None) -> None:
    with pytest.raises(IdempotencyKeyMissing):
        read_key(header)


@pytest.mark.parametrize(
    "header", ['"', '""', '"a', 'a"', '"a";p=1', "a b", "a,b", '"é"', "é", '"\n"', "x" * (KEY_MAX_CHARACTERS + 1)]
)
def test_others_are_malformed(header: str) -> None:
    with pytest.raises(IdempotencyKeyMalformed):
        read_key(header)


@given(st.text(max_size=200))
def test_any_header_is_a_key_or_a_bad_request(header: str) -> None:
    try:
        key = read_key(header)
    except BadRequest:
        return
    assert 0 < len(key) <= KEY_MAX_CHARACTERS
    assert key.isprintable()


def test_the_fingerprint_knows_operation_and_body() -> None:
    assert request_hash("a", b"b") == request_hash("a", b"b")
    assert len({request_hash("a", b"b"), request_hash("b", b"a"), request_hash("a", b""), request_hash("", b"a")}) == 4
