"""Numbers as the language writes them, and amounts as a shop does: the currency's sign and its decimals.

The marks are captions, so that a language brings its own; a test compares them with CLDR.
"""

from __future__ import annotations

from mobile.captions import Say
from shared.currencies import decimals_of

SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "BRL": "R$", "MOP": "MOP$", "HKD": "HK$", "CNY": "¥", "JPY": "¥", "TWD": "NT$",
    "SGD": "S$", "AUD": "A$", "CAD": "CA$",
}  # fmt: skip


def amount_caption(say: Say, minor: int, currency: str) -> str:
    """`€2.49`, `2,49 €`, `CHF 2.49`; only the number where the currency is not known."""
    number = _grouped(say, abs(minor), decimals_of(currency))
    sign = SIGNS.get(currency, currency)
    if sign:
        number = say("amount.coded" if sign[-1].isalpha() else "amount", sign=sign, number=number)
    return f"-{number}" if minor < 0 else number


def decimal_caption(say: Say, number: float, decimals: int, *, is_rounded: bool = False) -> str:
    """`1,234.5`; with `is_rounded` without the zeros at its end."""
    written = _grouped(say, round(abs(number) * 10**decimals), decimals)
    if is_rounded and decimals:
        written = written.rstrip("0").removesuffix(say("decimal_mark"))
    return f"-{written}" if number < 0 and written.strip("0.,") else written


def _grouped(say: Say, units: int, decimals: int) -> str:
    """`units` is the number times ten to the power of `decimals`."""
    whole, part = divmod(units, 10**decimals)
    number = f"{whole:,}".replace(",", say("thousand_mark"))
    return f"{number}{say('decimal_mark')}{part:0{decimals}d}" if decimals else number
