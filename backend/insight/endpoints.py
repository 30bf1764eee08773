"""The board and the story of an order over HTTP, for supervisors of that store."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backend.core.http import HouseDep
from backend.core.openapi import problems
from backend.insight.board import Board
from backend.insight.errors import NothingKnownOfOrder
from backend.insight.refusals import Refusal, read_refusals
from backend.people.http import SupervisorDep
from shared.ids import Id

router = APIRouter(prefix="/api/v1/insight", tags=["insight"])


class JournalEntry(BaseModel):
    """One thing that happened, as the journal keeps it."""

    sequence: int
    at: datetime
    name: str
    body: dict[str, Any]


@router.get("/board", summary="Orders, pickers, exceptions and problems as they are now")
def read_board(house: HouseDep, supervisor: SupervisorDep) -> Board:
    """What the supervisor's board shows: how late orders are, who walks with what, and what needs a person."""
    with house.database.reading() as session:
        board: Board = house.insight.board(session, supervisor.store_id, house.clock.now())
        return board


@router.get("/refused-commands", summary="What phones said and was not accepted, with the evidence; nothing leaves it")
def read_refused_commands(house: HouseDep, supervisor: SupervisorDep) -> list[Refusal]:
    """Kept for looking into: nothing is applied from here."""
    with house.database.reading() as session:
        return read_refusals(session, supervisor.store_id)


@router.get(
    "/journal", summary="Everything that happened to one order, oldest first", responses=problems(NothingKnownOfOrder)
)
def read_journal(order_id: Annotated[Id, Query()], house: HouseDep, supervisor: SupervisorDep) -> list[JournalEntry]:
    """Every event with its instant, from its coming in to the courier."""
    with house.database.reading() as session:
        rows = house.insight.journal_of_order(session, supervisor.store_id, order_id)
    if not rows:
        raise NothingKnownOfOrder("nothing is known of this order in this store", order_id=order_id)
    return [JournalEntry(sequence=row.sequence, at=row.at, name=row.name, body=json.loads(row.body)) for row in rows]
