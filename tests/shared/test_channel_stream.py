"""What a channel may say on its stream: read exactly, answered where it can be, and otherwise refused in one way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.channel_stream import (
    REQUESTS,
    Acknowledgement,
    AmendOrder,
    AnswerSubstitution,
    CancelOrder,
    PlaceOrder,
    StreamMessageMalformed,
    UnreadableRequest,
    order_of,
    read_from_channel,
)
from shared.substitution import ShopperAnswer

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [kind.model_fields["name"].default for kind in REQUESTS]
FIELDS = ("ack", "id", "name", "order", "external_id", "external_line_id", "reason", "proposal_id", "answer")


class TestRead:
    def test_an_acknowledgement(self) -> None:
        assert read_from_channel('{"ack": 7}') == Acknowledgement(ack=7)

    @pytest.mark.parametrize(
        "request_said",
        [
            PlaceOrder(id="m-1", order={"external_id": "web-1", "lines": [1.5]}),
            AmendOrder(id="m-1", order={"external_id": "web-1"}),
            CancelOrder(id="m-1", external_id="web-1", reason="because"),
            AnswerSubstitution(
                id="m-1", external_id="web-1", external_line_id="1", proposal_id="sub_1", answer=ShopperAnswer.APPROVE
            ),
        ],
    )
    def test_a_request_comes_back_as_it_was_written(self, request_said: Any) -> None:
        assert read_from_channel(request_said.model_dump_json()) == request_said
        assert order_of(request_said) == "web-1"

    @pytest.mark.parametrize(
        ("text", "at"),
        [
            ('{"id": "m-1"}', "message"),
            ('{"id": "m-1", "name": "order.fetch"}', "message"),
            ('{"id": "m-1", "name": "order.cancel", "external_id": "web-1"}', "order.cancel.reason"),
            ('{"id": "m-1", "name": "order.place", "order": []}', "order.place.order"),
            ('{"id": "m-1", "name": "order.cancel", "external_id": 1, "reason": "x"}', "order.cancel.external_id"),
            ('{"id": "m-1", "name": "order.place", "order": {}, "ack": 1}', "order.place.ack"),
        ],
    )
    def test_what_has_an_id_can_be_answered(self, text: str, at: str) -> None:
        said = read_from_channel(text)
        assert isinstance(said, UnreadableRequest)
        assert (said.id, said.problems[0]["at"]) == ("m-1", at)

    @pytest.mark.parametrize(
        "text",
        [
            *("", "hello", "[]", "{}", "null", '{"ack": -1}', '{"ack": "1"}', '{"ack": 1, "more": 1}'),
            *('{"id": 1, "name": "order.cancel"}', '{"id": ""}', '{"id": "a b"}', '{"id": null}'),
            '{"id": "m-1", "id": "m-2", "name": "order.place", "order": {}}',
            '{"id": "m-1", "name": "order.place", "order": {"quantity": NaN}}',
            '{"id": "m-1", "name": "order.place", "order": {"quantity": 1e999}}',
            '{"id": "m-1", "name": "order.place", "order": ' + "[" * 20_000 + "]" * 20_000 + "}",
        ],
    )
    def test_anything_else_ends_the_connection(self, text: str) -> None:
        with pytest.raises(StreamMessageMalformed):
            read_from_channel(text)

    @given(st.text() | JSON_VALUES.map(json.dumps))
    def test_nothing_else_is_ever_raised(self, text: str) -> None:
        with pytest.raises(StreamMessageMalformed):
            read_from_channel(text)

    @given(st.fixed_dictionaries({"id": st.just("m-1")}, optional=dict.fromkeys(FIELDS[2:], JSON_VALUES)))
    def test_a_request_that_has_an_id_is_always_answerable(self, said: dict[str, Any]) -> None:
        for name in (*NAMES, said.get("name")):
            text = json.dumps({**said, "name": name})
            if "NaN" in text or "Infinity" in text:
                continue
            assert read_from_channel(text).id == "m-1"  # type: ignore[union-attr]
