"""Cold products that have been out of the cold too long, on trolleys under way: a supervisor sees it while it is so."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from backend.catalog.models import ProductRow
from backend.insight.board import BoardProblem
from backend.orders.models import OrderRow
from backend.picking.models import PickListRow, PickRow
from shared.cold import limit_of
from shared.picking import PickListStatus, PickStatus
from shared.products import TemperatureClass
from shared.store_rules import StoreRules

COLD_OVER = "cold.over"


def cold_problems(session: Session, store_id: str, rules: StoreRules, now: datetime) -> list[BoardProblem]:
    """One for each order and temperature whose time is over, longest over first."""
    limits = {each: limit_of(each, rules) for each in TemperatureClass}
    in_tote = sa.or_(
        col(PickRow.quantity_picked) > 0, col(PickRow.status).in_([PickStatus.PROPOSED, PickStatus.SUBSTITUTED])
    )
    query = (
        sa.select(
            col(OrderRow.display_code),
            col(PickListRow.picker_name),
            col(ProductRow.temperature),
            sa.func.min(col(PickRow.done_at)),
        )
        .join(PickListRow, col(PickListRow.id) == col(PickRow.pick_list_id))
        .join(OrderRow, col(OrderRow.id) == col(PickRow.order_id))
        .join(ProductRow, col(ProductRow.id) == col(PickRow.product_id))
        .where(
            col(PickListRow.store_id) == store_id,
            col(PickListRow.status) == PickListStatus.PICKING,
            col(OrderRow.packed_at).is_(None),
            col(ProductRow.temperature).in_([each for each, limit_s in limits.items() if limit_s]),
            col(PickRow.done_at).is_not(None),
            in_tote,
        )
        .group_by(
            col(OrderRow.id), col(OrderRow.display_code), col(PickListRow.picker_name), col(ProductRow.temperature)
        )
    )
    over: list[BoardProblem] = []
    for code, picker, temperature, began_at in session.connection().execute(query):
        assert began_at is not None, "only picks that are done are asked for"
        ends_at = began_at + timedelta(seconds=limits[TemperatureClass(temperature)])
        if ends_at < now:
            detail = f"{code} ({picker}): {temperature} since {began_at:%H:%M} UTC"
            facts = {"order": code, "picker": picker, "temperature": temperature, "began_at": began_at.isoformat()}
            over.append(BoardProblem(at=ends_at, what=COLD_OVER, detail=detail, facts=facts))
    return sorted(over, key=lambda problem: (problem.at, problem.detail))
