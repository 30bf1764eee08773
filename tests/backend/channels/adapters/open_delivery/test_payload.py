"""Open Delivery payloads: signatures against vectors of others, orders and events exactly, and only our error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.open_delivery.payload import Origins, parse_event, parse_events, parse_order
from backend.channels.adapters.open_delivery.signature import verify_signature
from backend.channels.port import (
    Cancelled,
    CancelRequested,
    Ignored,
    NewOrder,
    OrderAvailable,
    OrderUnit,
    PayloadUnknown,
    RawMessage,
    SignatureInvalid,
)
from tests.backend.channels.payloads import damage_of, damaged, payload

ORDER = json.loads(payload("open_delivery", "order.json"))
EVENT = json.loads(payload("open_delivery", "event_created.json"))
SCHEMA = json.loads(payload("open_delivery", "schema.json"))
APP_ID, MERCHANT_ID = "app", "merchant"
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
# RFC 4231, test case 2.
RFC_KEY, RFC_BODY = "Jefe", b"what do ya want for nothing?"
RFC_HEX = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
RFC_BASE64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


def fits(part: str, document: Any) -> None:
    jsonschema.validate(document, {**SCHEMA, "$ref": f"#/$defs/{part}"})


def verify(signature: str, *, app_id: str = APP_ID, merchant_id: str = MERCHANT_ID, body: bytes = RFC_BODY) -> None:
    headers = {"x-app-signature": signature, "x-app-id": app_id, "x-app-merchantid": merchant_id}
    message = RawMessage(body, headers)
    verify_signature(message, secret=RFC_KEY, app_id=APP_ID, merchant_id=MERCHANT_ID, now=NOW)


class TestSignature:
    @pytest.mark.parametrize("signature", [RFC_HEX, RFC_HEX.upper(), RFC_BASE64])
    def test_hex_and_base64_of_the_published_vector_pass(self, signature: str) -> None:
        verify(signature)

    @pytest.mark.parametrize(
        "signature",
        [
            "",
            "0" * 64,
            "z" * 64,
            RFC_HEX[:-1],
            RFC_HEX + "00",
            RFC_BASE64[:-4],
            "sha256=" + RFC_HEX,
            "é" * 64,
            "=" * 44,
        ],
    )
    def test_anything_else_is_refused(self, signature: str) -> None:
        with pytest.raises(SignatureInvalid):
            verify(signature)

    def test_the_ids_must_be_ours_too(self) -> None:
        for changed in ({"app_id": "other"}, {"merchant_id": "other"}, {"app_id": ""}, {"body": RFC_BODY + b" "}):
            with pytest.raises(SignatureInvalid):
                verify(RFC_HEX, **changed)  # type: ignore[arg-type]

    def test_every_refusal_says_the_same(self) -> None:
        details = set()
        for changed in ({"signature": "0" * 64}, {"signature": RFC_HEX, "app_id": "x"}, {"signature": ""}):
            with pytest.raises(SignatureInvalid) as refused:
                verify(**changed)
            details.add(refused.value.detail)
        assert len(details) == 1

    @given(st.text(max_size=100))
    def test_no_header_breaks_it(self, signature: str) -> None:
        with pytest.raises(SignatureInvalid):
            verify(signature)


class TestOrder:
    def test_the_example_fits_the_published_schema(self) -> None:
        fits("order", ORDER)

    def test_everything_is_read(self) -> None:
        found = parse_order(payload("open_delivery", "order.json"), message_id="m")
        order = found.order
        assert order.external_id == ORDER["id"]
        assert (order.display_code, order.note) == ("OD-1042", "Deixar na portaria")
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, 0, 123000, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
        assert (order.total_minor, order.currency) == (1865, "BRL")
        milk, bananas = order.lines
        assert (milk.sku, milk.gtins, milk.quantity, milk.unit) == (
            "MILK-1L",
            ["4006381333931"],
            Decimal(2),
            OrderUnit.EACH,
        )
        assert (milk.unit_price_minor, milk.note) == (549, "validade longa")
        assert (bananas.quantity, bananas.unit) == (Decimal("0.35"), OrderUnit.KILOGRAM)
        assert bananas.note == "1 x mais verdes"
        assert found.memory["is_preparing_wanted"] is True

    def test_unknown_fields_are_fine_for_the_standard_grows(self) -> None:
        raw = json.dumps({**ORDER, "newInVersionNine": {"a": 1}}).encode()
        assert parse_order(raw, message_id="m").order.external_id == ORDER["id"]

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("items",), []),
            (("items", 0, "quantity"), 0),
            (("items", 0, "quantity"), -1),
            (("items", 0, "quantity"), "2"),
            (("items", 0, "quantity"), True),
            (("items", 0, "quantity"), 1e300),
            (("items", 0, "unit"), "DOZEN"),
            (("items", 0, "id"), "8a1d7e52-1b1c-4f0a-8d3e-6f1f6f2a0b02"),
            (("id",), "../../etc"),
            (("createdAt",), "2026-01-05T08:00:00"),
            (("createdAt",), "yesterday"),
            (("createdAt",), "0001-01-01T00:00:00+23:59"),
            (("total",), ...),
            (("total", "orderAmount", "currency"), "reais"),
        ],
    )
    def test_what_cannot_be_picked_is_refused(self, path: tuple[Any, ...], value: Any) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(damaged(ORDER, path, value), message_id="m")

    @pytest.mark.parametrize(
        "raw", [b"", b"\xff", b"{", b'{"id": NaN}', b'{"id":"a","id":"b"}', b"[" * 100_000, b"9" * 9_000]
    )
    def test_broken_json_is_refused(self, raw: bytes) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(raw, message_id="m")

    def test_no_shopper_appears_in_an_error(self) -> None:
        raw = damaged({**ORDER, "customer": {"name": "Maria"}}, ("items", 0, "name"), 7)
        with pytest.raises(PayloadUnknown) as refused:
            parse_order(raw, message_id="m")
        assert "Maria" not in str(refused.value) + str(refused.value.facts)

    def test_prices_keep_their_currency_s_digits(self) -> None:
        yen = damaged(ORDER, ("total", "orderAmount"), {"value": 1865, "currency": "JPY"})
        assert parse_order(yen, message_id="m").order.total_minor == 1865

    @given(damage_of(ORDER))
    def test_damage_raises_nothing_else(self, raw: bytes) -> None:
        try:
            found = parse_order(raw, message_id="m")
        except PayloadUnknown:
            return
        assert isinstance(found, NewOrder)
        found.order.model_dump_json()

    @given(st.binary(max_size=200))
    def test_any_bytes_raise_nothing_else(self, raw: bytes) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(raw, message_id="m")


class TestEvents:
    def test_the_examples_fit_the_published_schema(self) -> None:
        fits("event", EVENT)
        fits("events", json.loads(payload("open_delivery", "events_polled.json")))

    @pytest.mark.parametrize(
        ("event_type", "kind"),
        [
            ("CREATED", OrderAvailable),
            ("PREPARATION_REQUESTED", OrderAvailable),
            ("ORDER_CANCELLATION_REQUEST", CancelRequested),
            ("ORDER_CANCELLATION_REQUESTED", CancelRequested),
            ("CANCELLED", Cancelled),
            ("CONFIRMED", Ignored),
            ("DISPATCHED", Ignored),
            ("INVENTED_LATER", Ignored),
        ],
    )
    def test_each_type_means_one_thing(self, event_type: str, kind: type) -> None:
        notice = parse_event(damaged(EVENT, ("eventType",), event_type))
        assert type(notice) is kind
        assert (notice.message_id, notice.external_id) == (EVENT["eventId"], EVENT["orderId"])

    def test_polled_events_come_oldest_first(self) -> None:
        notices = parse_events(payload("open_delivery", "events_polled.json"))
        assert [type(notice) for notice in notices] == [Ignored, CancelRequested, Cancelled]

    def test_pushed_and_polled_have_the_same_id(self) -> None:
        pushed = parse_event(json.dumps(EVENT).encode())
        (polled,) = parse_events(json.dumps([EVENT]).encode())
        assert pushed.message_id == polled.message_id

    @given(damage_of(EVENT))
    def test_damage_raises_nothing_else(self, raw: bytes) -> None:
        for parse in (parse_event, parse_events):
            try:
                parse(raw)
            except PayloadUnknown:
                continue


class TestOrigin:
    APP = "11111111-1111-4111-8111-111111111111"

    @pytest.mark.parametrize(
        ("source_app", "origins", "platform"),
        [
            (None, Origins(), ""),
            (None, Origins("keeta"), "keeta"),
            (APP, Origins("hub"), "11111111_1111_4111_8111_111111111111"),
            (APP, Origins("hub", {APP: "Keeta"}), "keeta"),
            (7, Origins("keeta"), "keeta"),
        ],
    )
    def test_a_hub_says_whose_order_it_is(self, source_app: Any, origins: Origins, platform: str) -> None:
        raw = json.dumps({**ORDER, "sourceAppId": source_app}).encode()
        found = parse_order(raw, message_id="m-1", origins=origins).order.origin
        assert (found.platform if found else "") == platform
        assert found is None or found.order_id == ORDER["id"]
