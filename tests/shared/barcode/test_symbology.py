"""What scanners and keyboards put around a code."""

from __future__ import annotations

import pytest

from shared.barcode.symbology import (
    digits_of_azerty,
    split_symbology,
    strip_noise,
    with_separators,
    without_envelope,
)


@pytest.mark.parametrize(
    ("text", "symbology", "content"),
    [
        ("]E0400", "E0", "400"),
        ("]d2\x1d01", "d2", "\x1d01"),
        ("+E0400", "E0", "400"),  # a German keyboard's sign for the bracket
        ("$C101", "C1", "01"),  # a French one's
        ("400", "", "400"),
        ("(01)", "", "(01)"),
        ("AB12", "", "AB12"),
    ],
)
def test_symbology(text: str, symbology: str, content: str) -> None:
    assert split_symbology(text) == (symbology, content)


@pytest.mark.parametrize("text", ["4006\r\n", "\x024006\x03", " 4006\t", "\ufeff4006", "4006\x1d", "4006\x00"])
def test_noise_at_the_ends(text: str) -> None:
    assert strip_noise(text) == "4006"


@pytest.mark.parametrize("sign", ["\x1d", "è", "È", "␝", "<GS>", "{GS}", "[GS]", "^]", "~029", "^", "|", "\\x1d"])
def test_what_stands_for_a_separator(sign: str) -> None:
    assert with_separators(f"10AB{sign}21C") == "10AB\x1d21C"


def test_envelope() -> None:
    assert without_envelope("[)>\x1e05\x1d0109501101530003\x1e\x04") == "0109501101530003"
    assert without_envelope("[)>\x1e06\x1dP123\x1e\x04") is None


@pytest.mark.parametrize(
    ("pressed", "digits"),
    [('\'àà-"_&"""ç"&', "4006381333931"), ('\'àà§"!&"""ç"&', "4006381333931"), ("4006381333931", "4006381333931")],
)
def test_digit_keys_of_another_keyboard(pressed: str, digits: str) -> None:
    assert digits_of_azerty(pressed) == digits
