"""Reads an order posted in our own words. Pure: bytes in, values out."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from backend.channels.port import IncomingOrder, PayloadUnknown, read_json
from shared.substitution import SubstitutionWish

PROBLEMS_MAX = 20


def parse_order(raw: bytes) -> IncomingOrder:
    """One order. Raises PayloadUnknown; its `problems` say where and why, and repeat nothing that was sent."""
    if not isinstance(read_json(raw), dict):
        raise PayloadUnknown("an order is a JSON object")
    try:
        return IncomingOrder.model_validate_json(raw)
    except ValidationError as error:
        raise PayloadUnknown("the order does not fit the schema", problems=_problems(error)) from None


def with_wish(order: IncomingOrder, wish: SubstitutionWish) -> IncomingOrder:
    """The order with the channel's own wish on each line that says nothing about substitutes."""
    if wish is SubstitutionWish.REFUSE:
        return order  # that is what nothing means
    lines = [
        line if line.substitution is not None else line.model_copy(update={"substitution": wish})
        for line in order.lines
    ]
    return order.model_copy(update={"lines": lines})


def _problems(error: ValidationError) -> list[dict[str, Any]]:
    found = error.errors(include_input=False, include_url=False, include_context=False)[:PROBLEMS_MAX]
    return [{"at": list(problem["loc"]), "message": problem["msg"]} for problem in found]
