"""Reads what channels send, strictly: JSON and forms without ambiguity, numbers without floating point. Pure."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from backend.channels.port.errors import PayloadUnknown

FORM_FIELDS_MAX = 200


def read_json(raw: bytes) -> Any:
    """Parse JSON as adapters must: duplicate keys, NaN and broken text are PayloadUnknown; fractions are Decimal."""
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, ArithmeticError, RecursionError) as error:  # an exponent may be too long for any Decimal
        raise PayloadUnknown("the message is not clean JSON") from error


def read_form(raw: bytes, query: str = "") -> dict[str, str]:
    """The fields of a form and of the query. A name that comes twice, or text that is not UTF-8, is PayloadUnknown."""
    try:
        pairs = [
            pair
            for part in (query, raw.decode("ascii"))
            if part
            for pair in parse_qsl(
                part, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FORM_FIELDS_MAX
            )
        ]
    except ValueError as error:
        raise PayloadUnknown("the message is not a clean form") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PayloadUnknown("a field of the form comes twice")
    return fields


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_float=Decimal, parse_constant=_refuse_constant)
