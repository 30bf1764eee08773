"""Every query on gateways and labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.statements import DIALECTS, Statement, insert_or_update, listed
from backend.labels.health import LabelHealth
from backend.labels.models import GatewayRow, LabelHealthRow, LabelPictureRow, LabelRow, LightRulesRow

_LABELS: sa.Table = LabelRow.__table__  # type: ignore[attr-defined]
_HEALTH: sa.Table = LabelHealthRow.__table__  # type: ignore[attr-defined]
_HEALTH_COLUMNS = [field.name for field in fields(LabelHealth)]


def get_gateways(session: Session, store_id: str | None = None) -> Sequence[GatewayRow]:
    """Of one store, or of all."""
    query = select(GatewayRow).order_by(col(GatewayRow.store_id), col(GatewayRow.name))
    return session.exec(query if store_id is None else query.where(GatewayRow.store_id == store_id)).all()


def get_gateway_by_name(session: Session, store_id: str, name: str) -> GatewayRow | None:
    query = select(GatewayRow).where(GatewayRow.store_id == store_id, GatewayRow.name == name)
    return session.exec(query).one_or_none()


def count_labels_of(session: Session, gateway_id: str) -> int:
    return session.exec(select(sa.func.count()).select_from(LabelRow).where(LabelRow.gateway_id == gateway_id)).one()


def get_light_rules(session: Session) -> Sequence[LightRulesRow]:
    """Of every store that has said something."""
    return session.exec(select(LightRulesRow)).all()


def get_labels(session: Session, store_id: str | None = None) -> Sequence[LabelRow]:
    """Of one store, or of all."""
    query = select(LabelRow).order_by(col(LabelRow.store_id), col(LabelRow.external_id))
    return session.exec(query if store_id is None else query.where(LabelRow.store_id == store_id)).all()


def get_label(session: Session, store_id: str, label_id: str) -> LabelRow | None:
    return session.exec(select(LabelRow).where(LabelRow.store_id == store_id, LabelRow.id == label_id)).one_or_none()


def get_label_by_external_id(session: Session, store_id: str, external_id: str) -> LabelRow | None:
    query = select(LabelRow).where(LabelRow.store_id == store_id, LabelRow.external_id == external_id)
    return session.exec(query).one_or_none()


def get_labels_at(session: Session, store_id: str, location_id: str) -> Sequence[LabelRow]:
    query = select(LabelRow).where(LabelRow.store_id == store_id, LabelRow.location_id == location_id)
    return session.exec(query.order_by(col(LabelRow.external_id))).all()


def find_place(connection: Connection, store_id: str, label_id: str) -> str | None:
    """The id of the location where a label of this store hangs."""
    found = _FIND_PLACE.one_or_none(connection, {"store_id": store_id, "label_id": label_id})
    return None if found is None else str(found.location_id)


def delete_label(session: Session, label: LabelRow) -> None:
    """With what is known of its health and its picture: another label of that name begins anew."""
    for table in (LabelHealthRow, LabelPictureRow):
        session.execute(sa.delete(table).where(col(table.label_id) == label.id))
    session.delete(label)


_FIND_PLACE = Statement(
    sa.select(_LABELS.c.location_id).where(
        _LABELS.c.store_id == sa.bindparam("store_id"), _LABELS.c.id == sa.bindparam("label_id")
    )
)
_PUT_HEALTH = insert_or_update(_HEALTH, "label_id")
_PLACES_OF_LABELS = Statement(
    sa.select(_LABELS.c.id, _LABELS.c.external_id, _LABELS.c.gateway_id, _LABELS.c.location_id).where(
        _LABELS.c.store_id == sa.bindparam("store_id")
    )
)
_PUT_LABEL = insert_or_update(_LABELS, "id")
_GET_HEALTH = Statement(sa.select(_HEALTH))


_AMONG = Statement(
    {dialect: sa.select(_LABELS.c.id).where(_LABELS.c.id.in_(listed("label_ids", dialect))) for dialect in DIALECTS}
)


def labels_among(connection: Connection, label_ids: Sequence[str]) -> set[str]:
    """Those of them that hang somewhere."""
    return {row.id for row in _AMONG.all(connection, {"label_ids": json.dumps(list(label_ids))})}


def get_places_of_labels(connection: Connection, store_id: str) -> Mapping[str, tuple[str, tuple[str, str]]]:
    """External id -> (id, (gateway, location)), of every label of the store."""
    rows = _PLACES_OF_LABELS.all(connection, {"store_id": store_id})
    return {row.external_id: (row.id, (row.gateway_id, row.location_id)) for row in rows}


def put_labels(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New ones, and others in their new place; each row as the table's columns, with its id."""
    _PUT_LABEL.run_all(connection, rows)


def put_health(connection: Connection, health: Mapping[str, LabelHealth]) -> None:
    """Write down how these labels do, by label id; in place of what was written before. Those that are gone, not."""
    known = labels_among(connection, [*health])
    rows = [{"label_id": label_id, **_columns(each)} for label_id, each in health.items() if label_id in known]
    _PUT_HEALTH.run_all(connection, rows)


def _columns(health: LabelHealth) -> dict[str, Any]:
    return {name: getattr(health, name) for name in _HEALTH_COLUMNS}


def get_health(connection: Connection) -> Mapping[str, LabelHealth]:
    """Of every label of every store that anything is known of."""
    return {
        row.label_id: LabelHealth(**{name: getattr(row, name) for name in _HEALTH_COLUMNS})
        for row in _GET_HEALTH.all(connection, {})
    }
