"""An order that leaves the store: which bags it is made of, and what proves that the right one took it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

PIN_DIGITS = 4
TRIES_MAX = 5  # wrong PINs for one order; then only a supervisor may give it out
_TAIL = 10  # of an order's id, its random part: 50 bits tell the orders of a store apart


class HandOverProof(StrEnum):
    """What was shown by whoever took an order."""

    PIN = "pin"  # the one-time PIN that its channel was told
    CODE = "code"  # the order's own code, as the courier has it
    SUPERVISOR = "supervisor"  # a supervisor answers for it, and said why
    NONE = "none"  # the store asks for nothing


def bag_codes_of(order_id: str, bags: int, bag_codes: Sequence[str], prefix: str) -> tuple[str, ...]:
    """The code of each bag: what was stuck on them while packing, else what is printed for them."""
    if bag_codes:
        return tuple(bag_codes)
    return tuple(f"{prefix}{order_id[-_TAIL:].upper()}-{number}" for number in range(1, bags + 1))
