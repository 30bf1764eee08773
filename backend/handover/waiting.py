"""The orders that wait to be fetched, as the desk sees them. What the PIN is, it does not see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from backend.handover import repository
from backend.orders import deliveries
from backend.orders.models import OrderRow
from backend.picking.ports import Products
from shared.delivery import Delivery
from shared.handover import TRIES_MAX, bag_codes_of
from shared.store_rules import StoreRules

ChannelNames = Callable[[Session, str], Mapping[str, str]]
RulesOf = Callable[[Session, str], StoreRules]
PinHearers = Callable[[Session, str], Collection[str]]


class WaitingForCourier(BaseModel):
    """One order at the desk."""

    model_config = ConfigDict(frozen=True)

    id: str
    display_code: str
    external_id: str
    channel_name: str
    due_at: datetime
    ready_at: datetime | None
    bags: int
    bag_codes: list[str]
    place: str
    asks_pin: bool
    tries_left: int
    is_age_restricted: bool
    slip_id: str = ""
    delivery: Delivery | None = None


class WaitingOrders:
    """Reads only. `pin_hearers`: the channels of a store that pass an order's PIN on to whoever fetches it."""

    def __init__(
        self, products: Products, channel_names: ChannelNames, rules_of: RulesOf, pin_hearers: PinHearers
    ) -> None:
        self._products = products
        self._channel_names = channel_names
        self._rules_of = rules_of
        self._pin_hearers = pin_hearers

    def of_store(self, session: Session, store_id: str) -> list[WaitingForCourier]:
        """Everything that waits, the most pressing first."""
        orders = repository.get_waiting(session, store_id)
        order_ids = [order.id for order in orders]
        restricted = self.age_restricted(session, store_id, order_ids)
        slips, known = deliveries.get_slip_ids(session, order_ids), deliveries.get(session, order_ids)
        prefix = self._rules_of(session, store_id).bag_prefix
        names, asking = self._channel_names(session, store_id), self._channels_asking(session, store_id)
        found = []
        for order in orders:
            proof = repository.get_proof(session, order.id)
            found.append(
                WaitingForCourier(
                    id=order.id,
                    display_code=order.display_code,
                    external_id=order.external_id,
                    channel_name=names.get(order.channel_id, order.channel_id),
                    due_at=order.due_at,
                    ready_at=order.ready_at,
                    bags=order.bags,
                    bag_codes=list(bag_codes_of(order.id, order.bags, order.bag_codes.split(), prefix)),
                    place=order.place,
                    asks_pin=order.channel_id in asking,
                    tries_left=max(0, TRIES_MAX - (proof.wrong_pins if proof else 0)),
                    is_age_restricted=order.id in restricted,
                    slip_id=slips.get(order.id, ""),
                    delivery=known.get(order.id),
                )
            )
        return found

    def age_restricted(self, session: Session, store_id: str, order_ids: Sequence[str]) -> set[str]:
        """Those in whose bags something is for adults only. A substitute is never, unless the ordered product is."""
        given = repository.get_given_product_ids(session, order_ids)
        product_ids = sorted(set().union(*given.values()) if given else ())
        products = self._products.by_id(session, store_id, product_ids)
        adult = {product_id for product_id, product in products.items() if product.card.is_age_restricted}
        return {order_id for order_id, product_ids in given.items() if product_ids & adult}

    def asks_pin(self, session: Session, order: OrderRow) -> bool:
        """Where the store's rule asks for a PIN, and the order's channel could tell it to whoever comes."""
        return order.channel_id in self._channels_asking(session, order.store_id)

    def _channels_asking(self, session: Session, store_id: str) -> Collection[str]:
        is_asked = self._rules_of(session, store_id).asks_handover_pin
        return self._pin_hearers(session, store_id) if is_asked else ()
