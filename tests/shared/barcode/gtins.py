"""Codes with right check digits, for tests of any part of the grammar."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.barcode import check_digit

GS = "\x1d"
DIGITS = "0123456789"
bodies = st.sampled_from((7, 11, 12, 13)).flatmap(lambda size: st.text(DIGITS, min_size=size, max_size=size))
gtins = bodies.map(lambda body: body + check_digit(body))


def checked(body: str) -> str:
    return body + check_digit(body)
