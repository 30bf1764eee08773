"""What a load balancer and a monitor ask: does the process answer, can orders be taken, what do the figures say."""

from __future__ import annotations

import asyncio
from enum import Enum

import sqlalchemy as sa
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from backend.core import metrics
from backend.core.http import HouseDep
from backend.core.migrating import is_at_head
from backend.main.house import House

TAGS: list[str | Enum] = ["health"]
router = APIRouter(tags=TAGS)
_CHECKS = {
    "type": "object",
    "required": ["status", "checks"],
    "properties": {
        "status": {"type": "string", "examples": ["ready"]},
        "checks": {"type": "object", "additionalProperties": {"type": "boolean"}},
    },
}


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    """Nothing is looked at: a process that answers is alive."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Orders can be taken: database, migrations, writer",
    responses={
        200: {"description": "Ready", "content": {"application/json": {"schema": _CHECKS}}},
        503: {
            "description": "Not ready: `checks` say what fails",
            "content": {"application/json": {"schema": _CHECKS}},
        },
    },
)
async def readyz(house: HouseDep) -> JSONResponse:
    # The house is asked for, never enclosed: FastAPI remembers endpoints for as long as the process lives.
    """503 says which check fails; a load balancer then sends nobody here."""
    checks = await asyncio.to_thread(_check, house)
    is_ready = all(checks.values())
    return JSONResponse({"status": "ready" if is_ready else "not ready", "checks": checks}, 200 if is_ready else 503)


async def read_metrics() -> Response:
    """Where everybody may look outside production, and only a supervisor in it."""
    return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")


def _check(house: House) -> dict[str, bool]:
    try:
        with house.database.reading() as session:
            session.execute(sa.text("SELECT 1"))
        is_database, is_migrated = True, is_at_head(house.database)
    except sa.exc.SQLAlchemyError:
        is_database, is_migrated = False, False
    return {
        "database": is_database,
        "migrations": is_migrated,
        "writer": house.writer.is_running,
        "house": house.is_open,
    }
