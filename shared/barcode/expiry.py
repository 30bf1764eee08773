"""Whether what was scanned may still be sold: the dates of a GS1 code against today."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.barcode.code import ScannedCode

# Best before, sell by, use by, use by with the hour: the earliest of them counts.
_IDENTIFIERS = ("15", "16", "17", "7003")
_HALF_CENTURY = 50  # GS1 GS 7.12: two digits mean the year from 49 back to 50 ahead
_NEAR_DAYS_DEFAULT = 2


class Freshness(StrEnum):
    FRESH = "fresh"
    NEAR = "near"
    EXPIRED = "expired"


class ExpiryRule(BaseModel):
    """What a store does with dates: warns for `near_days` up to the last day, then refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    near_days: int = Field(default=_NEAR_DAYS_DEFAULT, ge=0, le=3650)

    def judge(self, last_day: date, today: date) -> Freshness:
        """On the last day itself the product may still be sold."""
        left_days = (last_day - today).days
        if left_days < 0:
            return Freshness.EXPIRED
        return Freshness.NEAR if left_days < self.near_days else Freshness.FRESH


class Expiry(BaseModel):
    """The last day on which a product may be sold, and what that means today."""

    model_config = ConfigDict(frozen=True)

    last_day: date
    freshness: Freshness


def expiry_of(code: ScannedCode, today: date, rule: ExpiryRule | None = None) -> Expiry | None:
    """None where the code carries no date."""
    said = [value for number, value in code.elements if number in _IDENTIFIERS]
    if not said:
        return None
    last_day = min(last_day_of(value[:6], today.year) for value in said)
    return Expiry(last_day=last_day, freshness=(rule or ExpiryRule()).judge(last_day, today))


def last_day_of(yymmdd: str, this_year: int) -> date:
    """The day that six digits of a GS1 code mean, day 00 being the month's last (GS1 GS 3.4.2, 7.12)."""
    year = this_year // 100 * 100 + int(yymmdd[:2])
    if year - this_year > _HALF_CENTURY:
        year -= 100
    elif this_year - year >= _HALF_CENTURY:
        year += 100
    month, day = int(yymmdd[2:4]), int(yymmdd[4:])
    return date(year, month, day or monthrange(year, month)[1])
