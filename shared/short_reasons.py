"""Why fewer were found than ordered, in each store's own words. Pure.

A store may say which reasons it wants, in which order, and have reasons of its own. Each of those means one of the five
that every channel and every older app knows; the store's own word is kept and told beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.picking import ShortReason

REASONS_MAX = 12
REASON_CODE_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
QUANTITY_LIMIT = "quantity_limit"  # the app's own: an order gets no more of it


class StoreReason(BaseModel):
    """One reason to choose. A standard one needs its code only; another says what it means, and its name."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(pattern=REASON_CODE_PATTERN)
    means: ShortReason | None = Field(default=None, strict=False, description="left out: the code is a standard one")
    en: str = Field(default="", max_length=60)
    zh: str = Field(default="", max_length=60)
    pt: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _can_be_said(self) -> StoreReason:
        is_standard = self.code in set(ShortReason)
        if not is_standard and (self.means is None or not self.en):
            raise ValueError(
                "a reason of the store's own says in `means` which standard one it is, and its name in `en`"
            )
        if is_standard and self.means not in (None, ShortReason(self.code)):
            raise ValueError("a standard reason means itself")
        return self

    @property
    def meaning(self) -> ShortReason:
        return self.means or ShortReason(self.code)

    @property
    def own_code(self) -> str:
        """What is told beside the standard reason; empty where there is nothing to add."""
        return "" if self.code in set(ShortReason) else self.code

    def name_in(self, language: str) -> str:
        """The store's own name for it, in English where it has none in `language`; empty: the app has one."""
        return str(getattr(self, language, "")) or self.en


STANDARD_REASONS = tuple(StoreReason(code=reason.value) for reason in ShortReason)


def reasons_or_standard(reasons: Sequence[StoreReason]) -> tuple[StoreReason, ...]:
    """What a store's pickers choose from."""
    return tuple(reasons) or STANDARD_REASONS


def reason_named(code: str, reasons: Sequence[StoreReason]) -> StoreReason | None:
    """By its code; None where the store has no such reason (any more)."""
    return next((one for one in reasons_or_standard(reasons) if one.code == code), None)
