"""What shelves say, for supervisors: which label does not show its price yet, where till and shelf differ."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from backend.core.openapi import content_of
from backend.labels.differences import PriceTrouble
from backend.labels.endpoints import LabelsDep, OwnStoreDep
from backend.labels.pictures.queue import PictureState
from backend.labels.pictures.service import ShownPrice
from backend.labels.price_report import differences_report, labels_report
from shared.ids import Id

LISTED_MAX = 500
CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])


class LabelToClearAnswer(BaseModel):
    """A label that still says what is gone. Minor units; `shown_minor` None: nobody knows what it says."""

    label_id: Id
    external_id: str
    location_id: Id
    shown_minor: int | None
    state: PictureState
    attempts: int
    problem: str
    wanted_at: datetime | None


class LabelNotRightAnswer(LabelToClearAnswer):
    """A label that does not show the price it should. Minor units; `shown_minor` None: nobody knows."""

    sku: str
    name: str
    price_minor: int


class ShelfPricesAnswer(BaseModel):
    """`labels`: with a display, and with a product or still to be cleared of one that is gone.

    The counts are of both kinds. Of each that is not right yet at most 500 are listed, the longest first: `not_right`
    should show a price, `to_clear` should show none.
    """

    labels: int
    right: int
    waiting: int
    under_way: int
    given_up: int
    not_right: list[LabelNotRightAnswer]
    to_clear: list[LabelToClearAnswer]


class DifferenceAnswer(BaseModel):
    """Minor units. `shelf_minor`: what the label said last."""

    product_id: Id
    sku: str
    name: str
    trouble: PriceTrouble
    catalogue_minor: int
    till_minor: int | None
    shelf_minor: int | None


class DifferencesAnswer(BaseModel):
    """At most 500, the worst first; `differences` counts all."""

    products: int
    differences: int
    listed: list[DifferenceAnswer]


class BatchProgressAnswer(BaseModel):
    """Labels of one batch's products: that show their price, that do not yet, and that were given up."""

    batch_id: Id
    labels: int
    shown: int
    behind: int
    given_up: int


class PriceProgressAnswer(BaseModel):
    """Of the latest ten batches whose instant has come."""

    batches: list[BatchProgressAnswer]


class TriedAnswer(BaseModel):
    labels: int


@router.get("/labels/prices", summary="Which labels do not show what they should")
async def shelf_prices(store_id: OwnStoreDep, labels: LabelsDep) -> ShelfPricesAnswer:
    """How many labels are right, wait or were given up; those that are not right by name, the longest first.

    A label whose product is gone waits to be cleared, and is counted and listed until it is.
    """
    shown = labels.pictures.prices(store_id)
    wrong = [each for each in shown if not each.picture.is_right]
    states = [each.picture.state for each in wrong]
    wrong.sort(key=lambda each: (each.picture.wanted_at is None, each.picture.wanted_at, each.label.label_id))
    return ShelfPricesAnswer(
        labels=len(shown),
        right=len(shown) - len(wrong),
        waiting=states.count(PictureState.WAITING),
        under_way=states.count(PictureState.UNDER_WAY),
        given_up=states.count(PictureState.GIVEN_UP),
        not_right=[
            LabelNotRightAnswer(
                sku=placed.card.sku, name=placed.card.name, price_minor=placed.card.price_minor, **_not_yet_right(each)
            )
            for each, placed in [(each, each.placed) for each in wrong if each.placed is not None][:LISTED_MAX]
        ],
        to_clear=[
            LabelToClearAnswer(**_not_yet_right(each))
            for each in [each for each in wrong if each.placed is None][:LISTED_MAX]
        ],
    )


@router.get(
    "/labels/prices/export",
    summary="The same as CSV, every label of them",
    response_class=Response,
    responses={200: content_of("text/csv")},
)
async def export_shelf_prices(
    store_id: OwnStoreDep,
    labels: LabelsDep,
    batch_id: Annotated[str | None, Query(max_length=60, description="only labels of these prices' products")] = None,
) -> Response:
    """By address, for whoever walks along them."""
    wrong = await labels.not_right(store_id, batch_id)
    addresses = await labels.installing.addresses(store_id)
    return Response(await asyncio.to_thread(labels_report, wrong, addresses), media_type=CSV)


@router.post("/labels/prices/try-again", status_code=202, summary="Send anew what was given up")
async def try_again(store_id: OwnStoreDep, labels: LabelsDep) -> TriedAnswer:
    """What failed too often is drawn and sent once more. The answer counts the labels."""
    return TriedAnswer(labels=labels.pictures.try_again(store_id))


@router.get("/prices/progress", summary="How far new prices have come on the shelf, batch by batch")
async def price_progress(store_id: OwnStoreDep, labels: LabelsDep) -> PriceProgressAnswer:
    """Of the latest ten whose instant has come: labels that show the new price, and those that do not yet."""
    return PriceProgressAnswer(
        batches=[
            BatchProgressAnswer.model_validate(each, from_attributes=True)
            for each in await labels.price_progress(store_id)
        ]
    )


@router.get("/prices/differences", summary="Where till, catalogue and shelf say different prices")
async def price_differences(store_id: OwnStoreDep, labels: LabelsDep) -> DifferencesAnswer:
    """Those where the till asks for more than the shelf says come first."""
    products, found = await labels.price_differences(store_id)
    return DifferencesAnswer(
        products=products,
        differences=len(found),
        listed=[
            DifferenceAnswer(
                product_id=each.prices.product_id,
                sku=each.prices.sku,
                name=each.prices.name,
                trouble=each.trouble,
                catalogue_minor=each.prices.catalogue_minor,
                till_minor=each.prices.till_minor,
                shelf_minor=each.prices.shelf_minor,
            )
            for each in found[:LISTED_MAX]
        ],
    )


@router.get(
    "/prices/differences/export",
    summary="The same as CSV, all of them",
    response_class=Response,
    responses={200: content_of("text/csv")},
)
async def export_differences(store_id: OwnStoreDep, labels: LabelsDep) -> Response:
    """For whoever mends them at the till or at the shelf."""
    _, found = await labels.price_differences(store_id)
    return Response(await asyncio.to_thread(differences_report, found), media_type=CSV)


def _not_yet_right(each: ShownPrice) -> dict[str, Any]:
    """What is said of such a label, whether it should show a price or none."""
    return {
        "label_id": each.label.label_id,
        "external_id": each.label.address.external_id,
        "location_id": each.label.location_id,
        "shown_minor": each.shown_minor,
        "state": each.picture.state,
        "attempts": each.picture.failures,
        "problem": each.picture.problem,
        "wanted_at": each.picture.wanted_at,
    }
