"""Only in the demo: a shopper orders on the simulated delivery platform."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from backend.core.errors import Conflict, NotFound
from backend.core.http import StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.demo.platform import DemoPlatform

BODY_MAX_BYTES = 8_192

router = APIRouter(prefix="/api/v1/demo", tags=["demo"])


class DemoPlatformMissing(NotFound):
    """The simulated platform does not run."""


class DemoProductUnknown(Conflict):
    """The platform does not sell it."""


class DemoOrderUnknown(NotFound):
    """The platform never took it."""


class PlatformLine(StrictModel):
    sku: str = Field(max_length=40)
    quantity: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=3)]


class PlatformOrder(StrictModel):
    """Exactly these lines; without a body the shopper's basket is chance."""

    lines: list[PlatformLine] = Field(min_length=1, max_length=60)


def platform_of(request: Request) -> DemoPlatform:
    platform: DemoPlatform | None = request.app.state.demo_platform
    if platform is None or not platform.url:
        raise DemoPlatformMissing("the simulated platform does not run here")
    return platform


PlatformDep = Annotated[DemoPlatform, Depends(platform_of)]


@router.get(
    "/platform-orders/{order_id}",
    summary="What the platform believes of an order",
    responses=problems(DemoPlatformMissing, DemoOrderUnknown),
)
async def read(order_id: str, platform: PlatformDep) -> dict[str, str]:
    """For watching the demo from the other side."""
    try:
        return {"order_id": order_id, "state": platform.order_state(order_id)}
    except KeyError:
        raise DemoOrderUnknown("the platform knows no such order", order_id=order_id[:60]) from None


@router.post(
    "/platform-orders",
    status_code=201,
    summary="A shopper orders on the simulated platform",
    responses=problems(DemoPlatformMissing, DemoProductUnknown),
    openapi_extra=described(PlatformOrder, is_required=False),
)
async def place(request: Request, platform: PlatformDep) -> dict[str, Any]:
    """Of exactly these lines, or of whatever comes to their mind where no body is sent."""
    raw = await read_body(request, BODY_MAX_BYTES)
    if not raw:
        return {"order_id": platform.place_order()}
    order = parse_body(raw, PlatformOrder)
    try:
        return {"order_id": platform.place_order([(line.sku, line.quantity) for line in order.lines])}
    except KeyError as missing:
        sku = str(missing.args[0])
        raise DemoProductUnknown(f"the platform sells no {sku}", sku=sku) from None
