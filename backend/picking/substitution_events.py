"""What is told of a substitution: the same facts when it is made and when it is decided. Pure."""

from __future__ import annotations

from datetime import datetime

from backend.picking.models import SubstitutionRow
from shared.events import PickSubstituted, PickSubstitutionEvent, SubstitutionProposed
from shared.picking import ShortReason
from shared.substitution import SubstitutionStatus


def facts_of(row: SubstitutionRow, store_reason: str, at: datetime) -> dict[str, object]:
    """What every event about a substitution says. `store_reason` is kept with the pick."""
    return {
        "store_id": row.store_id,
        "at": at,
        "pick_list_id": row.pick_list_id,
        "pick_id": row.pick_id,
        "order_line_id": row.order_line_id,
        "substitution_id": row.id,
        "product_id": row.product_id,
        "quantity_found": row.quantity_found,
        "quantity_substituted": row.quantity,
        "reason": ShortReason(row.reason),
        "store_reason": store_reason,
        "picker_id": row.picker_id,
    }


def made_event(row: SubstitutionRow, store_reason: str, at: datetime) -> PickSubstitutionEvent:
    """Given at once, or proposed."""
    facts = facts_of(row, store_reason, at)
    if row.status != SubstitutionStatus.PROPOSED:
        return PickSubstituted.model_validate(facts)
    return SubstitutionProposed.model_validate({**facts, "answer_by": row.answer_by, "if_silent": row.if_silent})
