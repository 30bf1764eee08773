"""What other rooms ask of orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.delivery import Delivery
from shared.picking import TOLERANCE_PERCENT
from shared.products import UnitOfMeasure
from shared.substitution import SubstitutionWish


@dataclass(frozen=True, slots=True)
class AcceptLine:
    """One line, its product already found. `quantity` in pieces or grams."""

    external_line_id: str
    product_id: str
    sku: str
    quantity: int
    unit: UnitOfMeasure
    unit_price_minor: int = 0
    note: str = ""
    wish: SubstitutionWish = SubstitutionWish.REFUSE
    wished_skus: tuple[str, ...] = ()
    quantity_max: int | None = None
    tolerance_percent: int = TOLERANCE_PERCENT


@dataclass(frozen=True, slots=True)
class AcceptOrder:
    store_id: str
    channel_id: str
    external_id: str
    display_code: str
    placed_at: datetime
    due_at: datetime
    currency: str
    total_minor: int
    lines: tuple[AcceptLine, ...]
    note: str = ""
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class AmendOrder:
    """The channel says the whole order anew. `order` has the channel and the external id of one that was accepted."""

    order: AcceptOrder


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """`is_fact`: the channel has cancelled already, whatever state we are in; otherwise it is a request."""

    store_id: str
    channel_id: str
    external_id: str
    reason: str
    cancelled_by: str
    is_fact: bool = False


@dataclass(frozen=True, slots=True)
class ForgetCustomers:
    """Who the customers were of orders that were over before an instant."""

    before: datetime
