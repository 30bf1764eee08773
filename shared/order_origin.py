"""Where an order was placed first: the same customer's order may come to us more than one way."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

PLATFORM_MAX_CHARACTERS = 60
# Other spellings of one platform's name.
_SAME = {
    "uber": "uber_eats",
    "ubereats": "uber_eats",
    "door_dash": "doordash",
    "i_food": "ifood",
    "ele_me": "eleme",
    "meituan_waimai": "meituan",
    "jd_daojia": "jddj",
    "daojia": "jddj",
}


def platform_of(words: str) -> str:
    """One spelling for a platform's name: lower case, words joined by `_`. Empty where no letter or digit is in it."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    joined = re.sub(r"[\W_]+", "_", plain).strip("_")[:PLATFORM_MAX_CHARACTERS].strip("_")
    return _SAME.get(joined, joined)


def _platform(words: str) -> str:
    found = platform_of(words)
    if not found:
        raise ValueError("a platform's name has letters or digits")
    return found


class OrderOrigin(BaseModel):
    """The platform where the customer ordered, and what the order is called there. Both together are one order."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    platform: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_platform)] = Field(
        description="its name; case and blanks make no difference", examples=["uber_eats"]
    )
    order_id: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,120}$")] = Field(
        description="that platform's own id of the order, not the short code people say",
        examples=["153dd7f1-339d-4619-940c-418943c14636"],
    )
