"""What phones said and the backend could not accept: the supervisor's inbox, with the evidence. Nothing leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from backend.catalog import repository as catalog_repository
from backend.core import journal
from backend.people import repository as people_repository
from backend.picking import repository as picking_repository
from backend.stores.models import LocationRow
from shared.events import CommandRefused
from shared.products import ProductNames

MOST = 200


class Refusal(BaseModel):
    """One refused command. `body` is what the phone sent; the rest says in a person's words what it was about.

    `made_at` is by the phone's clock, None for those kept before it was noted; `at` is when it was refused.
    """

    command_id: str
    command_name: str
    at: datetime
    made_at: datetime | None
    picker_name: str
    problem_code: str
    detail: str
    scan: str
    quantity: int | None
    address: str
    product_names: ProductNames | None
    pick_list_id: str
    body: dict[str, Any]


def read_refusals(session: Session, store_id: str, limit: int = MOST) -> list[Refusal]:
    """The newest `limit` of all there ever were, newest first."""
    names = {row.id: row.name for row in people_repository.list_people(session, store_id)}
    rows = journal.read_refused(session, store_id, limit)
    events = [event for row in rows if isinstance(event := row.event(), CommandRefused)]
    return [_refusal(session, store_id, event, names) for event in events]


def _refusal(session: Session, store_id: str, event: CommandRefused, names: Mapping[str, str]) -> Refusal:
    body = event.evidence
    pick = picking_repository.get_pick(session, str(body.get("pick_list_id", "")), str(body.get("pick_id", "")))
    if pick is not None and pick.store_id != store_id:
        pick = None
    product = catalog_repository.find_by_ids(session.connection(), store_id, [pick.product_id]) if pick else []
    place = session.get(LocationRow, pick.location_id) if pick else None
    quantity = body.get("quantity", body.get("quantity_found"))
    return Refusal(
        command_id=event.command_id,
        command_name=event.command_name,
        at=event.at,
        made_at=event.made_at,
        picker_name=names.get(event.picker_id, event.picker_id),
        problem_code=event.problem_code,
        detail=event.detail,
        scan=str(body.get("scan", "")),
        quantity=quantity if isinstance(quantity, int) else None,
        address=f"{place.aisle}-{place.bay}-{place.shelf}" if place else "",
        product_names=product[0].card.names if product else None,
        pick_list_id=str(body.get("pick_list_id", "")),
        body=body,
    )
