"""Single values of a platform's message: texts cleaned, numbers exact, instants with a zone; or PayloadUnknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.incoming import IncomingOrder

NOTE_MAX_CHARACTERS = 400
NUMBER_MAX = Decimal(10**11)
EXPONENT_MAX = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_GTIN = re.compile(r"[0-9]{8,14}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,79}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
_YEARS = range(2000, 2100)
_MINOR_DIGITS = {"CLP": 0, "JPY": 0, "KRW": 0, "PYG": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "TND": 3}


def clean(text: str) -> str:
    """Without control characters and broken halves of characters."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def text_of(holder: Any, name: str, default: str = "", *, max_characters: int = NOTE_MAX_CHARACTERS) -> str:
    """A text, or a number in digits, cleaned; `default` where it is missing or null. Raises PayloadUnknown."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PayloadUnknown(f"{name} is not a text")
    return clean(_written_out(value, name) if isinstance(value, Decimal) else str(value))[:max_characters]


def id_of(holder: Any, name: str) -> str:
    """An id we can keep. Raises PayloadUnknown."""
    found = text_of(holder, name, max_characters=200)
    if not _EXTERNAL_ID.fullmatch(found):
        raise PayloadUnknown(f"{name} is not an id")
    return found


def number_of(holder: Any, name: str, default: Decimal | None = None) -> Decimal:
    """A number, written as one or as a text. Raises PayloadUnknown."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if value in (None, "") and default is not None:
        return default
    text = _written_out(value, name) if isinstance(value, Decimal) else str(value)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or not _DECIMAL.fullmatch(text):
        raise PayloadUnknown(f"{name} is not a number")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise PayloadUnknown(f"{name} is not a number") from error
    if abs(number) > NUMBER_MAX:
        raise PayloadUnknown(f"{name} is larger than we can take")
    return number


def whole_of(holder: Any, name: str, default: int | None = None) -> int:
    """A whole number. Raises PayloadUnknown."""
    number = number_of(holder, name, None if default is None else Decimal(default))
    if number != number.to_integral_value():
        raise PayloadUnknown(f"{name} is not a whole number")
    return int(number)


def minor_digits(currency: str) -> int:
    """How many places of a currency are minor units."""
    return _MINOR_DIGITS.get(currency, 2)


def minor_of(holder: Any, name: str, currency: str, default: Decimal | None = None) -> int:
    """Money in whole currency as minor units, exactly: a fraction of a cent is PayloadUnknown."""
    value = number_of(holder, name, default).scaleb(minor_digits(currency))
    if value != value.to_integral_value():
        raise PayloadUnknown(f"{name} has more places than the currency")
    return int(value)


def rounded_minor_of(holder: Any, name: str, currency: str) -> int:
    """Money that a platform has divided, so that it may have any number of places: rounded to minor units, half up."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    try:
        number = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation as error:
        raise PayloadUnknown(f"{name} is not a number") from error
    if number is None or not number.is_finite() or abs(number.adjusted()) > EXPONENT_MAX or abs(number) > NUMBER_MAX:
        raise PayloadUnknown(f"{name} is not a number")
    return int(number.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_UP))


def list_of(holder: Any, name: str) -> list[Any]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, list):
        raise PayloadUnknown(f"{name} is not a list")
    return value


def list_or_none_of(holder: Any, name: str) -> list[Any]:
    """A list that may be left out or null: then it is empty. Raises PayloadUnknown."""
    is_there = isinstance(holder, Mapping) and holder.get(name) is not None
    return list_of(holder, name) if is_there else []


def object_of(holder: Any, name: str) -> dict[str, Any]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, dict):
        raise PayloadUnknown(f"{name} is missing")
    return value


def gtins_of(*texts: str) -> list[str]:
    """Those that can be a GTIN."""
    found = (re.sub(r"\s", "", text) for text in texts)
    return [text for text in found if _GTIN.fullmatch(text)]


def instant_of_epoch(seconds: int) -> datetime:
    """Seconds since 1970. Raises PayloadUnknown for another century."""
    try:
        instant = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise PayloadUnknown("an instant that is none") from error
    if instant.year not in _YEARS:
        raise PayloadUnknown("an instant of another century")
    return instant


def instant_of(holder: Any, name: str, zone: tzinfo | None = None) -> datetime:
    """An instant as ISO 8601 writes it, with its zone, or without one where the platform says which it is.

    Raises PayloadUnknown.
    """
    try:
        instant = datetime.fromisoformat(text_of(holder, name, max_characters=40))
    except ValueError as error:
        raise PayloadUnknown(f"{name} is not an instant") from error
    if instant.tzinfo is None and zone is None:
        raise PayloadUnknown(f"{name} has no time zone")
    if instant.year not in _YEARS:
        raise PayloadUnknown(f"{name} is not of this century")
    return (instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)).astimezone(UTC)


def order_of(external_id: str, **fields: Any) -> IncomingOrder:
    """The order, or PayloadUnknown that says where it cannot be picked as it is, and repeats nothing of it."""
    try:
        return IncomingOrder(external_id=external_id, **fields)
    except ValidationError as error:
        where = sorted({".".join(str(part) for part in problem["loc"]) for problem in error.errors()})
        raise PayloadUnknown(
            f"the order cannot be picked as it is: {', '.join(where)[:200]}", external_id=external_id
        ) from None


def _written_out(value: Decimal, name: str) -> str:
    """Without an exponent, which may stand for a gigabyte of zeros. Raises PayloadUnknown."""
    if abs(value.adjusted()) > EXPONENT_MAX:
        raise PayloadUnknown(f"{name} is larger or finer than we can take")
    return f"{value:f}"
