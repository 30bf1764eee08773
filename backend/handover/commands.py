"""What is asked of the hand-over desk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandOverOrder:
    """Give this order out. `shown` is what its courier showed; `bag_codes` were scanned, or `bags` counted."""

    store_id: str
    order_id: str
    person_id: str
    person_name: str
    is_supervisor: bool
    bags: int
    bag_codes: tuple[str, ...] = ()
    shown: str = ""
    is_age_checked: bool = False
    note: str = ""
