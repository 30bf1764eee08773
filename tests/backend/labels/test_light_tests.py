"""A whole aisle is tested where labels wake every 40 s: each of them blinks, and picks do not notice."""

from __future__ import annotations

import heapq
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest

from backend.labels.drivers.openepaperlink.driver import OpenEPaperLinkDriver
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.light_tests import LIGHT_TEST_S, places_for_tests, takes_s, wish_for_test
from backend.labels.lights import Command
from backend.labels.port import Capability, Delivered, DriverTools, Expired
from backend.labels.reconcile import Reconciler
from backend.labels.workbench.virtual_time import VirtualTime
from shared.labels import LightColour, LightPhase
from tests.backend.labels.builders import INSTANT, START, YELLOW, at, wish

WAKES_EVERY_S = 40.0
CALL_S = 0.1
HALF_HOUR_S = 1_800.0


def waking() -> Capability:
    """What the driver of OpenEPaperLink declares."""
    settings = OpenEPaperLinkSettings(url="http://127.0.0.1:9")
    return OpenEPaperLinkDriver(settings, DriverTools(clock=VirtualTime().clock)).capability


@dataclass
class AccessPoint:
    """Takes one call at a time; its labels fetch what waits for them when they wake, each at its own instant."""

    reconciler: Reconciler
    seed: int = 7
    dead: Collection[str] = ()
    miss_rate: float = 0.0
    sent_s: dict[str, float] = field(default_factory=dict)
    """Label -> when it was first sent a flash."""
    blinks: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Label -> from when until when it blinked."""
    pending_most: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._phase_s: dict[str, float] = {}
        self._coming: list[tuple[float, int, Command]] = []
        self._waiting: dict[str, Command] = {}
        self.now_s = 0.0

    def live(self, until_s: float) -> None:
        while self.now_s < until_s:
            while self._coming and self._coming[0][0] <= self.now_s:
                self._arrive(heapq.heappop(self._coming)[2])
            for command in self.reconciler.due(at(self.now_s), self.reconciler.capability.commands_in_parallel):
                self._take(command)
            self.pending_most = max(self.pending_most, self.reconciler.pending)
            self.now_s = round(self.now_s + CALL_S, 3)

    def _take(self, command: Command) -> None:
        label = command.label_external_id
        before = self._waiting.get(label)
        if command.flash is not None:
            self.sent_s.setdefault(label, self.now_s)
        elif before is not None and before.flash is not None:
            taken_back = Expired(label, at(self.now_s), before.token, "taken back")
            self.reconciler.heard(taken_back, at(self.now_s))
        self._waiting[label] = command
        self._come(command)

    def _come(self, command: Command) -> None:
        """At the label's next wake-up."""
        phase_s = self._phase_s.setdefault(command.label_external_id, self._chance.uniform(0, WAKES_EVERY_S))
        wakes_s = phase_s + ((self.now_s - phase_s) // WAKES_EVERY_S + 1) * WAKES_EVERY_S
        heapq.heappush(self._coming, (wakes_s, int(command.token.split(".")[1]), command))

    def _arrive(self, command: Command) -> None:
        label = command.label_external_id
        if label in self.dead or self._waiting.get(label) is not command:
            return
        if self._chance.random() < self.miss_rate:
            self._come(command)
            return
        del self._waiting[label]
        if command.flash is not None:
            self.blinks.setdefault(label, []).append((self.now_s, self.now_s + command.flash.duration_s))
        self.reconciler.heard(Delivered(label, at(self.now_s), command.token), at(self.now_s))


def names(count: int) -> list[str]:
    return [f"L{number:03}" for number in range(count)]


def ask_for_test(reconciler: Reconciler, labels: Collection[str], now_s: float = 0.0) -> None:
    for place, label in enumerate(labels, 1):
        reconciler.want(f"test:{label}", [wish_for_test(label, reconciler.capability, place, at(now_s))], at(now_s))


class TestWholeAisle:
    @pytest.mark.parametrize("count", [60, 175, 350])
    def test_every_label_blinks_about_as_soon_as_was_said(self, count: int) -> None:
        reconciler = Reconciler(waking())
        point = AccessPoint(reconciler)
        ask_for_test(reconciler, names(count))
        point.live(HALF_HOUR_S)
        assert sorted(point.blinks) == names(count)
        begun_s = sorted(blinks[0][0] for blinks in point.blinks.values())
        said_s = takes_s(reconciler.capability, count)
        assert begun_s[int(count * 0.95)] <= said_s + WAKES_EVERY_S / 4
        assert begun_s[-1] >= said_s / 2, "nobody waits for a test that was over long ago"

    def test_each_blinks_once_and_nothing_is_left_over(self) -> None:
        reconciler = Reconciler(waking())
        point = AccessPoint(reconciler)
        ask_for_test(reconciler, names(350))
        point.live(HALF_HOUR_S)
        assert {len(blinks) for blinks in point.blinks.values()} == {1}
        assert (reconciler.pending, reconciler.in_line_for_test) == (0, set())
        assert not any(reconciler.is_wanted(label) for label in names(350))

    def test_a_label_that_misses_a_wake_up_blinks_all_the_same(self) -> None:
        reconciler = Reconciler(waking())
        point = AccessPoint(reconciler, miss_rate=0.02)
        ask_for_test(reconciler, names(350))
        point.live(HALF_HOUR_S)
        assert sorted(point.blinks) == names(350)

    def test_dead_ones_keep_nobody_from_it(self) -> None:
        reconciler = Reconciler(waking())
        dead = names(350)[::12]
        point = AccessPoint(reconciler, dead=dead)
        ask_for_test(reconciler, names(350))
        point.live(HALF_HOUR_S)
        assert sorted({*point.blinks, *dead}) == names(350)
        silent = {change.label_external_id for change in reconciler.take_changes() if change.phase is LightPhase.SILENT}
        assert silent == {*dead}

    def test_what_is_never_sent_is_given_up(self) -> None:
        reconciler = Reconciler(waking())
        ask_for_test(reconciler, names(350))
        latest_at = wish_for_test("L", reconciler.capability, 350, START).ends_at
        assert latest_at == at(8 * 90 + 350 * 0.5 + 90 + LIGHT_TEST_S)
        assert reconciler.due(latest_at, 8) == []
        assert reconciler.in_line_for_test == set()


class TestPicksFirst:
    def commanded_s(self, tested: int) -> Mapping[str, float]:
        """How long the lights of a walk's stops wait for their commands, wanted some time into a test."""
        reconciler = Reconciler(waking())
        point = AccessPoint(reconciler)
        ask_for_test(reconciler, names(tested))
        waits_s: dict[str, float] = {}
        for number in range(12):
            stop, wanted_s = f"P{number}", 3.0 + 11 * number
            point.live(wanted_s)
            pick = wish(stop, YELLOW, name=stop, light_s=wanted_s, expected_s=wanted_s + 5)
            reconciler.want(f"walk-{number}", [pick], at(wanted_s))
            point.live(wanted_s + 10)
            waits_s[stop] = round(point.sent_s.get(stop, 1e9) - wanted_s, 3)
        return waits_s

    def test_a_pick_is_commanded_as_soon_as_without_a_test(self) -> None:
        alone, beside = self.commanded_s(0), self.commanded_s(350)
        assert max(alone.values()) <= CALL_S
        assert {stop: wait_s for stop, wait_s in beside.items() if wait_s > max(alone[stop] * 1.1, CALL_S)} == {}

    def test_a_test_leaves_places_for_picks(self) -> None:
        reconciler = Reconciler(waking())
        point = AccessPoint(reconciler)
        ask_for_test(reconciler, names(350))
        point.live(300)
        assert point.pending_most == places_for_tests(reconciler.capability) == 45

    def test_where_places_are_few_the_one_there_is_serves_both(self) -> None:
        assert [places_for_tests(replace(INSTANT, pending_max=places)) for places in (1, 3, 4, 8)] == [1, 3, 3, 6]

    def test_of_one_look_picks_are_sent_before_tests_and_before_the_ends_of_tests(self) -> None:
        reconciler = Reconciler(INSTANT)
        ask_for_test(reconciler, ["L1"])
        (flash,) = reconciler.due(START, 8)
        reconciler.heard(Delivered("L1", START, flash.token), START)
        ask_for_test(reconciler, ["L2"], LIGHT_TEST_S)
        pick = wish("L3", YELLOW, light_s=LIGHT_TEST_S, expected_s=LIGHT_TEST_S + 30)
        reconciler.want("walk", [pick], at(LIGHT_TEST_S))
        sent = [command.label_external_id for command in reconciler.due(at(LIGHT_TEST_S), 8)]
        assert (sent[0], sorted(sent)) == ("L3", ["L1", "L2", "L3"])


class TestSharing:
    def test_a_label_that_is_wanted_for_a_pick_shows_the_pick_alone(self) -> None:
        reconciler = Reconciler(replace(INSTANT, colours_in_turn=3))
        ask_for_test(reconciler, ["L1"])
        reconciler.want("walk", [wish("L1", YELLOW, expected_s=30)], START)
        (command,) = reconciler.due(START, 8)
        assert command.flash is not None
        assert (command.flash.colour, command.flash.also) == (LightColour.YELLOW, ())
        assert reconciler.in_line_for_test == set(), "it blinks: that is what the test wants to see"

    def test_a_pick_takes_the_place_of_a_running_test(self) -> None:
        reconciler = Reconciler(INSTANT)
        ask_for_test(reconciler, ["L1"])
        (flash,) = reconciler.due(START, 8)
        reconciler.heard(Delivered("L1", at(1), flash.token), at(1))
        reconciler.want("walk", [wish("L1", YELLOW, light_s=2, expected_s=30)], at(2))
        (command,) = reconciler.due(at(2), 8)
        assert command.flash is not None
        assert command.flash.colour is LightColour.YELLOW

    def test_what_can_be_stopped_and_not_replaced_is_stopped_for_a_pick(self) -> None:
        reconciler = Reconciler(replace(INSTANT, can_replace=False))
        ask_for_test(reconciler, ["L1"])
        (flash,) = reconciler.due(START, 8)
        reconciler.heard(Delivered("L1", at(1), flash.token), at(1))
        reconciler.want("walk", [wish("L1", YELLOW, light_s=2, expected_s=30)], at(2))
        (command,) = reconciler.due(at(2), 8)
        assert (command.flash, command.is_test) == (None, False)


class TestTime:
    def test_it_is_counted_from_what_was_really_sent(self) -> None:
        reconciler = Reconciler(INSTANT)
        ask_for_test(reconciler, ["L1"])
        (refused,) = reconciler.due(START, 8)
        assert reconciler.in_line_for_test == set()
        reconciler.gateway_failed(START, refused)
        assert reconciler.in_line_for_test == {"L1"}
        (flash,) = reconciler.due(at(5), 8)
        reconciler.heard(Delivered("L1", at(7), flash.token), at(7))
        assert reconciler.due(at(6.9 + LIGHT_TEST_S), 8) == []
        (stop,) = reconciler.due(at(7 + LIGHT_TEST_S), 8)
        assert (stop.flash, stop.is_test) == (None, True)

    def test_how_long_an_aisle_takes(self) -> None:
        assert takes_s(waking(), 0) == 0
        assert takes_s(waking(), 45) == 38
        assert takes_s(waking(), 350) == pytest.approx(38 + 305 / 45 * 20)
