"""Our events as Deliveroo's calls. Pure.

Source: api-docs.deliveroo.com: start_picking, amendments, accept and reject of the Picking API, and the prep stages.
Picking ends with the acceptance: whatever is missing must be said before it.
"""

from __future__ import annotations

from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.push_only import Reports, missing_count, substituted_count
from backend.channels.port.reports import Call, ReportedOrder

START, AMEND, ACCEPT, REJECT, STAGE = "start_picking", "amendments", "accept", "reject", "prep_stage"
READY_TO_COLLECT, COLLECTED = "ready_for_collection", "collected"
UNAVAILABLE, OTHER = "INGREDIENT_UNAVAILABLE", "OTHER"


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """Nobody asks: the platform cancels."""
    return []


def start(order: ReportedOrder) -> Call:
    return Call(START, order.external_id, meets=DeadlineKind.START)


def accept(order: ReportedOrder) -> Call:
    return Call(ACCEPT, order.external_id, meets=DeadlineKind.ACCEPT)


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_reject(order, UNAVAILABLE)]
    counts: dict[str, int] = order.memory.get("counts", {})
    changed: list[dict[str, Any]] = []
    for line in order.lines:
        count = int(counts.get(line.external_line_id, 0))
        missing = missing_count(line, count)
        if not missing:
            continue
        change: dict[str, Any] = {"id": line.external_line_id, "ordered": count, "final": count - missing}
        if missing == count and line.substitute_sku:
            change |= {"plu": line.substitute_sku, "substituted": substituted_count(line, count)}
        changed.append(change)
    calls = [Call(AMEND, order.external_id, {"changed": changed})] if changed else []
    return [*calls, accept(order), _stage(order, READY_TO_COLLECT)]


def _reject(order: ReportedOrder, reason: str) -> Call:
    return Call(REJECT, order.external_id, {"reject_reason": reason})


def _stage(order: ReportedOrder, stage: str) -> Call:
    return Call(STAGE, order.external_id, {"stage": stage})


report_event = Reports(
    accepted=None,
    ready=_ready,
    cancelled=lambda order, reason: _reject(order, OTHER),
    started=start,
    handed_over=lambda order: _stage(order, COLLECTED),
).of
