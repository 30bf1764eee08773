"""Amounts as they are written in a shop: the currency's sign, its decimals, the marks of the language."""

from __future__ import annotations

from mobile.captions import Say

DECIMALS = 2
# ISO 4217, the currencies without a minor unit, and those with three digits of it.
WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
WITH_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "BRL": "R$", "MOP": "MOP$", "HKD": "HK$", "CNY": "¥", "JPY": "¥", "TWD": "NT$",
    "SGD": "S$", "AUD": "A$", "CAD": "CA$",
}  # fmt: skip
THOUSAND_MARKS = {".": ",", ",": "."}
NO_BREAK_SPACE = "\u00a0"


def amount_caption(say: Say, minor: int, currency: str) -> str:
    """`€2.49`, `R$2,49`, `CHF 2.49`; only the number where the currency is not known."""
    decimals = 0 if currency in WITHOUT_DECIMALS else 3 if currency in WITH_THREE_DECIMALS else DECIMALS
    mark = say("decimal_mark")
    whole, part = divmod(abs(minor), 10**decimals)
    number = f"{whole:,}".replace(",", THOUSAND_MARKS[mark])
    if decimals:
        number += f"{mark}{part:0{decimals}d}"
    sign = SIGNS.get(currency, currency)
    gap = NO_BREAK_SPACE if sign[-1:].isalpha() else ""
    return f"{'-' if minor < 0 else ''}{sign}{gap}{number}"
