"""Messages to labels byte for byte, and what labels say, in every place it may stand."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.labels.drivers.mqtt_template.fake_labels import description
from backend.labels.drivers.mqtt_template.protocol import (
    Acknowledged,
    Available,
    BatteryRead,
    News,
    Pressed,
    filters,
    message_for,
    understand,
)
from backend.labels.drivers.mqtt_template.settings import MqttTemplateSettings
from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

YELLOW_FLASH = Flash(colour=LightColour.YELLOW, pattern=BlinkPattern.DOUBLE, duration_s=45)


def settings(**changed: Any) -> MqttTemplateSettings:
    base = {"host": "broker", "labels": ["A1", "A2"], **description()}
    return MqttTemplateSettings.model_validate({**base, **changed})


def said(given: MqttTemplateSettings, topic: str, payload: str, *, is_retained: bool = False) -> list[News]:
    return [*understand(given, topic, payload.encode(), is_retained=is_retained)]


class TestMessage:
    def test_a_flash_as_json_byte_for_byte(self) -> None:
        message = message_for(settings(), "A1", YELLOW_FLASH, "gw.7")
        assert (message.topic, message.qos) == ("shelf/A1/set", 1)
        assert message.payload == b'{"id": "gw.7", "rgb": "FFC800", "blink": "double", "for_s": 45}'

    def test_a_stop_shines_for_no_time(self) -> None:
        message = message_for(settings(), "A1", None, "gw.8")
        assert (message.topic, message.payload) == ("shelf/A1/set", b'{"id": "gw.8", "for_s": 0}')

    def test_text_and_numbers_of_every_kind(self) -> None:
        light = {"topic": "cmnd/{label}/{token}", "payload": "{red},{green},{blue} {milliseconds} {colour}", "qos": 0}
        given = settings(light=light, colours={"yellow": "ffaa00"}, patterns={"double": "2x"})
        message = message_for(given, "A1", YELLOW_FLASH, "t")
        assert (message.topic, message.payload, message.qos) == ("cmnd/A1/t", b"255,170,0 45000 yellow", 0)

    @given(st.text(min_size=1, max_size=20))
    def test_a_token_cannot_break_out_of_its_quotes(self, token: str) -> None:
        message = message_for(settings(), "A1", YELLOW_FLASH, token)
        assert json.loads(message.payload) == {"id": token, "rgb": "FFC800", "blink": "double", "for_s": 45}


class TestUnderstand:
    def test_each_part_is_listened_to(self) -> None:
        assert filters(settings()) == ["shelf/+/ack", "shelf/+/battery", "shelf/+/button", "shelf/+/status"]

    @pytest.mark.parametrize(
        ("topic", "payload", "news"),
        [
            ("shelf/A1/ack", '{"id": "t1", "said": "lit"}', [Acknowledged("A1", "t1", True, "lit")]),
            ("shelf/A1/ack", '{"id": "t1", "said": "no"}', [Acknowledged("A1", "t1", False, "no")]),
            ("shelf/A1/ack", '{"id": "t1", "said": "thinking"}', []),
            ("shelf/A1/status", "online", [Available("A1", True)]),
            ("shelf/A1/status", "offline", [Available("A1", False)]),
            ("shelf/A1/status", "sleepy", []),
            ("shelf/A1/battery", '{"volt": 2.94}', [BatteryRead("A1", 2940)]),
            ("shelf/A1/button", "long", [Pressed("A1", 2)]),
            ("shelf/A1/button", "very long", []),
            ("shelf/A1/other", "x", []),
        ],
    )
    def test_what_labels_say(self, topic: str, payload: str, news: list[News]) -> None:
        assert said(settings(), topic, payload) == news

    def test_what_the_broker_has_kept_is_old_where_it_tells_of_a_moment(self) -> None:
        given = settings()
        assert said(given, "shelf/A1/ack", '{"id": "t1", "said": "lit"}', is_retained=True) == []
        assert said(given, "shelf/A1/button", "long", is_retained=True) == []
        assert said(given, "shelf/A1/status", "online", is_retained=True) == [Available("A1", True)]

    def test_the_label_may_stand_in_the_message(self) -> None:
        acknowledgement = {
            "topic": "acks",
            "label": "from.id",
            "value": "ok",
            "delivered": ["true"],
            "failed": ["false"],
        }
        given = settings(acknowledgement=acknowledgement)
        assert said(given, "acks", '{"from": {"id": "A2"}, "ok": true}') == [Acknowledged("A2", None, True, "true")]
        with pytest.raises(AnswerMalformed, match="names no label"):
            said(given, "acks", '{"ok": true}')

    def test_a_base_may_speak_for_all_its_labels(self) -> None:
        given = settings(availability={"topic": "base/lwt", "online": "Online", "offline": "Offline"})
        assert said(given, "base/lwt", "Offline") == [Available(None, False)]

    def test_a_percentage_is_no_voltage(self) -> None:
        given = settings(battery={"topic": "b/{label}", "unit": "percent"})
        assert said(given, "b/A1", "87") == [BatteryRead("A1", 0)]

    @given(st.sampled_from(["ack", "status", "battery", "button"]), st.binary(max_size=60), st.booleans())
    def test_any_message_raises_only_malformed(self, part: str, payload: bytes, is_retained: bool) -> None:
        with contextlib.suppress(AnswerMalformed):
            understand(settings(), f"shelf/A1/{part}", payload, is_retained=is_retained)

    def test_deep_nesting_and_endless_messages_are_malformed(self) -> None:
        for payload in (b"[" * 60_000, b"x" * 70_000):
            with pytest.raises(AnswerMalformed):
                understand(settings(), "shelf/A1/ack", payload, is_retained=False)


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"light": {"topic": "a/{labl}", "payload": ""}}, r"no such placeholder: \{labl\}; there are: blue"),
            ({"light": {"topic": "a/{label}", "payload": {"x": ["{oops}"]}}}, r"no such placeholder: \{oops\}"),
            ({"light": {"topic": "a/+", "payload": ""}}, "nobody can speak"),
            ({"acknowledgement": {"topic": "a/#"}}, "it is a word"),
            ({"acknowledgement": {"topic": "a/b"}}, "acknowledgement: the label stands neither"),
            ({"battery": {"topic": "{label}", "value": "a..b"}}, "is not a path"),
            ({"presence": {"topic": "we/{label}"}}, "presence.topic"),
            ({"labels": ["a/b"]}, "pattern"),
            ({"lost_after_s": 2, "latency_p95_s": 5}, "twice"),
            ({"host": "mqtt://x"}, "pattern"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_place(self, wrong: dict[str, Any], problem: str) -> None:
        with pytest.raises(ValidationError, match=problem):
            settings(**wrong)

    def test_the_password_is_never_shown(self) -> None:
        assert "hush" not in repr(settings(username="u", password="hush"))
