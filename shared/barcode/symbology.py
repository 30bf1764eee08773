"""What scanners put around a code: symbology identifiers, stray signs, digits typed through a foreign keyboard."""

from __future__ import annotations

import re

from shared.barcode.elements import GROUP_SEPARATOR

# ISO/IEC 15424: a bracket, a letter for the symbology and a modifier. A keyboard of another country makes another sign
# of the bracket, and caps lock another letter.
_IDENTIFIER = re.compile(r"^[^\w\s(]([A-Za-z][0-9A-Za-z])")
# Of GS1 content: GS1-128, DataBar and composites, GS1 DataMatrix, GS1 QR, GS1 DotCode.
GS1_SYMBOLOGIES = frozenset({"C1", "e0", "e1", "e2", "d2", "d5", "Q3", "Q4", "J1", "J4"})
ADD_ON_ALONE = frozenset({"E1", "E2"})
# ISO/IEC 15434: format 05 holds GS1 identifiers.
_ENVELOPE = re.compile(r"^\[\)>\x1e05\x1d(.*?)\x1e?\x04?$", re.DOTALL)
# What scanners and terminals make of FNC1, which no keyboard has: e-grave is its number (232) read as a letter.
_SEPARATORS = re.compile(r"è|È|␝|<GS>|\{GS\}|\[GS\]|\^\]|~029|\\x1[dD]|\^|\|")
_NOISE = "".join(map(chr, range(0x1D))) + "\x1e\x1f\x7f \u200b\ufeff\xa0"
# The digit keys of a French and a Belgian keyboard without shift, where a scanner pressed them for digits.
_AZERTY = str.maketrans("&é\"'(-è_çà§!", "123456789068")
_AZERTY_DIGITS = re.compile(r"[&é\"'(\-è_çà§!]{6,}")


def strip_noise(text: str) -> str:
    """Without blanks and control characters at the ends; a separator at the start stays, it says that GS1 follows."""
    return text.strip(_NOISE).rstrip(GROUP_SEPARATOR)


def split_symbology(text: str) -> tuple[str, str]:
    """The symbology identifier's letter and modifier, or nothing, and the rest."""
    match = _IDENTIFIER.match(text)
    if match is None:
        return "", text
    return match[1], text[match.end() :]


def without_envelope(text: str) -> str | None:
    """The GS1 content of an ISO/IEC 15434 message, None where there is no envelope."""
    match = _ENVELOPE.match(text)
    return None if match is None else match[1]


def with_separators(text: str) -> str:
    """Whatever a scanner sends in place of FNC1 becomes the separator."""
    return _SEPARATORS.sub(GROUP_SEPARATOR, text)


def digits_of_azerty(text: str) -> str:
    """`text`, or the digits it was meant to be when only digit keys without shift were pressed."""
    return text.translate(_AZERTY) if _AZERTY_DIGITS.fullmatch(text) else text
