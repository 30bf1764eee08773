"""An order in our own words: its published example is one, and it comes back as it was said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shared.incoming_order import IncomingOrder

EXAMPLE: dict[str, Any] = IncomingOrder.model_json_schema()["examples"][0]


def test_the_published_example_is_an_order_and_comes_back_as_it_was_said() -> None:
    order = IncomingOrder.model_validate_json(json.dumps(EXAMPLE))
    assert (order.external_id, len(order.lines)) == ("web-10042", 2)
    assert IncomingOrder.model_validate_json(order.model_dump_json(exclude_defaults=True)) == order


def test_two_lines_need_two_ids() -> None:
    twice = {**EXAMPLE, "lines": [EXAMPLE["lines"][0]] * 2}
    with pytest.raises(ValidationError, match="the same external_line_id"):
        IncomingOrder.model_validate_json(json.dumps(twice))
