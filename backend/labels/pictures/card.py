"""What a price label says, before anybody draws it: the words, the price in its parts, the code. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol, get_decimal_symbol

from shared.products import UnitOfMeasure

PER_UNIT = {UnitOfMeasure.EACH: "", UnitOfMeasure.GRAM: "/kg"}  # weighed goods are priced by the kilogram


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price that is lower for a while. `caption` says for how long or why, in the store's words."""

    was_minor: int
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PriceCard:
    """`locale` as Babel names it: how the store writes numbers. `price_minor` in the currency's minor unit."""

    name: str
    price_minor: int
    currency: str
    locale: str
    second_name: str = ""
    size: str = ""
    unit: UnitOfMeasure = UnitOfMeasure.EACH
    gtin: str = ""
    sku: str = ""
    promotion: Promotion | None = None


@dataclass(frozen=True, slots=True)
class PriceParts:
    """A price as it is set: the whole large, the fraction small beside it."""

    symbol: str
    whole: str
    fraction: str
    decimal_sign: str
    per: str

    @property
    def text(self) -> str:
        """In one line."""
        return f"{self.symbol}{self.whole}{self.decimal_sign if self.fraction else ''}{self.fraction}{self.per}"


def price_parts(price_minor: int, currency: str, locale: str, unit: UnitOfMeasure = UnitOfMeasure.EACH) -> PriceParts:
    """How the store writes this price. The currency's own number of decimals; the whole grouped as is usual there."""
    decimals = get_currency_precision(currency)
    whole, fraction = divmod(price_minor, 10**decimals)
    return PriceParts(
        symbol=get_currency_symbol(currency, locale),
        whole=format_decimal(Decimal(whole), format="#,##0", locale=locale),
        fraction=f"{fraction:0{decimals}d}" if decimals else "",
        decimal_sign=get_decimal_symbol(locale),
        per=PER_UNIT[unit],
    )
