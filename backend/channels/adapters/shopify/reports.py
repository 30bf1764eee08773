"""Our events as what the shop must hear. Pure: a call says what shall be so, `adjusting` finds out what is left."""

from __future__ import annotations

from collections import Counter
from typing import Any

from backend.channels.port.push_only import Reports, missing_count, substituted_count
from backend.channels.port.reports import Call, ReportedOrder

ACCEPT, ADJUST, PICKED, HANDED_OVER, CANCEL = "accept", "adjust", "picked", "handed_over", "cancel"
NOTE_MAX_CHARACTERS = 200
SOLD_OUT, OTHER = "INVENTORY", "OTHER"


def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
    """Nobody asks: a shop's orders are cancelled in the shop."""
    return []


def _ready(order: ReportedOrder) -> list[Call]:
    if order.lines and not any(line.quantity_picked or line.quantity_substituted for line in order.lines):
        return [_cancel(order, SOLD_OUT, "nothing of the order was on the shelf")]
    counts: dict[str, int] = order.memory.get("counts", {})
    kept: dict[str, int] = {}
    added: Counter[str] = Counter()
    for line in order.lines:
        count = int(counts.get(line.external_line_id, 0))
        missing = missing_count(line, count)
        if missing:
            kept[line.external_line_id] = count - missing
        if line.substitute_sku:
            added[line.substitute_sku] += substituted_count(line, count)
    calls = []
    if kept:
        known = sorted(counts)
        body = {"kept": kept, "added": {sku: count for sku, count in added.items() if count}, "known": known}
        calls.append(Call(ADJUST, order.external_id, body))
    return [*calls, Call(PICKED, order.external_id)]


def _cancel(order: ReportedOrder, reason: str, note: str) -> Call:
    body: dict[str, Any] = {"reason": reason, "note": (note or "cancelled by the store")[:NOTE_MAX_CHARACTERS]}
    return Call(CANCEL, order.external_id, body)


report_event = Reports(
    accepted=lambda order: Call(ACCEPT, order.external_id),
    ready=_ready,
    cancelled=lambda order, reason: _cancel(order, OTHER, reason),
    handed_over=lambda order: Call(HANDED_OVER, order.external_id),
).of
