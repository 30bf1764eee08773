"""The delivery slip as it is shown and printed: whose order it is, where it goes, and what belongs to it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from backend.handover.errors import SlipNotFound
from backend.handover.waiting import ChannelNames, RulesOf
from backend.orders import deliveries
from backend.orders import repository as orders_repository
from shared.delivery import Delivery
from shared.handover import bag_codes_of


class DeliverySlip(BaseModel):
    """One order's. `delivery` is None where the platform said nothing, and once it is erased."""

    model_config = ConfigDict(frozen=True)

    id: str
    order_id: str
    display_code: str
    external_id: str
    channel_name: str
    due_at: datetime
    made_at: datetime
    bags: int
    bag_codes: list[str]
    place: str
    delivery: Delivery | None

    def lines(self, zone: ZoneInfo) -> list[str]:
        """What is printed, in order: who, where, what to know on the way, and the bags."""
        said = self.delivery or Delivery()
        bags = [f"{self.bags} x {' '.join(self.bag_codes)}".strip()] if self.bags else []
        position = said.position
        place = f"{position.latitude:.6f}, {position.longitude:.6f}" if position and not said.address_lines else ""
        found = [
            said.recipient_name,
            *said.address_lines,
            place,
            said.phone,
            said.route_note,
            f"{self.due_at.astimezone(zone):%H:%M}  {self.place}".strip(),
            *bags,
        ]
        return [" ".join(line.split()) for line in found if line.strip()]

    @property
    def code(self) -> str:
        """What is shown at the door or the desk: the platform's own code, else what people call the order."""
        return (self.delivery.handover_code if self.delivery else "") or self.display_code


class Slips:
    """Reads only."""

    def __init__(self, channel_names: ChannelNames, rules_of: RulesOf) -> None:
        self._channel_names = channel_names
        self._rules_of = rules_of

    def read(self, session: Session, store_id: str, slip_id: str) -> DeliverySlip:
        """Raises SlipNotFound."""
        row = deliveries.get_slip(session, store_id, slip_id)
        order = orders_repository.get_order(session, store_id, row.order_id) if row is not None else None
        if row is None or order is None:
            raise SlipNotFound("no such delivery slip in this store", slip_id=slip_id)
        prefix = self._rules_of(session, store_id).bag_prefix
        names = self._channel_names(session, store_id)
        return DeliverySlip(
            id=row.id,
            order_id=order.id,
            display_code=order.display_code,
            external_id=order.external_id,
            channel_name=names.get(order.channel_id, order.channel_id),
            due_at=order.due_at,
            made_at=row.made_at,
            bags=order.bags,
            bag_codes=list(bag_codes_of(order.id, order.bags, order.bag_codes.split(), prefix)),
            place=order.place,
            delivery=deliveries.get(session, [order.id]).get(order.id),
        )
