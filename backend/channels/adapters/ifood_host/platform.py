"""iFood's side of an order: its status, what may follow what, edits that count only once separation is ended. Pure.

Sources: developer.ifood.com.br, modules picking (edits during SEPARATION_STARTED alone, applied by endSeparation), and
order (confirm, requestCancellation with a code of the list, negotiation of orders) and events.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

PLACED, CONFIRMED, STARTED, ENDED = "PLACED", "CONFIRMED", "SEPARATION_STARTED", "SEPARATION_ENDED"
READY, DISPATCHED, CANCELLED = "READY_TO_PICKUP", "DISPATCHED", "CANCELLED"
CODES = {PLACED: "PLC", CONFIRMED: "CFM", CANCELLED: "CAN", DISPATCHED: "DSP", READY: "RTP"}
REASONS = {"501": "PROBLEMAS DE SISTEMA", "503": "ITEM INDISPONÍVEL", "509": "DIFICULDADES INTERNAS DA LOJA"}
# Which states a step may start from, the state it leads to.
STEPS = {
    "confirm": ({PLACED}, CONFIRMED),
    "startSeparation": ({CONFIRMED}, STARTED),
    "endSeparation": ({STARTED}, ENDED),
    "readyToPickup": ({ENDED}, READY),
    "dispatch": ({ENDED, READY}, DISPATCHED),
}
Tell = Callable[[dict[str, Any]], None]


class Refused(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True)
class PlayedOrder:
    """`body` is what the platform shows; `edits` are what separation has changed so far, by item."""

    body: dict[str, Any]
    placed_at: datetime
    state: str = PLACED
    dispute_id: str = ""
    edits: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)


class IfoodPlatform:
    """One store's orders. `tell` is called with each event; it stays in `events` until it is acknowledged.

    `catalogue`: the store's products on the platform, SKU by barcode; others cannot be given instead.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Random,
        tell: Tell,
        merchant_id: str,
        accept_within_s: int,
        catalogue: Mapping[str, str],
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._tell = tell
        self._merchant_id = merchant_id
        self._accept_within = timedelta(seconds=accept_within_s)
        self._catalogue = catalogue
        self.orders: dict[str, PlayedOrder] = {}
        self.events: dict[str, dict[str, Any]] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id, now = self._new_id(), self._clock.now()
        total = sum((product.price * count for product, count in lines), Decimal(0))
        body = {
            "id": order_id,
            "displayId": f"{len(self.orders) + 1:04d}",
            "orderType": "DELIVERY",
            "orderTiming": "IMMEDIATE",
            "salesChannel": "IFOOD",
            "category": "GROCERY",
            "createdAt": _written(now),
            "preparationStartDateTime": _written(now),
            "isTest": False,
            "extraInfo": "Tocar duas vezes",
            "merchant": {"id": self._merchant_id, "name": "Mercado"},
            "picking": {"picker": "", "replacementOptions": "STORE_CHOOSE_OTHER_ITEMS"},
            "delivery": {"deliveredBy": "IFOOD", "deliveryDateTime": _written(now + timedelta(minutes=minutes))},
            "items": [self._item(number, product, count) for number, (product, count) in enumerate(lines, start=1)],
            "total": {"subTotal": float(total), "deliveryFee": 0.0, "benefits": 0.0, "orderAmount": float(total)},
        }
        self.orders[order_id] = PlayedOrder(body, now)
        self._happened(order_id, PLACED)
        return order_id

    def cancel(self, order_id: str, reason: str = "O cliente desistiu") -> None:
        order = self.orders[order_id]
        if order.state != CANCELLED:
            order.state = CANCELLED
            self._happened(order_id, CANCELLED, CANCEL_REASON=reason)

    def ask_to_cancel(self, order_id: str) -> None:
        order = self.orders[order_id]
        order.dispute_id = self._new_id()
        expires_at = _written(self._clock.now() + timedelta(minutes=10))
        self._happened(
            order_id, "HANDSHAKE_DISPUTE", disputeId=order.dispute_id, action="CANCELLATION", expiresAt=expires_at
        )

    def pass_time(self) -> None:
        now = self._clock.now()
        for order_id, order in self.orders.items():
            if order.state == PLACED and now - order.placed_at > self._accept_within:
                self.cancel(order_id, "Loja não confirmou")

    # What the store's system does

    def read(self, order_id: str) -> dict[str, Any]:
        return self._find(order_id).body

    def acknowledge(self, ids: Any) -> None:
        if not isinstance(ids, list) or len(ids) > 2_000 or not all(isinstance(each, dict) for each in ids):
            raise Refused(400, "an acknowledgement is a list of at most 2000 events")
        for each in ids:
            self.events.pop(each.get("id", ""), None)

    def step(self, order_id: str, operation: str) -> None:
        """Raises Refused: 404, or 422 for what does not follow, a repeat among it."""
        order = self._find(order_id)
        if operation not in STEPS:
            raise Refused(404, "no such operation")
        starts, end = STEPS[operation]
        if order.state not in starts:
            raise Refused(422, f"{operation} does not follow {order.state}")
        order.state = end
        order.heard.append(operation)
        if end == ENDED:
            self._apply(order)
        self._happened(order_id, end)

    def edit(self, order_id: str, unique_id: str, kind: str, wanted: Mapping[str, Any]) -> None:
        """Change, replace or remove an item: noted now, applied when separation ends. Raises Refused."""
        order = self._find(order_id)
        if order.state != STARTED:
            raise Refused(422, f"nothing is edited while {order.state}")
        known = {item["uniqueId"] for item in order.body["items"]}
        before = order.edits.get(unique_id, {}).get("kind")
        if unique_id not in known or before in ("replace", "remove"):
            raise Refused(404, "no such item")
        if kind in ("change", "replace") and not Decimal(str(wanted.get("quantity", 0))) > 0:
            raise Refused(400, "a quantity above nothing")
        if kind == "replace" and wanted.get("ean") not in self._catalogue:
            raise Refused(404, "no such product")
        edit = {"kind": kind, **wanted}
        if order.edits.get(unique_id) != edit:
            order.edits[unique_id] = edit
            order.heard.append(f"{kind} {unique_id}")

    def reasons(self, order_id: str) -> list[dict[str, str]]:
        is_over = self._find(order_id).state in (CANCELLED, DISPATCHED)
        return [] if is_over else [{"cancelCodeId": code, "description": text} for code, text in REASONS.items()]

    def request_cancellation(self, order_id: str, wanted: Mapping[str, Any]) -> None:
        order = self._find(order_id)
        if order.state in (CANCELLED, DISPATCHED):
            raise Refused(422, f"an order that is {order.state} is not cancelled")
        if wanted.get("cancellationCode") not in REASONS or not wanted.get("reason"):
            raise Refused(400, "a reason and one of the codes")
        order.heard.append("requestCancellation")
        self._happened(order_id, "CANCELLATION_REQUESTED")
        self.cancel(order_id, REASONS[wanted["cancellationCode"]])

    def settle(self, dispute_id: str, answer: str) -> None:
        """Accept or reject what the shopper asked for. Raises Refused."""
        found = [(order_id, order) for order_id, order in self.orders.items() if order.dispute_id == dispute_id]
        if not found or answer not in ("accept", "reject"):
            raise Refused(422, "nothing is open under this number")
        order_id, order = found[0]
        order.dispute_id = ""
        order.heard.append(answer)
        self._happened(order_id, "HANDSHAKE_SETTLEMENT", status="ACCEPTED" if answer == "accept" else "REJECTED")
        if answer == "accept":
            self.cancel(order_id)

    # What is so

    def state(self, order_id: str) -> PlayedState:
        state = self.orders[order_id].state
        if state == CANCELLED:
            return PlayedState.CANCELLED
        if state in (ENDED, READY, DISPATCHED):
            return PlayedState.PICKED
        return PlayedState.NEW if state == PLACED else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        order = self.orders[order_id]
        found: Counter[str] = Counter()
        if order.state != CANCELLED:
            for item in order.body["items"]:
                found[item["externalCode"]] += int(item["quantity"])
        return {sku: count for sku, count in found.items() if count}

    def _apply(self, order: PlayedOrder) -> None:
        items = []
        for item in order.body["items"]:
            edit = order.edits.get(item["uniqueId"], {"kind": "none"})
            if edit["kind"] == "change":
                item = {**item, "quantity": edit["quantity"]}
            elif edit["kind"] == "replace":
                named = {"ean": edit["ean"], "externalCode": self._catalogue[edit["ean"]], "name": "Substituto"}
                item = {**item, **named, "uniqueId": self._new_id(), "quantity": edit["quantity"]}
            if edit["kind"] != "remove":
                items.append({**item, "totalPrice": round(item["unitPrice"] * item["quantity"], 2)})
        order.body["items"] = items
        total = round(sum(item["totalPrice"] for item in items), 2)
        order.body["total"] |= {"subTotal": total, "orderAmount": total}

    def _item(self, number: int, product: SoldProduct, count: int) -> dict[str, Any]:
        return {
            "index": number,
            "id": self._new_id(),
            "uniqueId": self._new_id(),
            "name": product.name,
            "externalCode": product.sku,
            "ean": product.gtin,
            "quantity": count,
            "unit": "UN",
            "unitPrice": float(product.price),
            "totalPrice": float(product.price * count),
            "observations": "",
        }

    def _happened(self, order_id: str, full_code: str, **metadata: str) -> None:
        event: dict[str, Any] = {
            "id": self._new_id(),
            "code": CODES.get(full_code, full_code[:3]),
            "fullCode": full_code,
            "orderId": order_id,
            "merchantId": self._merchant_id,
            "createdAt": _written(self._clock.now()),
            "salesChannel": "IFOOD",
        }
        if metadata:
            event["metadata"] = metadata
        self.events[event["id"]] = event
        self._tell(event)

    def _find(self, order_id: str) -> PlayedOrder:
        if order_id not in self.orders:
            raise Refused(404, "no such order")
        return self.orders[order_id]

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def _written(instant: datetime) -> str:
    """With more digits than most clocks have, as the platform writes them."""
    return f"{instant:%Y-%m-%dT%H:%M:%S.%f}00Z"
