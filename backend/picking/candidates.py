"""What a pick list says of substitutes: the shoppers' wishes, what may be given, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from backend.picking import proposals
from backend.picking.ports import FindProducts, FindSubstitutes, StockedProduct, StorePlaces
from backend.picking.repository import Found
from shared.clock import Clock
from shared.picking import PickStatus
from shared.places import Location
from shared.substitution import (
    CANDIDATES_MAX,
    PickSubstitution,
    SubstituteCandidate,
    SubstitutionStatus,
    SubstitutionWish,
)

KNOWN_S = 60.0  # how long candidates are believed: a pick list is told often, and the backend checks what is given
_KNOWN_MAX = 10_000

Fields = Mapping[str, Any]


class Candidates:
    """Reads only. Remembers what may be given for what, for a while."""

    def __init__(self, find_products: FindProducts, find_substitutes: FindSubstitutes, clock: Clock) -> None:
        self._find_products = find_products
        self._find_substitutes = find_substitutes
        self._clock = clock
        self._known: dict[tuple[str, str, str], tuple[float, Sequence[StockedProduct]]] = {}

    def of_pick_list(
        self, connection: Connection, store_id: str, pick_list_id: str, picks: Sequence[Found], places: StorePlaces
    ) -> dict[str, Fields]:
        """Pick id -> its fields `wish`, `candidates` and `substitution`; nothing for a pick without any."""
        wishes = {wish.pick_id: wish for wish in proposals.find_wishes(connection, pick_list_id)}
        if not wishes:
            return {}  # so most trolleys are, and then nobody need look for more
        fields: dict[str, dict[str, Any]] = {}
        for pick in picks:
            wish = wishes.get(pick.id)
            if wish is None:
                continue
            fields[pick.id] = {"wish": SubstitutionWish(wish.wish)}
            if pick.status == PickStatus.OPEN:
                found = self._find(connection, store_id, pick.product_id, wish.wished_skus)
                fields[pick.id]["candidates"] = _candidates(found, places.locations)
        rows = proposals.find_of_pick_list(connection, pick_list_id)
        products = {
            product.card.id: product
            for product in self._find_products(connection, store_id, sorted({row.product_id for row in rows}))
        }
        for row in rows:
            if row.product_id in products and row.location_id in places.locations:
                location = places.locations[row.location_id]
                fields[row.pick_id]["substitution"] = _substitution(row, products[row.product_id], location)
        return dict(fields)

    def _find(
        self, connection: Connection, store_id: str, product_id: str, wished_skus: str
    ) -> Sequence[StockedProduct]:
        key, now_s = (store_id, product_id, wished_skus), self._clock.monotonic_s()
        known_s, known = self._known.get(key, (float("-inf"), ()))
        if now_s - known_s <= KNOWN_S:
            return known
        found = self._find_substitutes(connection, store_id, product_id, wished_skus.split())[:CANDIDATES_MAX]
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        self._known[key] = (now_s, found)
        return found


def _candidates(found: Sequence[StockedProduct], locations: Mapping[str, Location]) -> list[SubstituteCandidate]:
    """Those whose place the store still has."""
    return [
        SubstituteCandidate(product=product.card, location=locations[product.location_id])
        for product in found
        if product.location_id in locations
    ]


def _substitution(row: Found, product: StockedProduct, location: Location) -> PickSubstitution:
    return PickSubstitution(
        id=row.id,
        product=product.card,
        location=location,
        quantity=row.quantity,
        status=SubstitutionStatus(row.status),
        answer_by=row.answer_by if row.status == SubstitutionStatus.PROPOSED else None,
        is_put_back=row.put_back_at is not None,
    )
