"""Virtual labels: every command of the service, every error, both kinds of light, the queue of one."""

from __future__ import annotations

import random

import pytest

from backend.labels.drivers.ble_esl.absolute_time import later
from backend.labels.drivers.ble_esl.encrypted import KeyMaterial, decrypt, draw_randomizer, encrypt, unwrap, wrap
from backend.labels.drivers.ble_esl.fake_labels import SYNC_LOST_AFTER_S, Kind, VirtualLabel, VirtualLed
from backend.labels.drivers.ble_esl.led import OFF, Light, light_for
from backend.labels.drivers.ble_esl.packing import sync_payload
from backend.labels.drivers.ble_esl.protocol import (
    EVERY_LABEL,
    Command,
    DisplayImage,
    EslAddress,
    LedControl,
    Opcode,
    PlainCommand,
    ReadSensor,
    RefreshDisplay,
    VendorCommand,
    encode_command,
)
from backend.labels.drivers.ble_esl.responses import (
    BasicState,
    DisplayState,
    ErrorCode,
    LedState,
    Refusal,
    Response,
    SensorValue,
    StateBits,
    decode_responses,
)
from shared.labels import BlinkPattern, Flash, LightColour

CHANCE = random.Random(4)
AP_KEY = KeyMaterial(CHANCE.randbytes(16), CHANCE.randbytes(8))
KEY = KeyMaterial(CHANCE.randbytes(16), CHANCE.randbytes(8))
BLUE = light_for(Flash(colour=LightColour.BLUE, duration_s=30), 2)
YELLOW = light_for(Flash(colour=LightColour.YELLOW, duration_s=10), 2)


@pytest.fixture
def label() -> VirtualLabel:
    return VirtualLabel("A", EslAddress(3, 5), AP_KEY, KEY, random.Random(1))


def packet(*commands: Command, group: int = 3, key: KeyMaterial = AP_KEY) -> bytes:
    rows = b"".join(map(encode_command, commands))
    return encrypt(wrap(sync_payload(group, rows)), key, draw_randomizer(CHANCE))


def told(label: VirtualLabel, *commands: Command, now_s: float = 0.0, absolute_ms: int = 0) -> list[Response]:
    answer = label.hear(packet(*commands), now_s, absolute_ms)
    return decode_responses(unwrap(decrypt(answer[1], KEY))) if answer is not None else []


class TestHearing:
    def test_it_answers_in_the_slot_of_its_command(self, label: VirtualLabel) -> None:
        answer = label.hear(packet(PlainCommand(1), PlainCommand(5), PlainCommand(9)), 0.0, 0)
        assert answer is not None
        assert answer[0] == 1

    def test_nobody_answers_to_what_is_said_to_all(self, label: VirtualLabel) -> None:
        assert label.hear(packet(LedControl(EVERY_LABEL, 0, BLUE)), 0.0, 0) is None
        assert label.gamut_at(1.0) == (0, 0, 3)

    @pytest.mark.parametrize("is_for", ["another group", "another key", "another label"])
    def test_what_is_not_for_it_is_passed_over(self, label: VirtualLabel, is_for: str) -> None:
        number = 6 if is_for == "another label" else 5
        group, key = (4 if is_for == "another group" else 3), (KEY if is_for == "another key" else AP_KEY)
        assert label.hear(packet(LedControl(number, 0, BLUE), group=group, key=key), 0.0, 0) is None
        assert label.gamut_at(1.0) is None

    def test_silent_or_out_of_touch_it_hears_nothing(self, label: VirtualLabel) -> None:
        label.is_silent = True
        assert told(label, PlainCommand(5)) == []
        label.is_silent, label.is_synchronized = False, False
        assert told(label, PlainCommand(5)) == []
        label.synchronize(10.0)
        assert label.loses_sync_at_s() == 10.0 + SYNC_LOST_AFTER_S
        assert told(label, PlainCommand(5), now_s=20.0) != []
        assert label.loses_sync_at_s() == 20.0 + SYNC_LOST_AFTER_S

    def test_more_answers_than_fit_end_in_the_limit(self, label: VirtualLabel) -> None:
        answers = told(label, *[PlainCommand(5)] * 20)
        assert answers[-1] == Refusal(ErrorCode.CAPACITY_LIMIT)
        assert len(answers) == 16  # the last one makes room for it


class TestObeying:
    def test_the_state_says_what_is_going_on(self, label: VirtualLabel) -> None:
        label.needs_service = True
        told(label, LedControl(5, 0, BLUE))
        told(label, LedControl(5, 0, YELLOW, at_ms=60_000))
        assert told(label, PlainCommand(5)) == [
            BasicState(
                StateBits.SERVICE_NEEDED | StateBits.SYNCHRONIZED | StateBits.ACTIVE_LED | StateBits.PENDING_LED_UPDATE
            )
        ]
        assert told(label, PlainCommand(5, Opcode.SERVICE_RESET), LedControl(5, 0, OFF))[0] == BasicState(
            StateBits.SYNCHRONIZED | StateBits.ACTIVE_LED | StateBits.PENDING_LED_UPDATE
        )
        assert told(label, PlainCommand(5)) == [BasicState(StateBits.SYNCHRONIZED)]

    @pytest.mark.parametrize(
        ("command", "response"),
        [
            (PlainCommand(5, Opcode.UPDATE_COMPLETE), BasicState(StateBits.SYNCHRONIZED)),
            (PlainCommand(5, Opcode.UNASSOCIATE), BasicState(StateBits(0))),
            (PlainCommand(5, Opcode.FACTORY_RESET), Refusal(ErrorCode.INVALID_STATE)),
            (ReadSensor(5, 0), SensorValue(0, b"\x10\x0b")),
            (ReadSensor(5, 1), Refusal(ErrorCode.INVALID_PARAMETERS)),
            (DisplayImage(5, 0, 0), DisplayState(0, 0)),
            (DisplayImage(5, 0, 9), Refusal(ErrorCode.IMAGE_NOT_AVAILABLE)),
            (DisplayImage(5, 1, 0), Refusal(ErrorCode.INVALID_PARAMETERS)),
            (RefreshDisplay(5, 0), Refusal(ErrorCode.INVALID_IMAGE_INDEX)),
            (RefreshDisplay(5, 1), Refusal(ErrorCode.INVALID_PARAMETERS)),
            (LedControl(5, 0, BLUE), LedState(0)),
            (LedControl(5, 1, BLUE), Refusal(ErrorCode.INVALID_PARAMETERS)),
            (DisplayImage(5, 0, 0, at_ms=5), Refusal(ErrorCode.INVALID_OPCODE)),
            (VendorCommand(5, b"\x01"), Refusal(ErrorCode.INVALID_OPCODE)),
        ],
    )
    def test_each_command_has_its_answer(self, label: VirtualLabel, command: Command, response: Response) -> None:
        assert told(label, command) == [response]

    def test_a_picture_it_shows_can_be_refreshed(self, label: VirtualLabel) -> None:
        assert told(label, DisplayImage(5, 0, 0), RefreshDisplay(5, 0)) == [DisplayState(0, 0), DisplayState(0, 0)]

    @pytest.mark.parametrize("code", [*ErrorCode, 0xF1])
    def test_it_can_be_told_to_refuse_with_each_error(self, label: VirtualLabel, code: int) -> None:
        label.refuses_with.append(code)
        assert told(label, LedControl(5, 0, BLUE)) == [Refusal(code)]
        assert label.gamut_at(0.0) is None
        assert told(label, LedControl(5, 0, BLUE)) == [LedState(0)]

    def test_a_damaged_command_is_refused(self, label: VirtualLabel) -> None:
        row = bytes.fromhex("B00500CCA00000000000327900")  # a bit without time
        structure = encrypt(wrap(sync_payload(3, row)), AP_KEY, draw_randomizer(CHANCE))
        answer = label.hear(structure, 0.0, 0)
        assert answer is not None
        assert decode_responses(unwrap(decrypt(answer[1], KEY))) == [Refusal(ErrorCode.INVALID_PARAMETERS)]


class TestTimedLight:
    def test_it_begins_at_its_instant_even_around_zero(self, label: VirtualLabel) -> None:
        now_ms = 2**32 - 5_000
        at_ms = later(now_ms, 30_000)
        assert told(label, LedControl(5, 0, BLUE, at_ms), absolute_ms=now_ms) == [LedState(0)]
        assert label.gamut_at(29.9) is None
        assert label.gamut_at(30.1) == (0, 0, 3)
        assert label.gamut_at(60.1) is None

    def test_one_waits_and_another_instant_is_refused(self, label: VirtualLabel) -> None:
        told(label, LedControl(5, 0, BLUE, at_ms=30_000))
        assert told(label, LedControl(5, 0, YELLOW, at_ms=40_000)) == [Refusal(ErrorCode.QUEUE_FULL)]
        assert told(label, LedControl(5, 0, YELLOW, at_ms=30_000)) == [LedState(0)]
        assert label.gamut_at(31.0) == (3, 3, 0)

    def test_zero_forgets_what_waits(self, label: VirtualLabel) -> None:
        told(label, LedControl(5, 0, BLUE, at_ms=30_000))
        assert told(label, LedControl(5, 0, BLUE, at_ms=0)) == [LedState(0)]
        assert label.gamut_at(31.0) is None

    def test_what_is_past_is_a_mistake(self, label: VirtualLabel) -> None:
        assert told(label, LedControl(5, 0, BLUE, at_ms=900), absolute_ms=1_000) == [
            Refusal(ErrorCode.IMPLAUSIBLE_TIME)
        ]


class TestLed:
    @pytest.mark.parametrize("kind", ["nordic", "plain"])
    @pytest.mark.parametrize("pattern", list(BlinkPattern))
    def test_a_light_of_ours_lasts_as_long_as_asked_on_both_kinds(self, kind: Kind, pattern: BlinkPattern) -> None:
        led = VirtualLed(kind)
        for duration_s in (1, 2, 30, 600):
            led.play(light_for(Flash(colour=LightColour.BLUE, pattern=pattern, duration_s=duration_s), 2), 100.0)
            assert led.shown(100.0 + duration_s - 0.01) is not None
            assert led.shown(100.0 + duration_s) is None

    def test_short_rounds_end_early_on_nordic_firmware(self) -> None:
        quick = Light(pattern=0b101, off_ms=100, on_ms=100, in_seconds=True, count=60)
        nordic, plain = VirtualLed("nordic"), VirtualLed("plain")
        for led in (nordic, plain):
            led.play(quick, 0.0)
        assert nordic.shown(12.1) is None  # sixty rounds of two bits: the last one is never played
        assert plain.shown(59.9) == quick

    def test_times_are_counted_in_rounds(self) -> None:
        led = VirtualLed()
        led.play(Light(pattern=0b10, off_ms=100, on_ms=100, count=10), 0.0)
        assert led.shown(1.9) is not None
        assert led.shown(2.0) is None

    def test_without_a_count_it_stays_on_until_told(self) -> None:
        led = VirtualLed()
        led.play(Light(in_seconds=True), 0.0)
        assert led.shown(100_000.0) is not None
        led.play(OFF, 100_001.0)
        assert led.shown(100_001.0) is None
