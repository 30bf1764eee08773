"""What a channel is answered reads back as it was said, and what is new in it harms nobody."""

from __future__ import annotations

from shared.channel_answers import ChannelOrderStatus, OrderAnswer


def test_an_answer_comes_back_as_it_was_said() -> None:
    answer = OrderAnswer(external_id="web-1", status=ChannelOrderStatus.HELD, reason="product_unknown")
    assert OrderAnswer.model_validate_json(answer.model_dump_json(exclude_none=True)) == answer


def test_what_is_new_is_left_aside() -> None:
    said = '{"external_id": "web-1", "status": "accepted", "order_id": "ord_1", "colour": "blue"}'
    assert OrderAnswer.model_validate_json(said).order_id == "ord_1"
