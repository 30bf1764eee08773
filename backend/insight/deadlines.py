"""What the board says of platforms' time limits: those a person must act on, and those that were missed lately."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from backend.channels import deadline_rows
from backend.channels.models import DeadlineStatus
from backend.insight.board import BoardProblem

MISSED_SHOWN = timedelta(hours=2)
SHOWN_MAX = 20


def deadline_problems(
    session: Session, store_id: str, channel_names: Mapping[str, str], now: datetime
) -> list[BoardProblem]:
    """`deadline.accept`, `deadline.start` or `deadline.finish` until that instant; `deadline.missed` afterwards."""
    rows = deadline_rows.get_pressing(session, store_id, now - MISSED_SHOWN, SHOWN_MAX)
    return [
        BoardProblem(
            at=row.expires_at,
            what="deadline.missed" if row.status == DeadlineStatus.MISSED else f"deadline.{row.kind}",
            detail=f"{channel_names.get(row.channel_id, row.channel_id)} {row.external_id}",
        )
        for row in rows
    ]
