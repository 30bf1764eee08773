"""Webhooks as the store sends them are read as the stream's events; everything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from backend.channels.models import ChannelWebhookRow, WebhookForm
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import STANDARD_WEBHOOKS
from backend.channels.port.signatures import sign
from backend.channels.webhook_sender import message_id, webhook_body
from client import SignatureWrong, read_webhook
from client.webhooks import _signature
from shared.channel_stream import OrderInStream, StreamMessage

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
NOW_S = 1_767_600_000
EVENT = StreamMessage(
    sequence=7,
    name="order.ready",
    at=datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
    order=OrderInStream(id="ord_1", external_id="web-1", display_code="A1"),
    body={"is_complete": True},
)


def sent(form: WebhookForm, *secrets: str) -> tuple[dict[str, str], bytes]:
    """Headers and body as the store makes them."""
    row = ChannelWebhookRow(
        channel_id="chn_1", store_id="sto_1", url="https://shop.example", form=form, created_at=EVENT.at
    )
    body, content_type = webhook_body(row, json.loads(EVENT.model_dump_json()))
    headers = {
        "content-type": content_type,
        "webhook-id": message_id("chn_1", EVENT.sequence),
        "webhook-timestamp": str(NOW_S),
    }
    signatures = [sign(STANDARD_WEBHOOKS, RawMessage(body, headers), secret=secret) for secret in secrets]
    return {**headers, "webhook-signature": " ".join(signatures)}, body


def test_the_standard_s_own_example() -> None:
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    assert _signature(SECRET, signed) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("form", list(WebhookForm))
def test_an_event_is_the_stream_s(form: WebhookForm) -> None:
    headers, body = sent(form, SECRET)
    assert read_webhook({name.title(): value for name, value in headers.items()}, body, [SECRET], now_s=NOW_S) == EVENT


def test_while_a_secret_is_replaced_either_will_do() -> None:
    headers, body = sent(WebhookForm.PLAIN, OTHER, SECRET)
    for known in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert read_webhook(headers, body, known, now_s=NOW_S) == EVENT


class TestRefused:
    @pytest.mark.parametrize(
        "changed",
        [
            {"webhook-signature": ""},
            {"webhook-signature": "garbage v1,a,b v2,é"},
            {"webhook-id": "another"},
            {"webhook-timestamp": str(NOW_S + 1)},
            {"webhook-timestamp": "now"},
            {"webhook-timestamp": "²"},
        ],
    )
    def test_whatever_is_not_as_it_was_signed(self, changed: dict[str, str]) -> None:
        headers, body = sent(WebhookForm.PLAIN, SECRET)
        with pytest.raises(SignatureWrong):
            read_webhook({**headers, **changed}, body, [SECRET], now_s=NOW_S)

    def test_another_body(self) -> None:
        headers, body = sent(WebhookForm.PLAIN, SECRET)
        with pytest.raises(SignatureWrong):
            read_webhook(headers, body + b" ", [SECRET], now_s=NOW_S)

    @pytest.mark.parametrize("late_s", [-301, 301])
    def test_an_old_one(self, late_s: int) -> None:
        headers, body = sent(WebhookForm.PLAIN, SECRET)
        with pytest.raises(SignatureWrong):
            read_webhook(headers, body, [SECRET], now_s=NOW_S + late_s)

    @pytest.mark.parametrize("secrets", [[], [OTHER], ["whsec_not base64"]])
    def test_without_the_secret(self, secrets: list[str]) -> None:
        headers, body = sent(WebhookForm.PLAIN, SECRET)
        with pytest.raises(SignatureWrong):
            read_webhook(headers, body, secrets, now_s=NOW_S)
