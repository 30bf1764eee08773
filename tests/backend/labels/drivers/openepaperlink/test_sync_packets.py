"""What waits for a label, byte for byte, and LED commands hidden in it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.openepaperlink.sync_packets import (
    COMMAND_LED_FLASH,
    DATA_TYPE_COMMAND,
    DATA_TYPE_IMAGE,
    PendingItem,
    decode_pending,
    encode_pending,
    led_command,
)
from backend.labels.port import AnswerMalformed

WEB_INTERFACE_FLASH = bytes.fromhex("813C130AE4530A03A30A0200")
# Worked out from the layout and the checksum of the firmware: the flash of the web interface for 0000021234567890.
VECTOR = "30813C130AE4530A03A30A0200AF0400000A009078563412020000"

numbers = st.integers
pendings = st.builds(
    PendingItem,
    mac=numbers(0, 2**64 - 1).map(lambda number: f"{number:016X}"),
    data_version=st.binary(min_size=8, max_size=8),
    data_size=numbers(0, 2**32 - 1),
    data_type=numbers(0, 255),
    argument=numbers(0, 255),
    next_check_in=numbers(0, 2**16 - 1),
    attempts_left=numbers(0, 2**16 - 1),
)


class TestVector:
    def test_an_led_command_byte_for_byte(self) -> None:
        command = led_command("0000021234567890", WEB_INTERFACE_FLASH, attempts_left=10)
        assert encode_pending(command).hex().upper() == VECTOR

    def test_and_back(self) -> None:
        pending = decode_pending(bytes.fromhex(VECTOR))
        assert pending.led_pattern == WEB_INTERFACE_FLASH
        assert (pending.mac, pending.data_type, pending.argument) == ("0000021234567890", 0xAF, 4)
        assert (pending.attempts_left, pending.check_in_s) == (10, None)

    @pytest.mark.parametrize("position", range(27))
    def test_one_changed_byte_is_noticed(self, position: int) -> None:
        spoilt = bytearray(bytes.fromhex(VECTOR))
        spoilt[position] ^= 0x01
        with pytest.raises(AnswerMalformed, match="checksum"):
            decode_pending(bytes(spoilt))


@given(pendings)
def test_there_and_back(pending: PendingItem) -> None:
    assert decode_pending(encode_pending(pending)) == pending


@given(st.binary(max_size=40))
def test_any_bytes_raise_only_malformed(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        decode_pending(raw)


@given(st.binary(min_size=12, max_size=12))
def test_a_pattern_survives_in_the_fields_it_is_spread_over(pattern: bytes) -> None:
    command = led_command("0000021234567890", pattern)
    assert command.led_pattern == pattern
    assert command.digest == pattern[:8].hex() + "0" * 16


def test_a_pattern_of_another_length_is_none() -> None:
    with pytest.raises(AnswerMalformed):
        led_command("0000021234567890", b"short")


@pytest.mark.parametrize(("next_check_in", "seconds"), [(0, None), (0x8005, 5), (10, 600)])
def test_the_next_check_in_counts_minutes_or_seconds(next_check_in: int, seconds: int | None) -> None:
    pending = PendingItem("0" * 16, bytes(8), 0, DATA_TYPE_IMAGE, next_check_in=next_check_in)
    assert pending.check_in_s == seconds


def test_a_picture_is_no_led_command() -> None:
    assert PendingItem("0" * 16, bytes(8), 0, DATA_TYPE_IMAGE, COMMAND_LED_FLASH).led_pattern is None
    assert PendingItem("0" * 16, bytes(8), 0, DATA_TYPE_COMMAND, 0).led_pattern is None
