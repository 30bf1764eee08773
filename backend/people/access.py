"""The record of who got in, who was put out, and who caused it."""

from __future__ import annotations

from backend.core.writer import Transaction
from backend.people.models import AccessRow


def record(
    tx: Transaction,
    store_id: str,
    what: str,
    caused_by: str,
    *,
    person_id: str | None = None,
    device_id: str | None = None,
    detail: str = "",
) -> None:
    """Add one line, in the transaction of the thing itself. `detail` holds no secret."""
    tx.session.add(
        AccessRow(
            store_id=store_id,
            at=tx.now(),
            what=what,
            caused_by=caused_by,
            person_id=person_id,
            device_id=device_id,
            detail=detail,
        )
    )
