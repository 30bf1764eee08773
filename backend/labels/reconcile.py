"""Brings what labels show closer to what is wanted, one gateway's worth of them. Pure: instants in, commands out.

A label goes round: nothing -> command under way -> blinking -> (re-armed | stopped | run out) -> nothing.
The one rule that everything else bows to: a second command is never sent while the first may still take effect, because
gateways queue and labels play what they get, in order, minutes later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from backend.labels.deciding import Deciding
from backend.labels.latency import MeasuredLatency
from backend.labels.light_tests import places_for_tests
from backend.labels.lights import (
    FOREVER,
    RESTLESS,
    Command,
    DispatchPolicy,
    LabelRecord,
    LightChange,
    Running,
    Silence,
)
from backend.labels.port import Capability, Delivered, Expired, Failed, GatewayEvent
from backend.labels.wishes import LightWish, WishKey, stay_due

GATEWAY_RETRY_MAX_S = 30.0
BUSY_RETRY_MAX_S = 4.0


class Reconciler:
    """All labels of one gateway."""

    def __init__(self, capability: Capability, policy: DispatchPolicy | None = None, name: str = "gateway") -> None:
        self.capability = capability
        self.latency = MeasuredLatency(capability)
        self._policy = policy or DispatchPolicy()
        self._deciding = Deciding(capability, self.latency, self._policy)
        self._name = name
        self._labels: dict[str, LabelRecord] = {}
        self._active: dict[str, LabelRecord] = {}  # insertion-ordered: the same run gives the same commands
        self._labels_of: dict[str, set[str]] = {}
        self._tokens = 0
        self._gateway_failures = 0
        self._gateway_retry_at: datetime | None = None
        self._is_full = False
        self._down_since: datetime | None = None
        self._changes: list[LightChange] = []
        self._silences: list[Silence] = []

    # What is wanted

    def want(self, owner: str, wishes: Iterable[LightWish], now: datetime) -> None:
        """From now on `owner` wants exactly these; what it wanted before and is not among them is over."""
        wanted: dict[str, dict[WishKey, LightWish]] = {}
        for wish in wishes:
            wanted.setdefault(wish.label_external_id, {})[owner, wish.wish_id] = wish
        for external_id in sorted({*self._labels_of.get(owner, ()), *wanted}):
            label = self._label(external_id)
            before = {key: wish for key, wish in label.wishes.items() if key[0] == owner}
            after = wanted.get(external_id, {})
            for key in before.keys() - after.keys():
                del label.wishes[key]
                label.shown_at.pop(key, None)
            if after.keys() - before.keys():  # a new pick deserves a new try, whatever became of the last one
                label.failures, label.retry_at, label.is_given_up = 0, None, False
            after = {key: stay_due(before.get(key), wish, now) for key, wish in after.items()}
            if after != before:
                label.wishes |= after
                self._note(label, now)
        if wanted:
            self._labels_of[owner] = set(wanted)
        else:
            self._labels_of.pop(owner, None)

    def is_wanted_by(self, owner: str) -> bool:
        return owner in self._labels_of

    def withdraw_all(self, now: datetime) -> None:
        """Nobody wants anything any more."""
        for owner in [*self._labels_of]:
            self.want(owner, (), now)

    def suppose_lit(self, external_ids: Iterable[str], now: datetime) -> None:
        """These may blink for reasons forgotten (another process, a hand): stop them where stopping works."""
        if not self.capability.can_stop:
            return
        until_at = now + timedelta(seconds=self.capability.duration_max_s)
        for external_id in external_ids:
            label = self._label(external_id)
            if label.running is None:
                label.running = Running(None, now, until_at)
                label.failures, label.is_given_up = 0, False
            self._note(label, now)

    # What to do

    def due(self, now: datetime, slots: int, others_pending: int = 0) -> list[Command]:
        """At most `slots` commands to send now, the earliest arrival first. Each counts as under way from here on.

        Tests come after everything else, and leave places for picks that come while they wait for their labels.

        `others_pending`: how many of the gateway's places for waiting labels something else has taken.
        """
        restless = self._settle(now)
        if self.is_resting(now):
            return []
        steps: list[tuple[bool, datetime, str, WishKey | tuple[()]]] = []
        for label in restless:
            step = self._look(label, now)
            if step is not None:
                arrival = label.wishes[step].expected_at if step in label.wishes else now
                steps.append((_is_for_test(label, step), arrival, label.external_id, step))
        if not steps:
            return []
        pending = self.pending
        room = min(slots, self.capability.pending_max - pending - others_pending)
        room_for_tests = places_for_tests(self.capability) - pending
        commands: list[Command] = []
        for is_test, _, external_id, step in sorted(steps, key=lambda each: each[:3])[: max(0, room)]:
            if is_test and len(commands) >= room_for_tests:
                break  # only tests are left
            label = self._labels[external_id]
            commands.append(self._send(label, step, now))
            self._note(label, now)
            self._look(label, now)
        return commands

    def wake_at(self, now: datetime) -> datetime | None:
        """The next instant at which time alone changes something; strictly after `now`."""
        instants = [self._gateway_retry_at]
        if self._down_since is not None:
            instants.append(self._down_since + timedelta(seconds=self.capability.silent_after_s))
        for label in self._active.values():
            is_quiet = now < label.quiet_until and self._down_since is None
            instants.append(label.quiet_until if is_quiet else self._deciding.next_instant(label, now))
        return min((at for at in instants if at is not None and at > now and at is not FOREVER), default=None)

    def look_at(self, now: datetime) -> datetime | None:
        """When `due` may find something to do or to say: `now`, or the next instant at which time brings it."""
        if self._down_since is not None:
            return now
        at = min((label.quiet_until for label in self._active.values()), default=FOREVER)
        return None if at is FOREVER else max(at, now)

    def look_at_all_again(self) -> None:
        """What holds for all of them has changed: how long they may blink."""
        for label in self._active.values():
            label.quiet_until = RESTLESS

    @property
    def is_held_up(self) -> bool:
        """Whether the gateway did not take the last command."""
        return self._gateway_retry_at is not None or self._down_since is not None

    @property
    def pending(self) -> int:
        """How many labels have a command under way."""
        return sum(label.under_way is not None for label in self._active.values())

    @property
    def in_line_for_test(self) -> set[str]:
        """The labels that wait for the command of their light test."""
        return {
            label.external_id
            for label in self._active.values()
            if any(wish.test is not None and not wish.has_begun for wish in label.wishes.values())
        }

    def is_wanted(self, external_id: str) -> bool:
        """Whether somebody wants this label's light, or a command for it is under way."""
        label = self._labels.get(external_id)
        return label is not None and (bool(label.wishes) or label.under_way is not None)

    def on_time_s(self, external_id: str, day: date) -> float:
        """How long a label has blinked on a day (UTC), by what was confirmed: its battery budget."""
        label = self._labels.get(external_id)
        return label.lit_s_on(day) if label is not None else 0.0

    def suppose_spent(self, external_id: str, day: date, lit_s: float) -> None:
        """It blinked that long on that day for a process before this one: the battery remembers."""
        label = self._label(external_id)
        if label.lit_on is None:
            label.lit_on, label.lit_s = day, lit_s

    # What was heard

    def heard(self, event: GatewayEvent, now: datetime) -> None:
        """Take in what the gateway said. Words about commands nobody remembers change nothing."""
        label = self._labels.get(event.label_external_id)
        if label is None:
            return
        match event:
            case Delivered(token=token):
                if label.taken_back is not None and label.taken_back.token == token:
                    command, label.taken_back = label.taken_back, None  # the label was quicker
                    self._confirmed(label, command, event.at, now)
                elif label.under_way is not None and label.under_way.token == token:
                    command, label.under_way = label.under_way, None
                    self._confirmed(label, command, event.at, now)
                elif label.lost is not None and label.lost.token == token:
                    command, label.lost = label.lost, None  # late, but it blinks all the same
                    self._confirmed(label, command, event.at, now)
            case Expired(token=token, reason=reason) | Failed(token=token, reason=reason):
                if label.taken_back is not None and label.taken_back.token == token:
                    label.taken_back = None
                elif label.under_way is not None and label.under_way.token == token:
                    label.under_way, label.taken_back = label.taken_back, None
                    self._failed(label, reason, now)
            case _:
                pass
        self._note(label, now)

    def accepted(self, now: datetime) -> None:
        """The gateway took a command: it is there."""
        self._gateway_failures, self._gateway_retry_at, self._down_since = 0, None, None
        self._is_full = False

    def gateway_failed(self, now: datetime, command: Command | None = None) -> None:
        """The gateway cannot be reached. That is not the label's fault and costs it no attempt."""
        self._is_full = False
        self._rest(now, GATEWAY_RETRY_MAX_S, command)

    def gateway_busy(self, now: datetime, command: Command) -> None:
        """It has no place for this. A picker waits, and a place is free as soon as any label has what it waits for."""
        self._is_full = True
        self._rest(now, BUSY_RETRY_MAX_S, command)

    def is_resting(self, now: datetime) -> bool:
        """Whether lights wait for the gateway: nothing else should take a place before them."""
        return self._gateway_retry_at is not None and now < self._gateway_retry_at

    def place_freed(self) -> None:
        """A label has what it waited for, or never will: a full gateway may take another now."""
        if self._is_full:
            self._gateway_retry_at = None

    def _rest(self, now: datetime, most_s: float, command: Command | None) -> None:
        delay_s = min(self._policy.gateway_retry_s * 2**self._gateway_failures, most_s)
        self._gateway_failures = min(self._gateway_failures + 1, 16)
        self._gateway_retry_at = now + timedelta(seconds=delay_s)
        self._down_since = self._down_since or now
        self._forget(command, now)

    def refused(self, command: Command, reason: str, now: datetime) -> None:
        """The gateway will not do this for this label, now or later."""
        label = self._forget(command, now)
        if label is not None:
            label.failures = self._policy.attempts_max
            self._failed(label, reason, now)
            self._note(label, now)

    def not_stopped(self, command: Command, now: datetime) -> None:
        """The label has the flash, or is about to, and cannot be stopped: no fault of its, and not asked again."""
        if self.capability.can_stop:
            self.refused(command, "the label was not stopped", now)
            return
        known = self._labels.get(command.label_external_id)
        flash = known.taken_back if known is not None else None
        label = self._forget(command, now)
        if label is not None and flash is not None:
            label.stays = flash.token
            self._note(label, now)

    def take_changes(self) -> list[LightChange]:
        changes, self._changes = self._changes, []
        return changes

    def take_silences(self) -> list[Silence]:
        silences, self._silences = self._silences, []
        return silences

    # Keeping

    def _send(self, label: LabelRecord, step: WishKey | tuple[()], now: datetime) -> Command:
        self._tokens += 1
        token = f"{self._name}.{self._tokens}"
        is_test = _is_for_test(label, step)
        shown = self._deciding.shown(label, step, now) if step else None
        if shown is not None:
            _each_test(label, lambda test: test.begun(now))  # a flash for a pick shows as well that the label works
        flash = self._deciding.flash(label.wishes[step], shown, now) if step and shown is not None else None
        label.taken_back = label.under_way
        label.under_way = Command(token, label.external_id, flash, now, shown, is_test)
        if shown is not None:
            served = [key for key, wish in label.wishes.items() if wish.light_at <= now and shown.serves(wish.look)]
            label.shown_at |= dict.fromkeys(served, now)
        return label.under_way

    def _settle(self, now: datetime) -> list[LabelRecord]:
        """Let time do its work: wishes end, flashes run out, commands grow old. Returns those it could change."""
        is_down = self._down_since is not None and (
            (now - self._down_since).total_seconds() >= self.capability.silent_after_s
        )
        restless = self._restless(now)
        for label in restless:
            for key in [key for key, wish in label.wishes.items() if wish.ends_at is not None and wish.ends_at <= now]:
                del label.wishes[key]
                label.shown_at.pop(key, None)
            if label.running is not None and label.running.until_at <= now:
                label.running = None
            if label.under_way is not None:
                self._settle_command(label, label.under_way, now)
            is_waiting = label.running is None and label.under_way is None
            if is_down and is_waiting and self._deciding.turn(label, now) is not None:
                self._fall_silent(label, "its gateway cannot be reached", now)
            label.quiet_until = RESTLESS
            self._note(label, now)
        return [label for label in restless if not label.is_idle]

    def _restless(self, now: datetime) -> list[LabelRecord]:
        """Those that may have something to do. A gateway that cannot be reached changes what is said of any of them."""
        if self._down_since is not None:
            return [*self._active.values()]
        return [each for each in self._active.values() if each.quiet_until <= now]

    def _look(self, label: LabelRecord, now: datetime) -> WishKey | tuple[()] | None:
        """What is due for a label that time has done its work on. Where nothing is, it is left alone until then."""
        step = self._deciding.next_step(label, now)
        if step is None:
            if not label.is_silent and self._deciding.is_kept_dark(label, now):
                self._fall_silent(label, "its light has used up today's battery budget", now)
                self._note(label, now)
            self._leave_alone(label, now)
        return step

    def _leave_alone(self, label: LabelRecord, now: datetime) -> None:
        label.quiet_until = self._deciding.next_instant(label, now) or FOREVER

    def _settle_command(self, label: LabelRecord, command: Command, now: datetime) -> None:
        age_s = (now - command.sent_at).total_seconds()
        if not self.capability.confirms_delivery:
            if age_s >= self.capability.latency_p95_s:
                label.under_way = None
                self._delivered(label, command, now)
            return
        if age_s >= self.capability.silent_after_s:
            self._fall_silent(label, f"no answer for {self.capability.silent_after_s:.0f} s", now)
        if age_s >= self.capability.lost_after_s:
            label.lost, label.under_way, label.taken_back = command, None, None
            self._failed(label, "the command was lost", now)

    def _confirmed(self, label: LabelRecord, command: Command, at: datetime, now: datetime) -> None:
        self.latency.add((at - command.sent_at).total_seconds())
        self._delivered(label, command, now)

    def _delivered(self, label: LabelRecord, command: Command, now: datetime) -> None:
        label.failures, label.retry_at, label.is_given_up, label.is_silent = 0, None, False, False
        if label.lit_on != now.date():
            label.lit_on, label.lit_s = now.date(), 0.0
        if label.running is not None and label.running.shown is not None:
            label.lit_s -= max(0.0, (label.running.until_at - now).total_seconds())  # cut short
        label.running = None
        if command.flash is not None:
            until_at = now + timedelta(seconds=command.flash.duration_s)
            label.running = Running(command.shown, now, until_at, command.is_test)
            _each_test(label, lambda test: test.shining(now))
            label.lit_s += command.flash.duration_s

    def _failed(self, label: LabelRecord, reason: str, now: datetime) -> None:
        label.failures += 1
        if label.failures >= self._policy.attempts_max:
            label.is_given_up = True
            if label.wishes:
                self._fall_silent(label, reason, now)
        else:
            delay_s = self._policy.retry_after_s * 2 ** (label.failures - 1)
            label.retry_at = now + timedelta(seconds=delay_s)

    def _fall_silent(self, label: LabelRecord, reason: str, now: datetime) -> None:
        if not label.is_silent:
            label.is_silent = True
            self._silences.append(Silence(label.external_id, reason, now))

    def _forget(self, command: Command | None, now: datetime) -> LabelRecord | None:
        label = self._labels.get(command.label_external_id) if command is not None else None
        if label is None or command is None or label.under_way != command:
            return None
        label.under_way, label.taken_back = label.taken_back, None
        if command.flash is not None and label.running is None:
            _each_test(label, lambda test: test.not_begun())
        self._note(label, now)
        return label

    def _label(self, external_id: str) -> LabelRecord:
        return self._labels.setdefault(external_id, LabelRecord(external_id))

    def _note(self, label: LabelRecord, now: datetime) -> None:
        """It changed: tell the shelf view what is to be seen of that, and look at once whether something is due for it.

        Where time has work left to do on it, the next look at all of them does that first.
        """
        is_quiet = now < label.quiet_until
        seen = self._deciding.seen(label, now)
        if seen != label.told:
            label.told = seen
            phase, look, shared = seen
            self._changes.append(LightChange(label.external_id, phase, look, now, shared))
        if label.is_idle:
            self._active.pop(label.external_id, None)
            label.failures, label.retry_at, label.is_given_up = 0, None, False
            label.quiet_until = FOREVER
            return
        self._active[label.external_id] = label
        label.quiet_until = RESTLESS
        if is_quiet:
            self._look(label, now)


def _is_for_test(label: LabelRecord, step: WishKey | tuple[()]) -> bool:
    """Whether this step is a test's: its flash, or the end of it."""
    if step:
        return label.wishes[step].test is not None
    ends = label.under_way or label.running
    return ends is not None and ends.is_test and all(wish.test is not None for wish in label.wishes.values())


def _each_test(label: LabelRecord, change: Callable[[LightWish], LightWish]) -> None:
    for key, wish in label.wishes.items():
        if wish.test is not None:
            label.wishes[key] = change(wish)
