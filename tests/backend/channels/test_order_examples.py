"""The examples of the interface are orders that are taken, one line or many."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.channels.order_examples import ORDER_EXAMPLES
from shared.incoming_order import IncomingLine, IncomingOrder


@pytest.mark.parametrize("example", ORDER_EXAMPLES.values(), ids=list(ORDER_EXAMPLES))
def test_it_is_taken(example: dict[str, Any]) -> None:
    order = IncomingOrder.model_validate_json(json.dumps(example))
    assert order.external_id == "web-10042"


def test_together_they_say_all_a_line_may() -> None:
    said = {name for example in ORDER_EXAMPLES.values() for line in example["lines"] for name in line}
    assert said == set(IncomingLine.model_fields)


def test_the_first_is_the_least() -> None:
    least, *_ = ORDER_EXAMPLES.values()
    for name in least:
        without = {key: value for key, value in least.items() if key != name}
        with pytest.raises(ValueError, match=name):
            IncomingOrder.model_validate_json(json.dumps(without))
