"""Deliveroo's callbacks: exactly what they say, our own deeds told from others', and only our error on the rest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.deliveroo.payload import GUID, active_orders, parse_push
from backend.channels.port import Cancelled, DeadlineKind, Ignored, NewOrder, PayloadUnknown, RawMessage
from shared.substitution import SubstitutionWish
from tests.backend.channels.payloads import damage_of, payload

PLACED = json.loads(payload("deliveroo", "placed.json"))


def pushed(guid: str = "g-1", **changes: Any) -> Any:
    body = {**PLACED, "order": {**PLACED["order"], **changes}}
    return parse_push(RawMessage(json.dumps(body).encode(), {GUID: guid}))[0]


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = pushed()
        order = found.order
        assert (order.external_id, order.display_code) == ("gb:32498deb-d730-4dfb-b034-38f2d24f5bfd", "1753")
        assert (order.total_minor, order.currency, order.note) == (1770, "GBP", "No pickles please.")
        assert order.placed_at == datetime(2022, 3, 7, 16, 12, 13, tzinfo=UTC), "placed, not pending"
        assert order.due_at == datetime(2022, 3, 7, 16, 36, 15, tzinfo=UTC)
        chicken, oranges, salt = order.lines
        assert (chicken.sku, chicken.quantity, chicken.unit_price_minor) == ("4534", Decimal(2), 630)
        wishes = [line.substitution for line in (chicken, oranges, salt)]
        assert wishes == [SubstitutionWish.ALLOW, SubstitutionWish.REFUSE, None]
        assert found.memory["counts"] == {line.external_line_id: int(line.quantity) for line in order.lines}
        assert found.deadlines == {}

    def test_a_scheduled_order_says_until_when_it_may_wait(self) -> None:
        found = pushed(confirm_at="2022-03-07T18:00:00Z", asap=False)
        assert found.deadlines == {DeadlineKind.START: datetime(2022, 3, 7, 18, 0, tzinfo=UTC)}

    @pytest.mark.parametrize(
        "changes",
        [
            {"items": []},
            {"total_price": 1770},
            {"total_price": {"fractional": "17.70", "currency_code": "GBP"}},
            {"prepare_for": None},
            {"status_log": []},
            {"id": ""},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            pushed(**changes)


class TestPush:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("PLACED", NewOrder),
            ("accepted", Ignored),
            ("REJECTED", Cancelled),
            ("canceled", Cancelled),
            ("CANCELLED", Cancelled),
            ("confirmed", Ignored),
        ],
    )
    def test_statuses_in_either_spelling(self, status: str, kind: type[Any]) -> None:
        assert isinstance(pushed(status=status), kind)

    def test_our_own_amendments_are_no_new_order(self) -> None:
        assert isinstance(pushed(archived_items=[{"id": "a"}]), Ignored)

    def test_the_guid_tells_messages_apart(self) -> None:
        assert pushed("g-1").message_id != pushed("g-2").message_id

    def test_another_event_is_not_understood(self) -> None:
        with pytest.raises(PayloadUnknown):
            parse_push(RawMessage(json.dumps({**PLACED, "event": "menu.upload_result"}).encode()))

    @given(damage_of(PLACED))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_push(RawMessage(damaged))
        except PayloadUnknown:
            return


def test_a_page_of_active_orders_in_either_form() -> None:
    assert active_orders([1]) == active_orders({"orders": [1]}) == [1]
    with pytest.raises(PayloadUnknown):
        active_orders({})
