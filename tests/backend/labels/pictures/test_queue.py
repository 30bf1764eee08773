"""Pictures take what lights leave: never the last places, never a label that must blink, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.labels.pictures.queue import (
    ATTEMPTS_MAX,
    OVERTAKEN_TIMES,
    RETRY_S,
    PictureCommand,
    PictureQueue,
    PictureShown,
)
from backend.labels.port import Capability, Delivered, Expired, Failed, TransferBegan
from tests.backend.labels.builders import INSTANT, START, at

SHOWING = replace(INSTANT, can_show=True, pending_max=10)


def nobody(_external_id: str) -> bool:
    return False


def make(capability: Capability = SHOWING) -> PictureQueue:
    return PictureQueue(capability, "gw")


def due(
    queue: PictureQueue, seconds: float = 0, slots: int = 8, lights: int = 0, is_lit: Callable[[str], bool] = nobody
) -> list[PictureCommand]:
    return queue.due(at(seconds), slots, lights, is_lit)


def arrive(queue: PictureQueue, command: PictureCommand, seconds: float = 1) -> None:
    queue.heard(Delivered(command.label_external_id, at(seconds), command.token), at(seconds))


def sent(queue: PictureQueue, seconds: float = 0) -> PictureCommand:
    (command,) = due(queue, seconds)
    return command


class TestSend:
    def test_what_is_wanted_is_sent_the_longest_wanted_first(self) -> None:
        queue = make()
        for label in ("L2", "L1", "L3"):
            queue.want(label, "a", START)
        assert [command.label_external_id for command in due(queue, slots=2)] == ["L2", "L1"]
        assert [command.label_external_id for command in due(queue)] == ["L3"]

    def test_one_waits_for_nothing_but_a_place_until_it_is_sent(self) -> None:
        queue = make()
        assert not queue.is_any_ready
        queue.want("L1", "a", START)
        assert queue.is_any_ready
        command = sent(queue)
        assert not queue.is_any_ready
        queue.gateway_failed(command, START)
        assert queue.is_any_ready, "it is the gateway that rests, not the picture"

    def test_what_arrived_is_said_once_and_not_sent_again(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        arrive(queue, sent(queue))
        assert queue.take_shown() == [PictureShown("L1", "a", at(1))]
        assert queue.take_shown() == []
        assert due(queue, 1_000) == []

    def test_a_newer_wish_waits_for_the_one_under_way_and_is_sent_then(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        command = sent(queue)
        queue.want("L1", "b", at(1))
        assert due(queue, 1) == []
        arrive(queue, command, 2)
        assert sent(queue, 2).digest == "b"

    def test_wanted_back_before_it_was_sent_it_is_right_already(self) -> None:
        queue = make()
        queue.suppose_shown("L1", "a")
        queue.want("L1", "b", START)
        queue.want("L1", "a", START)
        assert due(queue) == []

    def test_what_an_earlier_process_has_shown_is_not_sent(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        queue.suppose_shown("L1", "a")
        assert due(queue) == []

    def test_labels_without_a_display_are_sent_nothing(self) -> None:
        queue = make(replace(SHOWING, can_show=False))
        queue.want("L1", "a", START)
        assert due(queue) == []

    def test_a_label_that_is_gone_is_forgotten_whatever_was_under_way(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        command = sent(queue)
        queue.forget("L1")
        arrive(queue, command)
        assert (queue.pending, queue.take_shown(), due(queue, 1_000)) == (0, [], [])


class TestPicksFirst:
    def test_seven_of_ten_places_at_most(self) -> None:
        queue = make()
        for number in range(20):
            queue.want(f"L{number}", "a", START)
        assert len(due(queue, slots=20)) == 7
        assert due(queue, slots=20) == []

    def test_places_that_lights_hold_are_not_taken(self) -> None:
        queue = make()
        for number in range(20):
            queue.want(f"L{number}", "a", START)
        assert len(due(queue, slots=20, lights=6)) == 4
        assert due(queue, slots=20, lights=10) == []

    def test_a_label_whose_light_is_wanted_gets_it_afterwards(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        queue.want("L2", "a", START)
        assert [command.label_external_id for command in due(queue, is_lit="L1".__eq__)] == ["L2"]
        assert [command.label_external_id for command in due(queue)] == ["L1"]


class TestTrouble:
    @pytest.mark.parametrize("end", [Expired("L1", START, "gw.p1"), Failed("L1", START, "gw.p1", "no")])
    def test_a_failure_rests_and_is_tried_again(self, end: Expired | Failed) -> None:
        queue = make()
        queue.want("L1", "a", START)
        sent(queue)
        queue.heard(end, START)
        assert due(queue, RETRY_S - 1) == []
        assert queue.wake_at(START) == at(RETRY_S)
        assert sent(queue, RETRY_S).digest == "a"

    def test_a_command_nobody_hears_of_is_lost_after_a_while(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        sent(queue)
        assert queue.wake_at(START) == at(SHOWING.lost_after_s)
        due(queue, SHOWING.lost_after_s)
        assert queue.pending == 0
        assert sent(queue, SHOWING.lost_after_s + RETRY_S).digest == "a"

    def test_on_a_slow_radio_the_last_one_has_the_time_of_those_before_it_as_well(self) -> None:
        queue = make(replace(SHOWING, picture_s=20))
        for label in ("L1", "L2", "L3"):
            queue.want(label, "a", START)
        due(queue)
        last_s = SHOWING.lost_after_s + 3 * 20
        assert queue.wake_at(START) == at(SHOWING.lost_after_s + 20)
        due(queue, last_s - 1, slots=0)
        assert [label.external_id for label in queue.labels if label.under_way] == ["L3"]
        due(queue, last_s, slots=0)
        assert queue.pending == 0

    def test_from_the_beginning_of_its_transfer_on_it_has_the_gateways_own_time(self) -> None:
        queue = make(replace(SHOWING, picture_s=5))
        queue.want("L1", "a", START)
        first = sent(queue)
        queue.heard(TransferBegan("L1", at(24), "of another command"), at(24))
        assert queue.wake_at(at(24)) == at(SHOWING.lost_after_s + 5)
        queue.heard(TransferBegan("L1", at(24), first.token), at(24))
        assert queue.wake_at(at(24)) == at(SHOWING.lost_after_s + 24)
        due(queue, SHOWING.lost_after_s + 23, slots=0)
        arrive(queue, first, SHOWING.lost_after_s + 23.5)
        assert queue.take_shown() == [PictureShown("L1", "a", at(SHOWING.lost_after_s + 23.5))]

    def test_as_long_as_those_before_it_come_through_its_turn_is_to_come(self) -> None:
        """The gateway is slower than it declares: nothing is called lost that it will still send."""
        queue, slow_s = make(replace(SHOWING, picture_s=1)), SHOWING.lost_after_s - 1
        for number in range(7):
            queue.want(f"L{number}", "a", START)
        commands = due(queue, slots=7)
        for turn, command in enumerate(commands, start=1):
            due(queue, turn * slow_s, slots=0)
            arrive(queue, command, turn * slow_s)
        assert len(queue.take_shown()) == 7
        assert all(label.failures == 0 for label in queue.labels)

    def test_one_that_was_passed_over_is_noticed_once_those_before_it_are_there(self) -> None:
        queue = make()
        for label in ("L1", "L2", "L3"):
            queue.want(label, "a", START)
        first, _, third = due(queue)
        arrive(queue, first, 10)
        arrive(queue, third, 25)
        due(queue, SHOWING.lost_after_s + 9, slots=0)
        assert queue.pending == 1
        due(queue, SHOWING.lost_after_s + 10, slots=0)
        assert [label.problem for label in queue.labels] == ["", "the command was lost", ""]

    def test_one_that_others_overtake_has_some_times_as_long_where_the_air_is_slow(self) -> None:
        """A gateway may take whose turn suits it best."""
        queue, took_s = make(replace(SHOWING, picture_s=5)), SHOWING.lost_after_s + 5
        queue.want("L1", "a", START)
        sent(queue)
        seconds = 0.0
        while seconds < OVERTAKEN_TIMES * took_s - 5:
            queue.want(f"L{seconds}", "a", at(seconds))
            arrive(queue, due(queue, seconds)[-1], seconds)
            seconds += 5
        assert queue.labels[0].under_way is not None
        due(queue, OVERTAKEN_TIMES * took_s, slots=0)
        assert queue.labels[0].problem == "the command was lost"

    def test_what_was_called_lost_and_arrives_is_shown_and_not_sent_again(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        command = sent(queue)
        due(queue, SHOWING.lost_after_s)
        arrive(queue, command, SHOWING.lost_after_s + 1)
        assert [shown.digest for shown in queue.take_shown()] == ["a"]
        assert due(queue, 10_000) == []
        assert queue.labels[0].failures == 0

    def test_what_was_called_lost_and_arrives_with_an_older_price_is_followed_by_the_newer(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        command = sent(queue)
        due(queue, SHOWING.lost_after_s)
        queue.want("L1", "b", at(SHOWING.lost_after_s))
        arrive(queue, command, SHOWING.lost_after_s + 1)
        assert sent(queue, SHOWING.lost_after_s + 1).digest == "b"

    def test_a_late_word_while_it_is_sent_again_changes_nothing(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        command = sent(queue)
        due(queue, SHOWING.lost_after_s)
        again = sent(queue, SHOWING.lost_after_s + RETRY_S)
        arrive(queue, command, SHOWING.lost_after_s + RETRY_S)
        assert queue.take_shown() == []
        arrive(queue, again, SHOWING.lost_after_s + RETRY_S + 1)
        assert [shown.digest for shown in queue.take_shown()] == ["a"]

    def test_a_full_gateway_is_left_room_that_comes_back_with_what_arrives(self) -> None:
        """It holds more than is known here: lights would find no place."""
        queue = make()
        for number in range(40):
            queue.want(f"L{number}", "a", START)
        commands = due(queue, slots=10)
        assert len(commands) == 7
        queue.make_room()
        for command in commands[:3]:
            arrive(queue, command)
        assert (queue.pending, len(due(queue, slots=10))) == (4, 2)  # 4.9 places, and half a one for each that arrived
        for _ in range(20):
            for label in [each for each in queue.labels if each.under_way is not None]:
                assert label.under_way is not None
                arrive(queue, label.under_way)
            due(queue, slots=10)
        assert all(label.is_right for label in queue.labels)

    def test_a_gateway_that_says_nothing_counts_as_shown_after_its_latency(self) -> None:
        queue = make(replace(SHOWING, confirms_delivery=False))
        queue.want("L1", "a", START)
        sent(queue)
        due(queue, SHOWING.latency_p95_s)
        assert [shown.digest for shown in queue.take_shown()] == ["a"]

    def test_it_is_given_up_after_some_attempts_until_somebody_says_again(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        seconds = 0.0
        for _ in range(ATTEMPTS_MAX):
            command = sent(queue, seconds)
            queue.heard(Failed("L1", at(seconds), command.token, "broken"), at(seconds))
            seconds += 10_000
        assert due(queue, seconds) == []
        (label,) = queue.labels
        assert (label.is_given_up, label.problem) == (True, "broken")
        assert queue.try_again(at(seconds)) == 1
        assert sent(queue, seconds).digest == "a"

    def test_another_price_is_a_new_chance(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        queue.refused(sent(queue), "unknown here", START)
        assert due(queue, 100_000) == []
        queue.want("L1", "b", at(100_000))
        assert sent(queue, 100_000).digest == "b"

    def test_a_gateway_that_is_away_costs_no_attempt_and_rests_a_little(self) -> None:
        queue = make()
        queue.want("L1", "a", START)
        queue.gateway_failed(sent(queue), START)
        assert due(queue, 1) == []
        assert queue.wake_at(START) == at(5)
        assert sent(queue, 5).digest == "a"
        (label,) = queue.labels
        assert label.failures == 0

    def test_is_looked_at_as_soon_as_there_may_be_something_to_do(self) -> None:
        queue = make()
        assert queue.look_at(START) is None
        queue.want("L1", "a", START)
        assert queue.look_at(START) == START
        command = sent(queue)
        assert queue.look_at(START) == at(SHOWING.lost_after_s)
        queue.gateway_failed(command, START)
        assert (queue.look_at(START), queue.look_at(at(6))) == (at(5), at(6))
        queue.heard(Failed("L1", at(6), sent(queue, 6).token, "not now"), at(6))
        assert queue.look_at(at(6)) == at(6 + RETRY_S)


class AnyDay(RuleBasedStateMachine):
    """Wishes, answers, failures and time in any order: each label is in one place, and nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = make()
        self.now = START
        self.open: list[PictureCommand] = []
        self.wanted: dict[str, str] = {}

    @rule(label=st.sampled_from("ABCD"), digest=st.sampled_from("xyz"))
    def want(self, label: str, digest: str) -> None:
        self.queue.want(label, digest, self.now)
        self.wanted[label] = digest

    @rule(slots=st.integers(0, 3), lights=st.integers(0, 10))
    def send(self, slots: int, lights: int) -> None:
        commands = self.queue.due(self.now, slots, lights, nobody)
        assert len(commands) <= slots
        self.open += commands

    @rule(seconds=st.integers(1, 200))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(choice=st.integers(0, 9), how=st.sampled_from(["arrive", "expire", "gateway", "full", "refuse"]))
    def answer(self, choice: int, how: str) -> None:
        if not self.open:
            return
        command = self.open.pop(choice % len(self.open))
        if how == "arrive":
            self.queue.heard(Delivered(command.label_external_id, self.now, command.token), self.now)
        elif how == "expire":
            self.queue.heard(Expired(command.label_external_id, self.now, command.token), self.now)
        elif how in ("gateway", "full"):
            if how == "full":
                self.queue.make_room()
            self.queue.gateway_failed(command, self.now)
        else:
            self.queue.refused(command, "no", self.now)

    @invariant()
    def one_command_a_label(self) -> None:
        assert self.queue.pending <= 7
        assert self.queue.pending == sum(label.under_way is not None for label in self.queue.labels)

    @invariant()
    def what_is_not_right_will_be_sent_or_is_given_up(self) -> None:
        for label in self.queue.labels:
            assert label.wanted == self.wanted[label.external_id]

    def teardown(self) -> None:
        """Left alone, with a gateway that answers, every label ends right or is given up."""
        for _ in range(200):
            while commands := self.queue.due(self.now, 8, 0, nobody):
                for command in commands:  # with every word that is heard there may be room again
                    self.queue.heard(Delivered(command.label_external_id, self.now, command.token), self.now)
            wake_at = self.queue.wake_at(self.now)
            if wake_at is None:
                break
            self.now = wake_at
        assert [label for label in self.queue.labels if not label.is_right and not label.is_given_up] == []


AnyDay.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestAnyDay = AnyDay.TestCase
