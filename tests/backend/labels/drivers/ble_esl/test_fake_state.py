"""The fake access point's shell and radio: what its firmware would print, and its known faults."""

from __future__ import annotations

import random

import pytest

from backend.labels.drivers.ble_esl.fake_access_point import make_labels
from backend.labels.drivers.ble_esl.fake_labels import SYNC_LOST_AFTER_S
from backend.labels.drivers.ble_esl.fake_state import FakeAccessPointState
from backend.labels.drivers.ble_esl.led import light_for
from backend.labels.drivers.ble_esl.protocol import LedControl, PlainCommand, encode_command
from backend.labels.drivers.ble_esl.responses import BasicState, LedState
from backend.labels.drivers.ble_esl.shell import (
    BUSY,
    AbsoluteTime,
    Answer,
    Booted,
    LineSplitter,
    Pushed,
    PushRefused,
    Role,
    Said,
    clear_answers,
    parse_line,
    push_packet,
)
from backend.labels.port import AnswerMalformed
from shared.labels import Flash, LightColour

BLUE = light_for(Flash(colour=LightColour.BLUE, duration_s=30), 2)
INTERVAL_S = 1.76


class Shell:
    """A person at the serial line."""

    def __init__(self, count: int = 6, groups: int = 2, resync_s: float | None = 8.0) -> None:
        chance = random.Random(8)
        self.labels = make_labels(count, chance, groups=groups)
        self.state = FakeAccessPointState(self.labels, self.labels[0].access_point_key, chance, resync_s=resync_s)
        self._splitter = LineSplitter()

    def types(self, line: str) -> list[Said]:
        self.state.type(line)
        return self.hears()

    def lights(self, *places: int, keys: int = 8) -> list[Said]:
        """Light some labels of group 0, by their place in the group."""
        rows = b"".join(encode_command(LedControl(place, 0, BLUE)) for place in places)
        of_group = [label for label in self.labels if label.address.group == 0]
        return self.types(push_packet(0, rows, [of_group[place].response_key for place in places][:keys]))

    def waits(self, seconds: float) -> list[Said]:
        self.state.advance_to(self.state.now_s + seconds)
        return self.hears()

    def hears(self) -> list[Said]:
        lines = self._splitter.feed(self.state.take_said().encode())
        return [said for said in map(parse_line, lines) if said is not None]


@pytest.fixture
def shell() -> Shell:
    return Shell()


class TestShell:
    def test_it_says_what_it_is_and_what_time_it_is(self, shell: Shell) -> None:
        assert shell.types("WHOAMI") == [Role("AP")]
        shell.waits(12.5)
        assert shell.types("esl_c ap_abs") == [AbsoluteTime(12_500)]
        assert shell.types("esl_c ap_abs 4294967000") == [AbsoluteTime(12_500)]
        shell.waits(1.0)
        assert shell.types("esl_c ap_abs") == [AbsoluteTime(704)]  # around zero

    @pytest.mark.parametrize("line", ["", "   ", "help me", "esl_c pawr push_sync_buf", "esl_c pawr dump_resp_buf zz"])
    def test_what_it_does_not_know_does_no_harm(self, shell: Shell, line: str) -> None:
        assert shell.types(line) == []

    @pytest.mark.parametrize("commands", ["xyz", "00" * 48])
    def test_what_is_not_hex_or_too_long_is_refused(self, shell: Shell, commands: str) -> None:
        assert shell.types(f"esl_c pawr push_sync_buf 1 {commands}") == [PushRefused(1, -22)]

    def test_groups_are_read_in_hexadecimal(self, shell: Shell) -> None:
        assert shell.types("esl_c pawr push_sync_buf 12 0000") == [Pushed(18)]

    def test_a_person_can_see_what_blinks(self, shell: Shell) -> None:
        shell.lights(0, 1)
        shell.waits(INTERVAL_S)
        shell.state.type("fake shelf")
        said = shell.state.take_said()
        assert all(f"{label.name} blinks" in said for label in (shell.labels[0], shell.labels[2]))


class TestPackets:
    def test_a_packet_leaves_at_its_groups_turn_and_is_answered_in_its_slots(self, shell: Shell) -> None:
        assert shell.lights(2, 0) == [Pushed(0)]
        assert shell.waits(INTERVAL_S - 0.01) == []
        assert shell.waits(0.02) == [Answer(0, 0, [LedState(0)]), Answer(0, 1, [LedState(0)])]
        assert shell.state.colours() == {"ESL00000": (0, 0, 3), "ESL00004": (0, 0, 3)}

    def test_a_group_that_waits_or_was_answered_is_busy_until_it_is_cleared(self, shell: Shell) -> None:
        shell.lights(0, 1)
        assert shell.lights(0, 1) == [PushRefused(0, BUSY)]
        shell.waits(INTERVAL_S)
        assert shell.lights(0, 1) == [PushRefused(0, BUSY)]
        assert shell.types(clear_answers(0)) == []
        assert shell.lights(0, 1) == [Pushed(0)]

    def test_a_packet_nobody_answers_leaves_the_group_free(self, shell: Shell) -> None:
        for label in shell.labels:
            label.is_silent = True
        shell.lights(0, 1)
        shell.waits(INTERVAL_S)
        assert shell.lights(0, 1) == [Pushed(0)]

    def test_a_single_key_is_passed_over_and_the_answer_printed_as_nonsense(self, shell: Shell) -> None:
        row = encode_command(PlainCommand(0)).hex()
        key = shell.labels[0].response_key.encoded().hex()
        shell.types(f"esl_c pawr push_sync_buf 0 {row} {key}")
        with pytest.raises(AnswerMalformed):
            shell.waits(INTERVAL_S)
        shell.types(clear_answers(0))
        shell.types(f"esl_c pawr push_sync_buf 0 {row} {key} {key}")
        (answer,) = shell.waits(INTERVAL_S)
        assert isinstance(answer, Answer)
        assert isinstance(answer.responses[0], BasicState)

    def test_a_slot_that_does_not_exist_is_not_answered(self, shell: Shell) -> None:
        rows = encode_command(PlainCommand(200)) * 8 + encode_command(PlainCommand(0))
        key = shell.labels[0].response_key.encoded().hex()
        shell.types(" ".join(["esl_c pawr push_sync_buf 0", rows.hex(), *[key] * 9]))
        assert shell.waits(INTERVAL_S) == []


class TestFaults:
    def test_answers_may_run_into_each_other(self, shell: Shell) -> None:
        shell.state.runs_answers_together = True
        shell.lights(0, 1, 2)
        assert shell.waits(INTERVAL_S) == [Answer(0, 2, [LedState(0)])]
        assert len(shell.state.colours()) == 3

    def test_the_radio_may_lose_everything(self, shell: Shell) -> None:
        shell.state.loss_rate = 1.0
        shell.lights(0, 1)
        assert shell.waits(INTERVAL_S) == []

    def test_an_answer_may_be_printed_with_something_in_between(self, shell: Shell) -> None:
        shell.state.damages_answers = 1
        shell.lights(0, 1)
        with pytest.raises(AnswerMalformed):
            shell.waits(INTERVAL_S)

    def test_the_line_may_be_slow(self, shell: Shell) -> None:
        shell.state.line_delay_s = 3.0
        assert shell.lights(0, 1) == []
        assert shell.state.next_instant_s() == INTERVAL_S
        assert shell.waits(2.9) == []
        assert shell.waits(0.1) == [Pushed(0)]
        assert len(shell.waits(INTERVAL_S)) == 2


class TestSync:
    def test_labels_that_get_nothing_for_an_hour_lose_touch_and_are_let_in_again(self, shell: Shell) -> None:
        shell.waits(SYNC_LOST_AFTER_S + 1)
        assert not any(label.is_synchronized for label in shell.labels)
        shell.waits(8.0)
        assert all(label.is_synchronized for label in shell.labels)

    def test_where_nobody_lets_them_in_they_stay_away(self) -> None:
        shell = Shell(resync_s=None)
        shell.waits(2 * SYNC_LOST_AFTER_S)
        shell.lights(0, 1)
        assert shell.waits(INTERVAL_S) == []

    def test_after_a_restart_buffers_are_gone_and_the_clock_begins_at_zero(self, shell: Shell) -> None:
        shell.waits(100.0)
        shell.lights(0, 1)
        shell.state.reboot()
        assert shell.waits(0.5) == [Booted()]
        assert shell.types("esl_c ap_abs") == [AbsoluteTime(500)]
        assert shell.waits(INTERVAL_S) == []
        assert shell.lights(0, 1) == [Pushed(0)]
        assert shell.waits(INTERVAL_S) == []  # the labels do not hear it yet
        shell.waits(8.0)
        shell.lights(0, 1)
        assert len(shell.waits(INTERVAL_S)) == 2
