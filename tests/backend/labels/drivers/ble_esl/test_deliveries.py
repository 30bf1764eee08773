"""What goes out when, and what becomes of it: without a line, without a clock."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.deliveries import PING_TRIES_MAX, REFUSED_TRIES_MAX, Deliveries, Packet
from backend.labels.drivers.ble_esl.errands import Errand, Outcome, Verdict
from backend.labels.drivers.ble_esl.led import OFF
from backend.labels.drivers.ble_esl.protocol import EslAddress, LedControl, decode_commands
from backend.labels.drivers.ble_esl.responses import BasicState, ErrorCode, LedState, Refusal, StateBits
from shared.labels import Flash, LightColour

INTERVAL_S, SLOTS = 2.0, 8
FLASH = Flash(colour=LightColour.BLUE, duration_s=30)
DONE = [LedState(0)]


def errand(
    label: str = "A", number: int = 1, group: int = 3, *, flash: Flash | None = FLASH, until_s: float = 20
) -> Errand:
    return Errand(label, EslAddress(group, number), f"light {label}", flash, gives_up_s=until_s)


def ping(label: str = "A", number: int = 1, group: int = 3) -> Errand:
    return Errand(label, EslAddress(group, number))


def sent(deliveries: Deliveries, now_s: float = 0.0) -> Packet:
    packet = deliveries.next_packet(now_s)
    assert packet is not None
    deliveries.handed_over(packet, now_s)
    return packet


def labels(packet: Packet) -> list[str]:
    return [each.label for each in packet.errands]


@pytest.fixture
def deliveries() -> Deliveries:
    return Deliveries(INTERVAL_S, SLOTS)


class TestPackets:
    def test_three_lights_go_together_in_the_order_they_came(self, deliveries: Deliveries) -> None:
        for number, label in enumerate("DCBA"):
            deliveries.add(errand(label, number))
        packet = sent(deliveries)
        assert labels(packet) == ["D", "C", "B"]
        assert [command.number for command in decode_commands(packet.commands)] == [0, 1, 2]

    def test_a_group_hears_one_packet_at_a_time(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        packet = sent(deliveries)
        deliveries.add(errand("B", 2))
        assert deliveries.next_packet(1.0) is None
        deliveries.answered(packet.group, 0, DONE, 1.0)
        assert labels(sent(deliveries, 1.0)) == ["B"]

    def test_groups_do_not_wait_for_each_other_and_the_oldest_goes_first(self, deliveries: Deliveries) -> None:
        deliveries.add(ping("Z", 1, 1))
        deliveries.add(errand("A", 1, 9))
        deliveries.add(errand("B", 1, 4))
        assert [sent(deliveries).group for _ in range(3)] == [9, 4, 1]
        assert deliveries.next_packet(0) is None

    def test_pings_take_what_room_is_left(self, deliveries: Deliveries) -> None:
        for number in range(6):
            deliveries.add(ping(f"P{number}", 10 + number))
        for number in range(4):
            deliveries.add(errand(f"L{number}", number))
        assert labels(sent(deliveries)) == ["P0", "P1", "P2", "P3", "L0", "L1", "L2"]

    def test_whoever_was_tried_most_has_the_last_slot(self, deliveries: Deliveries) -> None:
        """Where the answers of a packet run into each other, only that slot's is told."""
        deliveries.add(errand("A"))
        first = sent(deliveries)
        deliveries.settle(first.closes_s)
        deliveries.add(errand("B", 2))
        deliveries.add(ping("P", 3))
        assert labels(sent(deliveries, first.closes_s)) == ["P", "B", "A"]

    def test_two_pickers_bursts_keep_the_dispatchers_order(self, deliveries: Deliveries) -> None:
        """Their next stops come first, then the ones after, however many labels of one group are among them."""
        order = ["anna 1", "ben 1", "anna 2", "ben 2", "anna 3", "ben 3", "anna 4"]
        for number, label in enumerate(order):
            deliveries.add(errand(label, number))
        seen, now_s = [], 0.0
        while (packet := deliveries.next_packet(now_s)) is not None:
            deliveries.handed_over(packet, now_s)
            seen += labels(packet)
            now_s += INTERVAL_S
            for slot in range(len(packet.errands)):
                deliveries.answered(packet.group, slot, DONE, now_s)
        assert seen == order
        assert now_s == 3 * INTERVAL_S

    def test_a_stop_is_a_light_that_is_off(self, deliveries: Deliveries) -> None:
        deliveries.add(errand(flash=None))
        assert decode_commands(sent(deliveries).commands) == [LedControl(1, 0, OFF)]


class TestAnswers:
    def test_the_answer_in_its_slot_delivers(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        deliveries.add(errand("B", 2))
        packet = sent(deliveries)
        (verdict,) = deliveries.answered(packet.group, 1, DONE, 1.0)
        assert (verdict.errand.label, verdict.outcome) == ("B", Outcome.DELIVERED)
        assert deliveries.pending == 1

    @pytest.mark.parametrize(
        ("group", "slot", "responses"), [(3, 1, DONE), (4, 0, DONE), (3, 0, []), (3, 0, [LedState(5)])]
    )
    def test_what_fits_nothing_changes_nothing(
        self, deliveries: Deliveries, group: int, slot: int, responses: list[LedState]
    ) -> None:
        deliveries.add(errand("A"))
        sent(deliveries)
        assert deliveries.answered(group, slot, responses, 1.0) == []
        assert deliveries.pending == 1

    def test_an_answer_counts_once(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        packet = sent(deliveries)
        assert len(deliveries.answered(packet.group, 0, DONE, 1.0)) == 1
        assert deliveries.answered(packet.group, 0, DONE, 1.0) == []

    def test_a_ping_tells_the_state(self, deliveries: Deliveries) -> None:
        deliveries.add(ping())
        packet = sent(deliveries)
        state = BasicState(StateBits.SYNCHRONIZED | StateBits.SERVICE_NEEDED)
        (verdict,) = deliveries.answered(packet.group, 0, [state], 1.0)
        assert (verdict.outcome, verdict.state) == (Outcome.STATE, state)

    @pytest.mark.parametrize("code", [ErrorCode.INVALID_PARAMETERS, ErrorCode.INSUFFICIENT_BATTERY, 0xF3])
    def test_a_refusal_says_why(self, deliveries: Deliveries, code: int) -> None:
        deliveries.add(errand())
        packet = sent(deliveries)
        (verdict,) = deliveries.answered(packet.group, 0, [Refusal(code)], 1.0)
        assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, Refusal(code).reason)

    def test_a_label_that_is_busy_is_asked_again_but_not_for_ever(self, deliveries: Deliveries) -> None:
        deliveries.add(errand(until_s=math.inf))
        verdicts: list[Verdict] = []
        for at_s in range(REFUSED_TRIES_MAX):
            assert verdicts == []
            packet = sent(deliveries, at_s)
            verdicts = deliveries.answered(packet.group, 0, [Refusal(ErrorCode.RETRY)], at_s)
        assert [each.outcome for each in verdicts] == [Outcome.REFUSED]


class TestSilence:
    def test_what_is_not_answered_goes_out_again_shortened_by_the_time_gone(self, deliveries: Deliveries) -> None:
        deliveries.add(errand())
        first = sent(deliveries, 10.0)
        assert deliveries.settle(first.closes_s - 0.01) == []
        assert deliveries.next_packet(first.closes_s - 0.01) is None
        deliveries.settle(first.closes_s)
        again = sent(deliveries, first.closes_s)
        (command,) = decode_commands(again.commands)
        assert isinstance(command, LedControl)
        assert command.light.count == FLASH.duration_s - math.ceil(first.closes_s - 10.0)

    @pytest.mark.parametrize("duration_s", [1, 3, 5])
    def test_a_flash_is_not_tried_beyond_its_own_end(self, deliveries: Deliveries, duration_s: int) -> None:
        deliveries.add(errand(flash=FLASH.model_copy(update={"duration_s": duration_s})))
        now_s, verdicts = 0.0, []
        while not verdicts:
            packet = deliveries.next_packet(now_s)
            if packet is not None:
                deliveries.handed_over(packet, now_s)
                (command,) = decode_commands(packet.commands)
                assert isinstance(command, LedControl)
                assert now_s + command.light.count <= duration_s
            now_s = deliveries.next_instant_s(now_s)
            verdicts = deliveries.settle(now_s)
        assert [each.outcome for each in verdicts] == [Outcome.DROPPED]

    def test_one_answer_tells_that_the_others_are_due(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        deliveries.add(errand("B", 2))
        packet = sent(deliveries)
        deliveries.answered(packet.group, 1, DONE, 0.4)
        assert packet.closes_s < 1.0
        deliveries.settle(packet.closes_s)
        assert labels(sent(deliveries, packet.closes_s)) == ["A"]

    def test_it_is_given_up_in_time(self, deliveries: Deliveries) -> None:
        deliveries.add(errand(until_s=20))
        now_s, verdicts = 0.0, []
        while not verdicts:
            sent(deliveries, now_s)
            now_s = deliveries.next_instant_s(now_s)
            verdicts = deliveries.settle(now_s)
        assert [each.outcome for each in verdicts] == [Outcome.DROPPED]
        assert 20 <= now_s <= 20 + INTERVAL_S * 1.5
        assert deliveries.pending == 0

    def test_a_silent_label_does_not_hold_up_the_others(self, deliveries: Deliveries) -> None:
        for number, label in enumerate(["silent 1", "silent 2", "silent 3"]):
            deliveries.add(errand(label, number, until_s=math.inf))
        now_s = 0.0
        for _ in range(2):
            now_s = sent(deliveries, now_s).closes_s
            deliveries.settle(now_s)
        deliveries.add(errand("A", 9))
        assert labels(sent(deliveries, now_s))[0] == "A"

    def test_a_ping_is_tried_a_few_times(self, deliveries: Deliveries) -> None:
        deliveries.add(ping())
        now_s, packets = 0.0, 0
        while (packet := deliveries.next_packet(now_s)) is not None:
            deliveries.handed_over(packet, now_s)
            packets += 1
            now_s = packet.closes_s
            assert deliveries.settle(now_s) == []
        assert packets == PING_TRIES_MAX


class TestTakingBack:
    def test_what_still_waits_is_replaced(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("B", 2))
        sent(deliveries)
        deliveries.add(errand("A"))
        (verdict,) = deliveries.add(errand("A", flash=None))
        assert (verdict.errand.flash, verdict.outcome) == (FLASH, Outcome.DROPPED)
        deliveries.answered(3, 0, DONE, 1.0)
        assert decode_commands(sent(deliveries, 1.0).commands) == [LedControl(1, 0, OFF)]

    def test_what_is_in_the_air_is_not_sent_again_once_something_newer_waits(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        packet = sent(deliveries)
        assert deliveries.add(errand("A", flash=None)) == []
        (verdict,) = deliveries.settle(packet.closes_s)
        assert (verdict.errand.flash, verdict.outcome) == (FLASH, Outcome.DROPPED)
        assert decode_commands(sent(deliveries, packet.closes_s).commands) == [LedControl(1, 0, OFF)]

    def test_a_busy_label_is_not_asked_again_for_what_is_no_longer_wanted(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        sent(deliveries)
        deliveries.add(errand("A", flash=None))
        (verdict,) = deliveries.answered(3, 0, [Refusal(ErrorCode.RETRY)], 1.0)
        assert (verdict.errand.flash, verdict.outcome) == (FLASH, Outcome.DROPPED)

    def test_a_ping_is_not_needed_where_a_command_waits(self, deliveries: Deliveries) -> None:
        deliveries.add(errand("A"))
        deliveries.add(ping("A"))
        assert len(sent(deliveries).errands) == 1

    def test_what_could_not_be_sent_is_forgotten(self, deliveries: Deliveries) -> None:
        light = errand("A")
        deliveries.add(light)
        deliveries.forget(light)
        deliveries.forget(light)
        assert deliveries.next_packet(0) is None


class TestAccessPoint:
    def test_a_group_that_was_not_ready_is_tried_an_interval_later(self, deliveries: Deliveries) -> None:
        deliveries.add(errand())
        packet = deliveries.next_packet(0.0)
        assert packet is not None
        assert deliveries.not_taken(packet, 0.0) == []
        assert deliveries.next_packet(INTERVAL_S - 0.1) is None
        assert deliveries.next_instant_s(0.0) == INTERVAL_S
        again = sent(deliveries, INTERVAL_S)
        (command,) = decode_commands(again.commands)
        assert isinstance(command, LedControl)
        assert command.light.count == FLASH.duration_s, "it never left, so nothing of it is gone"
        assert again.errands[0].tries == 1

    def test_after_a_restart_nothing_is_in_the_air(self, deliveries: Deliveries) -> None:
        deliveries.add(errand())
        sent(deliveries)
        assert deliveries.start_anew() == []
        assert labels(sent(deliveries, 0.1)) == ["A"]


actions = st.lists(
    st.tuples(
        st.sampled_from(["light", "stop", "ping", "send", "refuse", "answer", "wait", "restart"]), st.integers(0, 5)
    ),
    max_size=60,
)


@given(actions)
def test_whatever_happens_each_command_has_one_outcome(steps: list[tuple[str, int]]) -> None:
    deliveries = Deliveries(INTERVAL_S, SLOTS)
    wanted: list[Errand] = []
    outcomes: list[Errand] = []
    now_s = 0.0

    def note(verdicts: list[Verdict]) -> None:
        outcomes.extend(each.errand for each in verdicts if each.errand.token is not None)

    for action, number in steps:
        label, group = f"L{number}", number % 2
        match action:
            case "light" | "stop":
                new = errand(label, number, group, flash=FLASH if action == "light" else None, until_s=now_s + 20)
                wanted.append(new)
                note(deliveries.add(new))
            case "ping":
                note(deliveries.add(ping(label, number, group)))
            case "send" | "refuse":
                packet = deliveries.next_packet(now_s)
                if packet is not None and action == "send":
                    deliveries.handed_over(packet, now_s)
                elif packet is not None:
                    note(deliveries.not_taken(packet, now_s))
            case "answer":
                note(deliveries.answered(group, number // 2, [LedState(0), BasicState(StateBits(2))], now_s))
            case "wait":
                now_s += number
                note(deliveries.settle(now_s))
            case "restart":
                note(deliveries.start_anew())
    note(deliveries.start_anew())
    note(deliveries.settle(now_s + 100))
    assert sorted(map(id, outcomes)) == sorted(map(id, wanted))
    assert deliveries.pending == 0
