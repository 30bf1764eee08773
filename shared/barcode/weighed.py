"""Store codes that carry a weight or a price: each country and shop has its own rule, so they are configured."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.barcode.code import BarcodeKind, ScannedCode

# How much a digit counts at its place in the price verifier, GS1 GS 7.9.2: 2-, 3, 5+ and 5- for the digits 0 to 9.
_TWO_MINUS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_THREE = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_FIVE_PLUS = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_FIVE_MINUS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)
_FOUR_PLACES = (_TWO_MINUS, _TWO_MINUS, _THREE, _FIVE_MINUS)
_FIVE_PLACES = (_FIVE_PLUS, _TWO_MINUS, _FIVE_MINUS, _FIVE_PLUS, _TWO_MINUS)


class WeighedRule(BaseModel):
    """How one store writes weight or price into its scale labels.

    `pattern` describes 13 digits, or 12 for a UPC-A: literal digits, `P` for the article number, `W` for the weight,
    `M` for the price, `K` for the check digit of that price or weight (of four or five digits), `V` for a digit to
    ignore, `C` for the check digit: `28PPPPPWWWWWC`, `2PPPPPKMMMMC`. A weight counts `weight_unit_g` (1: grams,
    10: hundredths of a kilogram, 4.5359237: hundredths of a pound), a price `price_unit_minor` minor units.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(pattern=r"^[0-9PWMVKC]{12,13}$")
    weight_unit_g: float = Field(default=1, gt=0, le=1000, allow_inf_nan=False)
    price_unit_minor: int = Field(default=1, ge=1, le=1000)

    @field_validator("pattern")
    @classmethod
    def _verifier_has_its_digits(cls, pattern: str) -> str:
        if "K" in pattern and (pattern.count("K") > 1 or max(pattern.count("M"), pattern.count("W")) not in (4, 5)):
            raise ValueError("one K checks four or five M or W")
        return pattern


DEFAULT_WEIGHED_RULES = (WeighedRule(pattern="28PPPPPWWWWWC"),)


def price_check_digit(digits: str) -> str:
    """The verifier of a price or weight of four (GS1 GS 7.9.3) or five digits (7.9.4)."""
    if len(digits) == 4:
        total = sum(place[int(digit)] for place, digit in zip(_FOUR_PLACES, digits, strict=True))
        return str(total * 3 % 10)
    total = sum(place[int(digit)] for place, digit in zip(_FIVE_PLACES, digits, strict=True))
    return str(_FIVE_MINUS.index(-total % 10))


def read_weighed(gtin: str, rules: tuple[WeighedRule, ...]) -> ScannedCode | None:
    """`gtin` (13 digits, check digit right) by the first rule that fits; None if none does."""
    for rule in rules:
        fields = _fields(gtin, rule.pattern.zfill(13))
        if fields is None:
            continue
        weight, price = fields.get("W", ""), fields.get("M", "")
        if "K" in fields and price_check_digit(price or weight) != fields["K"]:
            continue
        return ScannedCode(
            kind=BarcodeKind.WEIGHED,
            article=fields.get("P", ""),
            weight_g=round(int(weight) * rule.weight_unit_g) if weight else None,
            price_minor=int(price) * rule.price_unit_minor if price else None,
        )
    return None


def _fields(gtin: str, pattern: str) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for sign, digit in zip(pattern, gtin, strict=True):
        if not sign.isdigit():
            fields[sign] = fields.get(sign, "") + digit
        elif sign != digit:
            return None
    return fields
