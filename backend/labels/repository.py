"""Every query on gateways and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from backend.labels.models import GatewayRow, LabelRow


def get_gateways(session: Session, store_id: str | None = None) -> Sequence[GatewayRow]:
    """Of one store, or of all."""
    query = select(GatewayRow).order_by(col(GatewayRow.store_id), col(GatewayRow.name))
    return session.exec(query if store_id is None else query.where(GatewayRow.store_id == store_id)).all()


def get_gateway_by_name(session: Session, store_id: str, name: str) -> GatewayRow | None:
    query = select(GatewayRow).where(GatewayRow.store_id == store_id, GatewayRow.name == name)
    return session.exec(query).one_or_none()


def get_labels(session: Session, store_id: str | None = None) -> Sequence[LabelRow]:
    """Of one store, or of all."""
    query = select(LabelRow).order_by(col(LabelRow.store_id), col(LabelRow.external_id))
    return session.exec(query if store_id is None else query.where(LabelRow.store_id == store_id)).all()


def get_labels_by_external_id(session: Session, store_id: str) -> Mapping[str, LabelRow]:
    return {row.external_id: row for row in get_labels(session, store_id)}
