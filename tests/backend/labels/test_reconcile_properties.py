"""What must hold for every course of events, however wishes, answers and failures fall together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backend.labels.light_tests import wish_for_test
from backend.labels.lights import Command, DispatchPolicy, LabelRecord
from backend.labels.port import Capability, Delivered, Expired
from backend.labels.reconcile import Reconciler
from shared.labels import LightPhase
from tests.backend.labels.builders import BLUE, INSTANT, POLLING, YELLOW, at, wish

T = TypeVar("T")
LABELS = ("L1", "L2", "L3", "L4")
OWNERS = ("walk-a", "walk-b", "walk-c")
SLOTS = 3
FLASH_S = 30

capabilities = st.builds(
    lambda base, **parts: replace(base, **parts),
    st.sampled_from([INSTANT, POLLING]),
    can_stop=st.booleans(),
    can_take_back=st.booleans(),
    can_replace=st.booleans(),
    confirms_delivery=st.booleans(),
    pending_max=st.integers(1, 5),
)


class Watchful(Reconciler):
    """Looks at every label each time, also where nothing can have changed."""

    def _leave_alone(self, label: LabelRecord, now: datetime) -> None:
        """Never."""


class World(RuleBasedStateMachine):
    """Plays the gateway and the labels against a reconciler, and keeps its own book of what may still take effect.

    A watchful one lives through the same, and must come to the same at every step.
    """

    @initialize(capability=capabilities)
    def begin(self, capability: Capability) -> None:
        self.capability = capability
        policy = DispatchPolicy(flash_s=FLASH_S, on_time_max_s_per_day=10 * FLASH_S)
        self.reconciler, self.watchful = Reconciler(capability, policy), Watchful(capability, policy)
        self.now_s = 0.0
        self.may_take_effect: dict[str, list[Command]] = {label: [] for label in LABELS}
        self.blinks_until_s: dict[str, float] = {}
        self.phases = dict.fromkeys(LABELS, LightPhase.DARK)
        self.names = 0

    @rule(
        owner=st.sampled_from(OWNERS), labels=st.lists(st.sampled_from(LABELS), max_size=3), ahead_s=st.integers(0, 60)
    )
    def want(self, owner: str, labels: list[str], ahead_s: int) -> None:
        self.names += 1
        look = YELLOW if owner == OWNERS[0] else BLUE
        wishes = [
            wish(label, look, name=f"p{self.names}.{n}", light_s=self.now_s + ahead_s * n)
            for n, label in enumerate(labels)
        ]
        self.both(lambda reconciler: reconciler.want(owner, wishes, at(self.now_s)))

    @rule(label=st.sampled_from(LABELS), place=st.integers(1, 9))
    def test_light(self, label: str, place: int) -> None:
        test = wish_for_test(label, self.capability, place, at(self.now_s))
        self.both(lambda reconciler: reconciler.want(f"test:{label}", [test], at(self.now_s)))

    def both(self, do: Callable[[Reconciler], T]) -> T:
        done = do(self.reconciler)
        assert do(self.watchful) == done
        return done

    @rule()
    def send(self) -> None:
        for command in self.both(lambda reconciler: reconciler.due(at(self.now_s), SLOTS)):
            if command.flash is None and not self.capability.can_stop:
                self.take_back(command.label_external_id)
            self.may_take_effect[command.label_external_id].append(command)

    def take_back(self, label: str) -> None:
        assert self.capability.can_take_back, "a stop was sent to labels that cannot be stopped"
        for flash in self.may_take_effect[label]:
            expired = Expired(label, at(self.now_s), flash.token, "taken back")
            self.both(lambda reconciler, expired=expired: reconciler.heard(expired, at(self.now_s)))  # type: ignore[misc]
        self.may_take_effect[label] = []

    @rule(seconds=st.sampled_from([0.5, 1, 3, 7, 20, 45, 100]))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        for label, commands in self.may_take_effect.items():
            limit_s = (
                self.capability.lost_after_s if self.capability.confirms_delivery else self.capability.latency_p95_s
            )
            self.may_take_effect[label] = [
                each for each in commands if (at(self.now_s) - each.sent_at).total_seconds() < limit_s
            ]

    @rule()
    def pass_time_until_something_is_due_and_send(self) -> None:
        next_at = self.both(lambda reconciler: reconciler.wake_at(at(self.now_s)))
        if next_at is not None:
            self.pass_time((next_at - at(self.now_s)).total_seconds())
            self.send()

    @rule(label=st.sampled_from(LABELS), arrives=st.booleans())
    def answer(self, label: str, arrives: bool) -> None:
        if not self.may_take_effect[label] or not self.capability.confirms_delivery:
            return
        command = self.may_take_effect[label].pop(0)
        now = at(self.now_s)
        if not arrives:
            self.both(lambda reconciler: reconciler.heard(Expired(label, now, command.token), now))
            return
        if command.flash is not None:
            is_refused = self.blinks_until_s.get(label, 0.0) > self.now_s and not self.capability.can_replace
            assert not is_refused, "a flash was sent to a label that still blinks and would refuse it"
            self.blinks_until_s[label] = self.now_s + command.flash.duration_s
        elif self.capability.can_stop:
            self.blinks_until_s[label] = self.now_s
        self.both(lambda reconciler: reconciler.heard(Delivered(label, now, command.token), now))

    @rule(label=st.sampled_from(LABELS))
    def gateway_refuses(self, label: str) -> None:
        if self.may_take_effect[label]:
            command = self.may_take_effect[label].pop(0)
            self.both(lambda reconciler: reconciler.gateway_failed(at(self.now_s), command))

    @rule()
    def gateway_is_back(self) -> None:
        self.both(lambda reconciler: reconciler.accepted(at(self.now_s)))

    @invariant()
    def at_most_one_command_is_under_way_per_label(self) -> None:
        for label, commands in getattr(self, "may_take_effect", {}).items():
            assert len(commands) <= 1, f"{label}: {commands}"

    @invariant()
    def pending_stays_bounded(self) -> None:
        if hasattr(self, "reconciler"):
            assert self.reconciler.pending <= self.capability.pending_max

    @invariant()
    def the_next_look_is_in_the_future(self) -> None:
        if hasattr(self, "reconciler"):
            next_at = self.both(lambda reconciler: reconciler.wake_at(at(self.now_s)))
            assert next_at is None or next_at > at(self.now_s)

    def teardown(self) -> None:
        """When the world calms and nobody wants anything, every label ends dark (or known as silent)."""
        if not hasattr(self, "reconciler"):
            return
        self.both(lambda reconciler: reconciler.withdraw_all(at(self.now_s)))
        for _ in range(400):
            self.send()
            for label in LABELS:
                self.answer(label, arrives=True)
            next_at = self.reconciler.wake_at(at(self.now_s))
            if next_at is None and not any(self.may_take_effect.values()):
                break
            self.pass_time((next_at - at(self.now_s)).total_seconds() if next_at is not None else 1.0)
        else:
            raise AssertionError("the calm world never came to rest")
        self.both(lambda reconciler: reconciler.take_silences())
        for change in self.both(lambda reconciler: reconciler.take_changes()):
            self.phases[change.label_external_id] = change.phase
        assert set(self.phases.values()) <= {LightPhase.DARK, LightPhase.SILENT}, self.phases
        assert self.reconciler.pending == 0
        assert all(until_s <= self.now_s for until_s in self.blinks_until_s.values()), "something still blinks"


def test_every_course_of_events() -> None:
    run_state_machine_as_test(World, settings=settings(max_examples=60, stateful_step_count=40))


@settings(max_examples=40)
@given(capability=capabilities, latency_s=st.floats(0.1, 1.9), wanted_s=st.integers(1, 300))
def test_a_wanted_light_is_on_nearly_all_the_time_and_off_soon_after(
    capability: Capability, latency_s: float, wanted_s: int
) -> None:
    """Every label answers after `latency_s`; what a person would see follows what is wanted."""
    reconciler = Reconciler(capability, DispatchPolicy(flash_s=FLASH_S))
    reconciler.want("walk", [wish()], at(0))
    now_s, lit_until_s, arrivals = 0.0, 0.0, []
    dark_s = 0.0
    while now_s < wanted_s + 200:
        if now_s >= wanted_s:
            reconciler.want("walk", [], at(now_s))
        for arrival_s, command in [each for each in arrivals if each[0] <= now_s]:
            arrivals.remove((arrival_s, command))
            lit_until_s = now_s + command.flash.duration_s if command.flash is not None else now_s
            reconciler.heard(Delivered("L1", at(now_s), command.token), at(now_s))
        arrivals += [(now_s + latency_s, command) for command in reconciler.due(at(now_s), 1)]
        if now_s < wanted_s and lit_until_s <= now_s:
            dark_s += 0.25
        now_s += 0.25
    assert lit_until_s <= wanted_s + FLASH_S + max(4.0, capability.latency_p95_s)
    if capability.can_replace and capability is not POLLING and capability.confirms_delivery:
        assert dark_s <= latency_s + 0.75, "a light that can be armed again ahead of time must not pause"
