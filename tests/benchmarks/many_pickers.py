"""Puts pickers with open sessions straight into the database: a thousand sign-ins are not what is measured."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import cycle, product
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from backend.core.database import Database
from backend.demo.loading import STORE_ID
from backend.people.models import DeviceRow, PersonRow, Role, SessionRow, ShiftRow
from backend.people.tokens import DEVICE_PREFIX, SESSION_PREFIX, SeededTokenSource, new_token, token_digest
from shared.labels import BlinkPattern, LightColour

NO_PIN = "never signs in"


def add_pickers(path: Path, count: int) -> list[str]:
    """Returns one session token for each."""
    tokens = SeededTokenSource(random.SystemRandom().randrange(2**32))
    secrets = [new_token(tokens, SESSION_PREFIX) for _ in range(count)]
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {PersonRow: [], DeviceRow: [], ShiftRow: [], SessionRow: []}
    for number, (token, (colour, pattern)) in enumerate(zip(secrets, cycle(product(LightColour, BlinkPattern)))):
        for table, row in _rows(number, token, new_token(tokens, DEVICE_PREFIX), colour, pattern).items():
            rows[table].append({"store_id": STORE_ID, **row})
    database = Database(f"sqlite:///{path}")
    with database.write_engine.begin() as connection:
        for table, values in rows.items():
            connection.execute(sa.insert(table), values)
    database.close()
    return secrets


def _rows(
    number: int, token: str, device_token: str, colour: LightColour, pattern: BlinkPattern
) -> dict[type[SQLModel], dict[str, Any]]:
    now = datetime.now(UTC)
    person_id, device_id, shift_id = f"per_b{number}", f"dev_b{number}", f"shf_b{number}"
    who = {"person_id": person_id, "device_id": device_id}
    person = {"id": person_id, "name": f"Picker {number}", "role": Role.PICKER.value, "badge": f"B-{number}"}
    device = {"id": device_id, "name": "bench", "token_hash": token_digest(device_token)}
    shift = {"id": shift_id, **who, "colour": colour.value, "pattern": pattern.value, "started_at": now}
    session = {"id": f"ssn_b{number}", **who, "shift_id": shift_id, "token_hash": token_digest(token)}
    return {
        PersonRow: {**person, "pin_hash": NO_PIN, "language": "en", "is_active": True},
        DeviceRow: {**device, "enrolled_at": now, "last_seen_at": now},
        ShiftRow: shift,
        SessionRow: {**session, "created_at": now, "last_seen_at": now},
    }
