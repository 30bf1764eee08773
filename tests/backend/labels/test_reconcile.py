"""The reconciler, scenario by scenario; the properties are in test_reconcile_properties.py."""

import itertools
from dataclasses import replace

import pytest

from backend.labels.latency import NEEDED
from backend.labels.lights import Command, DispatchPolicy
from backend.labels.port import Capability, Delivered, Expired, Failed
from backend.labels.reconcile import BUSY_RETRY_MAX_S, Reconciler
from backend.labels.wishes import NEVER
from shared.labels import LightColour, LightPhase, Sharing
from tests.backend.labels.builders import BLUE, INSTANT, POLLING, START, YELLOW, at, wish

FLASH_S = 60
MIDNIGHT = at(16 * 3600)


def make(capability: Capability = INSTANT, **policy: float) -> Reconciler:
    return Reconciler(capability, DispatchPolicy(**({"flash_s": FLASH_S} | policy)))  # type: ignore[arg-type]


def only(commands: list[Command]) -> Command:
    assert len(commands) == 1, commands
    return commands[0]


def deliver(reconciler: Reconciler, command: Command, seconds: float) -> None:
    reconciler.heard(Delivered(command.label_external_id, at(seconds), command.token), at(seconds))


def light_up(reconciler: Reconciler, seconds: float = 0) -> Command:
    command = only(reconciler.due(at(seconds), 8))
    deliver(reconciler, command, seconds)
    return command


def last_phase(reconciler: Reconciler) -> LightPhase:
    return reconciler.take_changes()[-1].phase


class TestLight:
    def test_a_due_wish_is_sent_in_its_colour(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish(look=YELLOW)], START)
        flash = only(reconciler.due(START, 8)).flash
        assert flash is not None
        assert (flash.colour, flash.duration_s) == (LightColour.YELLOW, FLASH_S)

    def test_a_later_wish_waits_and_says_when_to_look_again(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish(light_s=30)], START)
        assert reconciler.due(START, 8) == []
        assert reconciler.wake_at(START) == at(30)
        assert len(reconciler.due(at(30), 8)) == 1

    def test_phases_go_from_wanted_over_sent_to_lit_to_dark(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        command = light_up(reconciler)
        reconciler.want("walk", [], at(1))
        stop = only(reconciler.due(at(1), 8))
        deliver(reconciler, stop, 2)
        phases = [change.phase for change in reconciler.take_changes()]
        assert phases == [LightPhase.WANTED, LightPhase.SENT, LightPhase.LIT, LightPhase.DARK]
        assert command.flash is not None
        assert stop.flash is None

    def test_no_second_command_while_one_is_under_way(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        reconciler.due(START, 8)
        reconciler.want("walk", [wish(look=YELLOW, name="pick-2")], at(1))
        assert reconciler.due(at(1), 8) == []

    def test_the_newest_wish_wins_once_the_first_command_arrived(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        command = only(reconciler.due(START, 8))
        reconciler.want("walk", [wish(look=YELLOW, name="pick-2")], at(1))
        deliver(reconciler, command, 2)
        flash = only(reconciler.due(at(2), 8)).flash
        assert flash is not None
        assert flash.colour is LightColour.YELLOW

    def test_the_earliest_arrivals_get_the_slots(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish(f"L{n}", name=f"p{n}", expected_s=100 - n) for n in range(5)], START)
        assert [command.label_external_id for command in reconciler.due(START, 2)] == ["L4", "L3"]

    def test_pending_is_bounded_by_the_gateway(self) -> None:
        reconciler = make(replace(INSTANT, pending_max=3))
        reconciler.want("walk", [wish(f"L{n}", name=f"p{n}") for n in range(5)], START)
        assert len(reconciler.due(START, 8)) == 3
        assert reconciler.due(START, 8) == []


class TestMeasuredLatency:
    def test_a_gateway_slower_than_it_declares_is_planned_with_as_slow_as_it_is(self) -> None:
        reconciler = make()
        for number in range(NEEDED):
            began_s = 100.0 * number
            reconciler.want("walk", [wish(light_s=began_s, ends_s=began_s + 10)], at(began_s))
            deliver(reconciler, only(reconciler.due(at(began_s), 8)), began_s + 4)
            reconciler.want("walk", [], at(began_s + 5))
            deliver(reconciler, only(reconciler.due(at(began_s + 5), 8)), began_s + 9)
        assert reconciler.latency.capability.latency_p95_s == 4
        assert reconciler.capability.latency_p95_s == INSTANT.latency_p95_s

    def test_what_is_lost_says_nothing_of_how_fast_the_others_are(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        command = only(reconciler.due(START, 8))
        reconciler.heard(Expired("L1", at(500), command.token), at(500))
        for _ in range(NEEDED - 1):
            reconciler.latency.add(1.0)
        assert not reconciler.latency.is_measured


class TestRearm:
    def test_a_wanted_light_is_armed_again_before_it_runs_out(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        assert reconciler.due(at(56), 8) == []
        assert only(reconciler.due(at(57), 8)).flash is not None  # 60 - p95 2 - margin 1

    def test_where_a_running_flash_cannot_be_replaced_it_is_armed_after_it_has_ended(self) -> None:
        reconciler = make(POLLING)
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        assert reconciler.wake_at(START) == at(34)
        assert reconciler.due(at(33.9), 8) == []
        assert only(reconciler.due(at(34), 8)).flash is not None

    def test_two_pickers_alternate_at_one_label(self) -> None:
        reconciler = make(POLLING)
        reconciler.want("first", [wish(expected_s=10)], START)
        reconciler.want("second", [wish(look=YELLOW, expected_s=20)], START)
        colours = []
        for seconds in (0, 40, 80):
            flash = light_up(reconciler, seconds).flash
            assert flash is not None
            colours.append(flash.colour)
        assert colours == [LightColour.BLUE, LightColour.YELLOW, LightColour.BLUE]


class TestAnotherColour:
    def test_a_pick_whose_picker_changes_colour_is_sent_again_at_once(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [wish(look=YELLOW)], at(5))
        flash = only(reconciler.due(at(5), 8)).flash
        assert flash is not None
        assert flash.colour is LightColour.YELLOW

    def test_a_second_picker_does_not_cut_the_first_ones_flash_short(self) -> None:
        reconciler = make()
        reconciler.want("first", [wish()], START)
        light_up(reconciler)
        reconciler.want("second", [wish(look=YELLOW)], at(5))
        assert reconciler.due(at(6), 8) == []

    def test_once_the_first_picker_has_found_by_it_the_light_is_the_next_ones(self) -> None:
        reconciler = make()
        reconciler.want("first", [wish(expected_s=10)], START)
        light_up(reconciler)
        reconciler.want("second", [wish(look=YELLOW, expected_s=20)], at(5))
        assert reconciler.due(at(13), 8) == []
        assert reconciler.wake_at(at(13)) == at(13.5)  # 4 s after the arrival, and half a second on the way
        flash = only(reconciler.due(at(13.5), 8)).flash
        assert flash is not None
        assert flash.colour is LightColour.YELLOW


class TestShared:
    IN_TURN = replace(INSTANT, colours_in_turn=2)
    WHITE = replace(INSTANT, colours=frozenset(LightColour))
    SLOW = replace(POLLING, can_stop=True, can_replace=True, duration_max_s=600)

    def two_pickers(self, capability: Capability) -> Reconciler:
        reconciler = make(capability)
        reconciler.want("first", [wish(expected_s=10)], START)
        light_up(reconciler)
        reconciler.want("second", [wish(look=YELLOW, expected_s=12)], at(1))
        return reconciler

    def test_a_second_picker_gets_their_colour_in_turn_at_once(self) -> None:
        reconciler = self.two_pickers(self.IN_TURN)
        flash = light_up(reconciler, 1).flash
        assert flash is not None
        assert (flash.colour, flash.also) == (LightColour.BLUE, (LightColour.YELLOW,))
        reconciler.want("first", [], at(15))
        assert reconciler.due(at(15), 8) == []  # who stays is served as it is

    def test_white_for_both_and_their_own_again_for_who_stays(self) -> None:
        reconciler = self.two_pickers(self.WHITE)
        flash = light_up(reconciler, 1).flash
        assert flash is not None
        assert flash.colour is LightColour.WHITE
        told = reconciler.take_changes()[-1].shared
        assert told is not None
        assert (told.sharing, told.looks) == (Sharing.JOINT, (BLUE, YELLOW))
        reconciler.want("first", [], at(15))
        own = light_up(reconciler, 15).flash
        assert own is not None
        assert own.colour is LightColour.YELLOW
        assert reconciler.take_changes()[-1].shared is None

    def test_without_either_the_phones_hear_whose_turn_it_is(self) -> None:
        reconciler = self.two_pickers(INSTANT)
        assert reconciler.due(at(1), 8) == []
        change = reconciler.take_changes()[-1]
        assert (change.look, change.shared and change.shared.sharing) == (BLUE, Sharing.ONE_BY_ONE)

    def test_a_slow_label_that_still_blinks_for_who_was_there_is_told_as_it_blinks(self) -> None:
        reconciler = make(self.SLOW)
        reconciler.want("first", [wish()], START)
        light_up(reconciler)
        reconciler.want("first", [], at(5))
        reconciler.want("second", [wish(look=YELLOW)], at(5))
        change = reconciler.take_changes()[-1]
        assert (change.look, change.shared and change.shared.sharing) == (BLUE, Sharing.STILL)
        light_up(reconciler, 6)
        assert reconciler.take_changes()[-1].shared is None

    def test_a_slow_light_is_armed_again_so_early_that_one_wake_up_may_be_missed(self) -> None:
        reconciler = make(self.SLOW)
        reconciler.want("walk", [wish(expected_s=500)], START)
        flash = light_up(reconciler).flash
        assert flash is not None
        assert flash.duration_s == 3 * 38 + 10
        armed_at_s = flash.duration_s / 2
        assert reconciler.due(at(armed_at_s - 0.1), 8) == []
        only(reconciler.due(at(armed_at_s), 8))
        assert armed_at_s + 40 + 15 < flash.duration_s  # the wake-up after the missed one still finds it blinking

    def test_a_label_somebody_else_will_want_soon_is_not_stopped_first(self) -> None:
        reconciler = make(self.SLOW)
        reconciler.want("first", [wish()], START)
        light_up(reconciler)
        reconciler.want("second", [replace(wish(look=YELLOW), light_at=NEVER, joins_at=at(40))], at(5))
        reconciler.want("first", [], at(5))
        assert reconciler.due(at(5), 8) == []


class TestTakeBack:
    """Labels that cannot be stopped once they blink, with a gateway that still has the flash."""

    CAN = replace(POLLING, can_take_back=True)

    def asked_and_no_longer_wanted(self, capability: Capability = CAN) -> tuple[Reconciler, Command, list[Command]]:
        reconciler = make(capability)
        reconciler.want("walk", [wish()], START)
        flash = only(reconciler.due(START, 8))
        reconciler.want("walk", [], at(5))
        return reconciler, flash, reconciler.due(at(5), 8)

    def test_a_flash_that_waits_for_nobody_is_taken_back(self) -> None:
        reconciler, flash, stops = self.asked_and_no_longer_wanted()
        stop = only(stops)
        assert stop.flash is None
        reconciler.heard(Expired("L1", at(5), flash.token, "taken back"), at(5))
        deliver(reconciler, stop, 20)
        assert last_phase(reconciler) is LightPhase.DARK
        assert (reconciler.pending, reconciler.take_silences()) == (0, [])
        reconciler.want("other", [wish(look=YELLOW)], at(21))
        assert only(reconciler.due(at(21), 8)).flash is not None

    def test_not_where_the_gateway_cannot(self) -> None:
        assert self.asked_and_no_longer_wanted(POLLING)[2] == []

    def test_one_that_was_too_quick_blinks_and_runs_out(self) -> None:
        reconciler, flash, stops = self.asked_and_no_longer_wanted()
        deliver(reconciler, flash, 5.5)
        reconciler.not_stopped(only(stops), at(6))
        assert last_phase(reconciler) is LightPhase.LIT
        assert reconciler.due(at(7), 8) == []
        reconciler.due(at(40), 8)
        assert last_phase(reconciler) is LightPhase.DARK

    def test_one_that_could_not_be_taken_back_is_left_alone(self) -> None:
        reconciler, flash, stops = self.asked_and_no_longer_wanted()
        reconciler.not_stopped(only(stops), at(6))
        assert (reconciler.due(at(7), 8), reconciler.pending) == ([], 1)
        deliver(reconciler, flash, 20)
        assert last_phase(reconciler) is LightPhase.LIT

    def test_a_gateway_that_was_away_is_asked_again(self) -> None:
        reconciler, _, stops = self.asked_and_no_longer_wanted()
        reconciler.gateway_failed(at(6), only(stops))
        assert only(reconciler.due(at(10), 8)).flash is None


class TestDark:
    def test_a_light_that_runs_out_before_a_stop_could_arrive_is_left_to_run_out(self) -> None:
        reconciler = make(replace(POLLING, can_stop=True, can_replace=True))
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(14))
        assert reconciler.due(at(14), 8) == []

    def test_a_light_that_is_about_to_be_replaced_is_not_stopped_before(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(5))
        reconciler.want("other", [wish(look=YELLOW, light_s=6)], at(5))
        assert reconciler.due(at(5), 8) == []
        assert only(reconciler.due(at(6), 8)).flash is not None

    def test_a_label_nobody_wants_is_stopped(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(5))
        assert only(reconciler.due(at(5), 8)).flash is None

    def test_where_it_cannot_be_stopped_it_runs_out(self) -> None:
        reconciler = make(POLLING)
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(5))
        assert reconciler.due(at(5), 8) == []
        reconciler.take_changes()
        assert reconciler.due(at(34), 8) == []
        assert last_phase(reconciler) is LightPhase.DARK

    def test_another_colour_waits_where_the_running_one_cannot_be_touched(self) -> None:
        reconciler = make(POLLING)
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(5))
        reconciler.want("other", [wish(look=YELLOW)], at(5))
        assert reconciler.due(at(30), 8) == []
        assert only(reconciler.due(at(34), 8)).flash is not None

    def test_another_colour_is_stopped_first_where_it_cannot_be_replaced(self) -> None:
        reconciler = make(replace(INSTANT, can_replace=False))
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(5))
        reconciler.want("other", [wish(look=YELLOW)], at(5))
        assert only(reconciler.due(at(5), 8)).flash is None

    def test_a_lit_stop_stays_lit_when_the_picker_turns_out_slower(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [wish(light_s=50)], at(5))
        assert reconciler.due(at(5), 8) == []

    def test_a_wish_with_an_end_goes_by_itself(self) -> None:
        reconciler = make()
        reconciler.want("test", [wish(ends_s=10)], START)
        flash = light_up(reconciler).flash
        assert flash is not None
        assert flash.duration_s == 10
        assert reconciler.due(at(10), 8) == []

    def test_all_off_stops_labels_that_we_did_not_light(self) -> None:
        reconciler = make()
        reconciler.suppose_lit(["L7"], START)
        assert only(reconciler.due(START, 8)).flash is None


class TestSilence:
    def test_silence_is_said_once_after_the_deadline(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        reconciler.due(START, 8)
        reconciler.due(at(4.9), 8)
        assert reconciler.take_silences() == []
        reconciler.due(at(5), 8)
        reconciler.due(at(6), 8)
        assert [silence.label_external_id for silence in reconciler.take_silences()] == ["L1"]
        assert last_phase(reconciler) is LightPhase.SILENT

    def test_a_silent_label_that_answers_is_lit_again(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        command = only(reconciler.due(START, 8))
        reconciler.due(at(6), 8)
        deliver(reconciler, command, 7)
        assert last_phase(reconciler) is LightPhase.LIT

    def test_only_a_lost_command_makes_room_for_another(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        first = only(reconciler.due(START, 8))
        assert reconciler.due(at(19), 8) == []
        assert reconciler.due(at(20), 8) == []  # lost; tried again after a pause
        again = only(reconciler.due(at(25), 8))
        assert again.token != first.token

    def test_a_lost_command_that_arrives_after_all_counts_as_lit(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        first = only(reconciler.due(START, 8))
        reconciler.due(at(20), 8)
        deliver(reconciler, first, 21)
        assert last_phase(reconciler) is LightPhase.LIT

    def test_tries_are_bounded_and_a_new_pick_tries_again(self) -> None:
        reconciler = make(attempts_max=2)
        reconciler.want("walk", [wish()], START)
        for seconds in (0, 10):
            command = only(reconciler.due(at(seconds), 8))
            reconciler.heard(Expired("L1", at(seconds), command.token), at(seconds))
        assert reconciler.due(at(500), 8) == []
        assert len(reconciler.take_silences()) == 1
        reconciler.want("walk", [wish(name="pick-2", light_s=500)], at(500))
        assert len(reconciler.due(at(500), 8)) == 1
        assert reconciler.take_silences() == []  # still silent: said already

    def test_a_refusal_ends_the_tries_at_once(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        reconciler.refused(only(reconciler.due(START, 8)), "never heard of it", START)
        assert reconciler.due(at(500), 8) == []
        assert [silence.reason for silence in reconciler.take_silences()] == ["never heard of it"]

    def test_a_failed_command_is_tried_again_after_a_pause(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        command = only(reconciler.due(START, 8))
        reconciler.heard(Failed("L1", START, command.token, "busy"), START)
        assert reconciler.due(at(4.9), 8) == []
        assert len(reconciler.due(at(5), 8)) == 1


class TestGatewayDown:
    def test_a_lost_gateway_costs_labels_no_attempt(self) -> None:
        reconciler = make(attempts_max=1)
        reconciler.want("walk", [wish()], START)
        reconciler.gateway_failed(START, only(reconciler.due(START, 8)))
        assert reconciler.due(at(0.5), 8) == []
        assert len(reconciler.due(at(1), 8)) == 1

    def test_a_full_gateway_is_asked_again_every_few_seconds_however_long_it_is_full(self) -> None:
        """A place is free as soon as any label has what it waits for, and a picker stands before this one."""
        reconciler, seconds, asked = make(), 0.0, []
        reconciler.want("walk", [wish()], START)
        while seconds < 60:
            for command in reconciler.due(at(seconds), 8):
                reconciler.gateway_busy(at(seconds), command)
                asked.append(seconds)
            seconds += 0.5
        assert asked[:4] == [0, 1, 3, 7]
        assert {later - earlier for earlier, later in itertools.pairwise(asked[2:])} == {BUSY_RETRY_MAX_S}

    def test_a_full_gateway_is_asked_again_as_soon_as_a_place_is_free(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        reconciler.gateway_busy(START, only(reconciler.due(START, 8)))
        assert reconciler.is_resting(at(0.5))
        reconciler.place_freed()
        assert len(reconciler.due(at(0.5), 8)) == 1

    def test_one_that_is_away_is_not_thought_back_because_of_an_old_word(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        reconciler.gateway_failed(START, only(reconciler.due(START, 8)))
        reconciler.place_freed()
        assert reconciler.due(at(0.5), 8) == []

    def test_labels_fall_silent_when_it_stays_away(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        for seconds in (0, 1, 3):
            reconciler.gateway_failed(at(seconds), only(reconciler.due(at(seconds), 8)))
        reconciler.due(at(5), 0)
        assert [silence.reason for silence in reconciler.take_silences()] == ["its gateway cannot be reached"]


class TestBattery:
    def test_on_time_counts_what_was_lit_and_not_what_was_cut_short(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(20))
        deliver(reconciler, only(reconciler.due(at(20), 8)), 20)
        assert reconciler.on_time_s("L1", START.date()) == 20

    def test_a_label_whose_budget_is_used_up_stays_dark_until_tomorrow(self) -> None:
        reconciler = make(on_time_max_s_per_day=60)
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        assert reconciler.due(at(60), 8) == []
        assert [silence.reason for silence in reconciler.take_silences()] == [
            "its light has used up today's battery budget"
        ]
        assert reconciler.wake_at(at(60)) == MIDNIGHT
        assert len(reconciler.due(MIDNIGHT, 8)) == 1

    def test_what_holds_for_all_of_them_changed(self) -> None:
        policy = DispatchPolicy(flash_s=FLASH_S, on_time_max_s_per_day=60)
        reconciler = Reconciler(INSTANT, policy)
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.due(at(60), 8)
        policy.on_time_max_s_per_day = 120
        reconciler.look_at_all_again()
        assert reconciler.look_at(at(61)) == at(61)
        assert len(reconciler.due(at(61), 8)) == 1


class TestLookingAgain:
    """Nobody looks at all labels where nothing is due for any."""

    def test_not_before_a_wish_is_due(self) -> None:
        reconciler = make()
        assert reconciler.look_at(START) is None
        reconciler.want("walk", [wish(light_s=30)], START)
        assert (reconciler.look_at(START), reconciler.look_at(at(30))) == (at(30), at(30))

    def test_at_once_where_one_is(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        assert reconciler.look_at(START) == START

    def test_at_once_where_something_waits_for_a_place(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        assert reconciler.due(START, 0) == []
        assert reconciler.look_at(at(1)) == at(1)

    def test_not_for_a_light_that_has_arrived(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        looks_at = reconciler.look_at(START)
        assert looks_at is not None
        assert looks_at > START

    def test_never_where_all_is_dark(self) -> None:
        reconciler = make()
        reconciler.want("walk", [wish()], START)
        light_up(reconciler)
        reconciler.want("walk", [], at(20))
        deliver(reconciler, only(reconciler.due(at(20), 8)), 20)
        assert reconciler.look_at(at(20)) is None

    def test_at_any_time_while_the_gateway_cannot_be_reached(self) -> None:
        reconciler = make()
        reconciler.gateway_failed(START)
        assert reconciler.look_at(at(1)) == at(1)


@pytest.mark.parametrize("confirms", [True, False])
def test_without_confirmation_the_light_counts_as_lit_after_p95(confirms: bool) -> None:
    reconciler = make(replace(INSTANT, confirms_delivery=confirms))
    reconciler.want("walk", [wish()], START)
    reconciler.due(START, 8)
    reconciler.due(at(2), 8)
    assert (last_phase(reconciler) is LightPhase.LIT) is not confirms


def test_words_about_unknown_commands_change_nothing() -> None:
    reconciler = make()
    reconciler.want("walk", [wish(look=BLUE)], START)
    reconciler.due(START, 8)
    reconciler.take_changes()
    reconciler.heard(Delivered("L1", START, "somebody-elses"), START)
    reconciler.heard(Delivered("L99", START, "somebody-elses"), START)
    assert reconciler.take_changes() == []
