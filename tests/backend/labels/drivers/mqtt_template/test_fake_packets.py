"""The small broker's packets: against the standard's figures, there and back, and any bytes."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.mqtt_template import fake_packets as packets
from backend.labels.drivers.mqtt_template.fake_packets import PacketMalformed, Publish

PAYLOADS = Path(__file__).parents[4] / "payloads" / "mqtt_template"
VECTORS = json.loads((PAYLOADS / "packets.json").read_text(encoding="utf-8"))
topics = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


def whole(packet: bytes) -> tuple[int, int, bytes]:
    parts = packets.split(packet)
    assert parts is not None
    assert parts[3] == b""
    return parts[:3]


class TestStandard:
    def test_publish_with_an_acknowledgement(self) -> None:
        assert packets.write_publish(Publish("a/b", b"", 1, packet_id=10)).hex() == VECTORS["publish_qos_1"]
        kind, flags, body = whole(bytes.fromhex(VECTORS["publish_qos_1"]))
        assert (kind, packets.read_publish(flags, body)) == (packets.PUBLISH, Publish("a/b", b"", 1, packet_id=10))

    def test_publish_without(self) -> None:
        assert packets.write_publish(Publish("a/b", b"hello worl")).hex() == VECTORS["publish"]

    def test_subscribe_to_two(self) -> None:
        kind, _, body = whole(bytes.fromhex(VECTORS["subscribe"]))
        asked = packets.read_subscribe(body)
        assert (kind, asked.packet_id) == (packets.SUBSCRIBE, 10)
        assert asked.filters == (("a/b", 1), ("c/d", 1)), "who asks for 2 is granted 1"

    def test_suback(self) -> None:
        assert packets.write_acknowledgement(packets.SUBACK, 10, b"\0\1").hex() == VECTORS["suback"]

    @pytest.mark.parametrize(("length", "encoded"), VECTORS["lengths"].items())
    def test_lengths(self, length: str, encoded: str) -> None:
        assert packets.write(packets.PUBLISH, bytes(int(length)))[1 : 1 + len(encoded) // 2].hex() == encoded


class TestConnect:
    def test_with_will_name_and_password(self) -> None:
        def text(value: str) -> bytes:
            return len(value).to_bytes(2) + value.encode()

        body = text("MQTT") + bytes([4, 0xEE]) + b"\0\x3c" + b"".join(map(text, ("me", "w/t", "gone", "n", "p")))
        asked = packets.read_connect(body)
        assert (asked.client_id, asked.username, asked.password) == ("me", "n", "p")
        assert asked.will == Publish("w/t", b"gone", 1, is_retained=True)


class TestReading:
    @given(topics, st.binary(max_size=50), st.integers(0, 1), st.booleans(), st.integers(1, 65_535))
    def test_there_and_back(self, topic: str, payload: bytes, qos: int, is_retained: bool, packet_id: int) -> None:
        message = Publish(topic, payload, qos, is_retained, packet_id if qos else 0)
        _, flags, body = whole(packets.write_publish(message))
        assert packets.read_publish(flags, body) == message

    @given(st.binary(max_size=40), st.binary(max_size=40))
    def test_packets_that_come_in_pieces(self, first: bytes, second: bytes) -> None:
        both = packets.write(1, first) + packets.write(2, second)
        parts = packets.split(both)
        assert parts is not None
        assert (parts[2], whole(parts[3])[2]) == (first, second)
        assert packets.split(packets.write(1, first)[:-1]) is None or first == b""

    @given(st.binary(max_size=80), st.integers(0, 15))
    def test_any_bytes_raise_only_malformed(self, raw: bytes, flags: int) -> None:
        for read in (packets.read_connect, packets.read_subscribe, packets.read_unsubscribe):
            with contextlib.suppress(PacketMalformed):
                read(raw)
        with contextlib.suppress(PacketMalformed):
            packets.read_publish(flags, raw)
        with contextlib.suppress(PacketMalformed):
            packets.split(raw)
