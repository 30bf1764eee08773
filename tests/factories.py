"""Builders of valid things: a test takes one and breaks the part it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.orders.commands import AcceptLine, AcceptOrder, CancelOrder
from backend.picking.commands import Asker
from shared.barcode import check_digit
from shared.events import ShiftStarted
from shared.labels import BlinkPattern, LightColour
from shared.places import Location, MapEdge, MapNode, StoreMap
from shared.printed_codes import DIGIT_CODES
from shared.products import ProductCard, ProductNames, UnitOfMeasure
from tests.fakes import FakeProduct

STORE_ID = "sto_test"
CHANNEL_ID = "chn_test"
OPENING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # where ManualClock starts

AISLES = ("A", "B", "C", "D")
BAYS = 3
SHELVES = 2
ENTRANCE = 0
DESK = 1
WEIGHED_SKU = "BANANA"
WEIGHED_ARTICLE = "00042"


def make_store() -> StoreMap:
    """Four aisles between a front and a back corridor; in at the left end of the front, the desk at its right end."""
    nodes = [MapNode(id=ENTRANCE, x_m=0, y_m=10), MapNode(id=DESK, x_m=16, y_m=10)]
    edges = [(ENTRANCE, aisle_node(0, 0)), (DESK, aisle_node(3, 0))]
    for aisle in range(len(AISLES)):
        nodes += [MapNode(id=aisle_node(aisle, step), x_m=2 + 4 * aisle, y_m=10 - 2 * step) for step in range(BAYS + 2)]
        edges += [(aisle_node(aisle, step), aisle_node(aisle, step + 1)) for step in range(BAYS + 1)]
    for aisle in range(len(AISLES) - 1):
        edges += [(aisle_node(aisle, step), aisle_node(aisle + 1, step)) for step in (0, BAYS + 1)]
    at = {node.id: node for node in nodes}
    return StoreMap(
        width_m=16,
        height_m=12,
        entrance=ENTRANCE,
        desk=DESK,
        nodes=nodes,
        edges=[MapEdge(a=a, b=b, length_m=abs(at[a].x_m - at[b].x_m) + abs(at[a].y_m - at[b].y_m)) for a, b in edges],
    )


def aisle_node(aisle: int, step: int) -> int:
    """Step 0 is the front corridor, then the bays, then the back corridor."""
    return 10 * (aisle + 1) + step


def make_locations() -> dict[str, Location]:
    """Every shelf of the four aisles: `A-1-1` to `D-3-2`; a shelf hangs where one stands to reach it."""
    return {
        location.id: location
        for aisle, name in enumerate(AISLES)
        for bay in range(1, BAYS + 1)
        for shelf in range(1, SHELVES + 1)
        if (location := make_location(name, bay, shelf, aisle_node(aisle, bay)))
    }


def make_location(aisle: str, bay: int, shelf: int, node: int) -> Location:
    return Location(
        id=f"loc_{aisle}-{bay}-{shelf}", aisle=aisle, bay=bay, shelf=shelf, node=node, x_m=float(node), y_m=float(shelf)
    )


def make_gtin(number: int, *, length: int = 13) -> str:
    """A GTIN with a right check digit; its first digit is not 0, nor one that scales use."""
    digits = f"5{number:0{length - 2}d}"
    return digits + check_digit(digits)


def make_product(sku: str, location_id: str, **parts: Any) -> FakeProduct:
    """A product of pieces with one GTIN, unless told otherwise."""
    card: dict[str, Any] = {
        "id": f"prd_{sku}",
        "sku": sku,
        "gtins": [make_gtin(sum(map(ord, sku)))],
        "names": ProductNames(en=f"Product {sku}"),
        **parts,
    }
    return FakeProduct(ProductCard(**card), location_id)


def make_catalogue() -> dict[str, FakeProduct]:
    """One product on every shelf, its SKU the shelf's address, and bananas by weight on the last one."""
    locations = list(make_locations().values())
    stocked = [
        make_product(location.address, location.id, gtins=[make_gtin(number)])
        for number, location in enumerate(locations[:-1], start=1)
    ]
    weighed = make_product(WEIGHED_SKU, locations[-1].id, article=WEIGHED_ARTICLE, gtins=[], unit=UnitOfMeasure.GRAM)
    return {product.card.id: product for product in [*stocked, weighed]}


def make_line(product: FakeProduct, **parts: Any) -> AcceptLine:
    """Two pieces, or a kilogram."""
    line: dict[str, Any] = {
        "external_line_id": product.card.sku,
        "product_id": product.card.id,
        "sku": product.card.sku,
        "quantity": 1000 if product.card.unit is UnitOfMeasure.GRAM else 2,
        "unit": product.card.unit,
        **parts,
    }
    return AcceptLine(**line)


def make_order(external_id: str, lines: Sequence[AcceptLine], **parts: Any) -> AcceptOrder:
    """Placed at opening, due two hours later."""
    order: dict[str, Any] = {
        "store_id": STORE_ID,
        "channel_id": CHANNEL_ID,
        "external_id": external_id,
        "display_code": external_id.upper(),
        "placed_at": OPENING,
        "due_at": OPENING + timedelta(hours=2),
        "currency": "EUR",
        "total_minor": 1_000,
        "lines": tuple(lines),
        **parts,
    }
    return AcceptOrder(**order)


def make_cancellation(order: AcceptOrder, **parts: Any) -> CancelOrder:
    """The channel asks to cancel `order`."""
    cancellation: dict[str, Any] = {
        "store_id": order.store_id,
        "channel_id": order.channel_id,
        "external_id": order.external_id,
        "reason": "shopper changed their mind",
        "cancelled_by": "channel",
        **parts,
    }
    return CancelOrder(**cancellation)


def make_asker(name: str = "Ada", **parts: Any) -> Asker:
    """A picker on shift."""
    asker: dict[str, Any] = {
        "person_id": f"per_{name}",
        "name": name,
        "store_id": STORE_ID,
        "shift_id": f"shf_{name}",
        "colour": LightColour.BLUE,
        "pattern": BlinkPattern.SLOW,
        **parts,
    }
    return Asker(**asker)


def make_shift_started(asker: Asker, at: datetime, **parts: Any) -> ShiftStarted:
    """The same person signs in again: another shift, another colour."""
    event: dict[str, Any] = {
        "store_id": asker.store_id,
        "at": at,
        "shift_id": f"{asker.shift_id}_again",
        "picker_id": asker.person_id,
        "device_id": "dev_other",
        "colour": LightColour.YELLOW,
        "pattern": BlinkPattern.DOUBLE,
        **parts,
    }
    return ShiftStarted(**event)


def make_scale_scan(article: str, weight_g: int) -> str:
    """What the scale at the fruit counter prints: 28, article, grams, check digit."""
    digits = f"28{article}{weight_g:05d}"
    return digits + check_digit(digits)


def keyed(digits: str) -> list[str]:
    """The printed codes that type these digits."""
    return [DIGIT_CODES[int(digit)] for digit in digits]
