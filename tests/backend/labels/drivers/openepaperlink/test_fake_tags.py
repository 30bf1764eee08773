"""The virtual labels behave as the firmware sources say, traps included."""

import random

import pytest

from backend.labels.drivers.openepaperlink.fake_tags import Chip, Efr32Led, NrfLed, VirtualTag
from backend.labels.drivers.openepaperlink.protocol import STOP, LedGroup, LedPattern, decode_pattern

BLUE_20_S = LedPattern((LedGroup(0x03, 1, 0, 20), LedGroup(), LedGroup()), repeats_byte=9, brightness=8)
YELLOW_20_S = LedPattern((LedGroup(0xFC, 1, 0, 20), LedGroup(), LedGroup()), repeats_byte=9, brightness=8)


class TestNrf:
    def test_it_blinks_inside_the_sleep(self) -> None:
        led = NrfLed()
        led.take(BLUE_20_S, 0)
        assert led.colour_at(0) is None
        assert led.sleep(0, 40) == 40
        assert (led.colour_at(19), led.colour_at(20.5)) == (0x03, None)

    def test_a_new_command_replaces_the_old_one(self) -> None:
        led = NrfLed()
        led.take(BLUE_20_S, 0)
        led.sleep(0, 40)
        led.take(YELLOW_20_S, 10)
        led.sleep(10, 40)
        assert led.colour_at(11) == 0xFC

    def test_short_sleeps_do_not_blink(self) -> None:
        led = NrfLed()
        led.take(BLUE_20_S, 0)
        led.sleep(0, 1.9)
        assert led.colour_at(1) is None

    def test_repeats_go_on_in_the_next_sleep(self) -> None:
        led = NrfLed()
        led.take(BLUE_20_S, 0)
        led.sleep(0, 12)
        led.sleep(12, 40)
        assert (led.colour_at(19), led.colour_at(20.5)) == (0x03, None)

    def test_a_cycle_longer_than_the_sleep_makes_it_check_in_without_end(self) -> None:
        tag = make_tag("nrf")
        tag.led.take(LedPattern((LedGroup(0x03, 1, 0, 60), LedGroup(), LedGroup())), 0)
        tag.fall_asleep(0, 5.0)
        assert tag.next_check_in_s < 1

    @pytest.mark.parametrize(("repeats_byte", "is_lit"), [(254, True), (255, False)])
    def test_254_is_endless_and_255_is_nothing(self, repeats_byte: int, is_lit: bool) -> None:
        led = NrfLed()
        led.take(LedPattern(BLUE_20_S.groups, repeats_byte, 8), 0)
        for sleep in range(20):
            led.sleep(sleep * 40, 40)
        assert (led.colour_at(19 * 40 + 39) is not None) is is_lit

    def test_a_stop_works_at_the_next_check_in(self) -> None:
        led = NrfLed()
        led.take(BLUE_20_S, 0)
        led.sleep(0, 40)
        led.take(decode_pattern(STOP), 10)
        led.sleep(10, 40)
        assert led.colour_at(11) is None


class TestEfr32:
    def test_it_refuses_a_second_flash_while_one_runs(self) -> None:
        led = Efr32Led()
        assert led.take(BLUE_20_S, 0)
        assert not led.take(YELLOW_20_S, 10)
        assert led.colour_at(11) == 0x03
        assert led.take(YELLOW_20_S, 21)

    def test_a_stop_does_not_stop_it(self) -> None:
        led = Efr32Led()
        led.take(BLUE_20_S, 0)
        assert not led.take(decode_pattern(STOP), 5)
        assert led.colour_at(6) == 0x03


def make_tag(chip: Chip) -> VirtualTag:
    return VirtualTag("0" * 16, chip, random.Random(0))
