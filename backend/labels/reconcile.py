"""Brings what labels show closer to what is wanted, one gateway's worth of them. Pure: instants in, commands out.

A label goes round: nothing -> command under way -> blinking -> (re-armed | stopped | run out) -> nothing.
The one rule that everything else bows to: a second command is never sent while the first may still take effect, because
gateways queue and labels play what they get, in order, minutes later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from backend.labels.latency import MeasuredLatency
from backend.labels.lights import Command, DispatchPolicy, LabelRecord, LightChange, Running, Silence
from backend.labels.port import Capability, Delivered, Expired, Failed, GatewayEvent
from backend.labels.sharing import Shown, joined, share
from backend.labels.wishes import FOUND_S, LightWish, WishKey, choose, has_had_it, next_instant, stay_due
from shared.labels import Flash, LightPhase, Look, Sharing

REARM_MARGIN_S = 1.0
SLOW_MARGIN_S = 10.0
GATEWAY_RETRY_MAX_S = 30.0
BUSY_RETRY_MAX_S = 4.0
FOREVER = datetime.max.replace(tzinfo=UTC)


class Reconciler:
    """All labels of one gateway."""

    def __init__(self, capability: Capability, policy: DispatchPolicy | None = None, name: str = "gateway") -> None:
        self.capability = capability
        self.latency = MeasuredLatency(capability)
        self._policy = policy or DispatchPolicy()
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
            label.wishes |= {key: stay_due(before.get(key), wish, now) for key, wish in after.items()}
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

        `others_pending`: how many of the gateway's places for waiting labels something else has taken.
        """
        self._settle(now)
        if self.is_resting(now):
            return []
        steps: list[tuple[datetime, str, WishKey | tuple[()]]] = []
        for label in self._active.values():
            if self._is_quiet(label, now):
                continue
            step = self._next_step(label, now)
            if step is not None:
                arrival = label.wishes[step].expected_at if step in label.wishes else now
                steps.append((arrival, label.external_id, step))
            elif not self._is_used_up(label, now):  # midnight gives it back
                label.quiet_until = self._next_instant(label, now) or FOREVER
        room = min(slots, self.capability.pending_max - self.pending - others_pending)
        commands = []
        for _, external_id, step in sorted(steps, key=lambda each: each[:2])[: max(0, room)]:
            label = self._labels[external_id]
            commands.append(self._send(label, step, now))
            self._note(label, now)
        return commands

    def wake_at(self, now: datetime) -> datetime | None:
        """The next instant at which time alone changes something; strictly after `now`."""
        instants = [self._gateway_retry_at]
        if self._down_since is not None:
            instants.append(self._down_since + timedelta(seconds=self.capability.silent_after_s))
        for label in self._active.values():
            instants.append(label.quiet_until if self._is_quiet(label, now) else self._next_instant(label, now))
        return min((at for at in instants if at is not None and at > now and at is not FOREVER), default=None)

    @property
    def is_held_up(self) -> bool:
        """Whether the gateway did not take the last command."""
        return self._gateway_retry_at is not None or self._down_since is not None

    @property
    def pending(self) -> int:
        """How many labels have a command under way."""
        return sum(label.under_way is not None for label in self._active.values())

    def is_wanted(self, external_id: str) -> bool:
        """Whether somebody wants this label's light, or a command for it is under way."""
        label = self._labels.get(external_id)
        return label is not None and (bool(label.wishes) or label.under_way is not None)

    def on_time_s(self, external_id: str, day: date) -> float:
        """How long a label has blinked on a day (UTC), by what was confirmed: its battery budget."""
        label = self._labels.get(external_id)
        return label.lit_s if label is not None and label.lit_on == day else 0.0

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

    # Deciding

    def _next_step(self, label: LabelRecord, now: datetime) -> WishKey | tuple[()] | None:
        """The wish to show next, `()` to stop, or None to leave the label alone."""
        if label.under_way is not None:
            return () if self._can_be_taken_back(label, label.under_way, now) else None
        if label.is_given_up or (label.retry_at is not None and now < label.retry_at):
            return None
        key, running, can = self._turn(label, now), label.running, self.capability
        if key is None:
            return () if running is not None and can.can_stop and self._is_stop_worth_it(label, running, now) else None
        if self._is_used_up(label, now):
            self._fall_silent(label, "its light has used up today's battery budget", now)
            return None
        if running is None:
            return key
        wanted = share(label.wishes, key, now, now, self.capability)
        is_served = running.shown is not None and (
            running.shown.does_all_of(wanted) or running.shown.does_all_of(self._shown(label, key, now))
        )
        if is_served or (self._is_anothers_still(label, running, now) and self._must_wait(label, key, wanted, now)):
            return key if now >= self._rearm_at(running) else None
        if can.can_replace:
            return key
        return () if can.can_stop else None

    def _can_be_taken_back(self, label: LabelRecord, flash: Command, now: datetime) -> bool:
        """Whether this flash is on its way for nobody, to a label that could not be stopped once it has it."""
        can = self.capability
        if not can.can_take_back or can.can_stop or flash.flash is None or flash.token == label.stays:
            return False
        return label.taken_back is None and label.running is None and not label.wishes

    def _is_anothers_still(self, label: LabelRecord, running: Running, now: datetime) -> bool:
        """Whether what blinks serves somebody who wants it."""
        shown = running.shown
        return shown is not None and any(
            wish.light_at <= now and shown.serves(wish.look) for wish in label.wishes.values()
        )

    def _is_left_over(self, label: LabelRecord, running: Running, now: datetime) -> bool:
        """Whether it blinks as nobody wants it any more, and will for longer than it takes to be told so."""
        is_slow = self.latency.capability.latency_p95_s > FOUND_S
        return is_slow and running.shown is not None and not self._is_anothers_still(label, running, now)

    def _must_wait(self, label: LabelRecord, key: WishKey, wanted: Shown, now: datetime) -> bool:
        """Whether a light that serves somebody goes on as it is: it cannot be replaced, or it is shown one by one."""
        has_had_it_before = has_had_it(label.wishes[key], label.shown_at.get(key), now + self._ahead)
        return not self.capability.can_replace or (wanted.sharing is Sharing.ONE_BY_ONE and has_had_it_before)

    def _shown(self, label: LabelRecord, key: WishKey, now: datetime) -> Shown:
        soon_at = now + timedelta(seconds=self.latency.capability.latency_p95_s)
        return share(label.wishes, key, now, soon_at, self.capability)

    def _turn(self, label: LabelRecord, now: datetime) -> WishKey | None:
        return choose(label.wishes, label.shown_at, now, now + self._ahead)

    @property
    def _ahead(self) -> timedelta:
        """What is sent now is there no sooner than this, three times in four where labels wake at fixed intervals."""
        return timedelta(seconds=self.latency.capability.latency_p50_s / 2)

    def _is_stop_worth_it(self, label: LabelRecord, running: Running, now: datetime) -> bool:
        """Not where the light has run out by itself before half of all stops arrive: until then nothing else could.

        Nor where the next flash, which takes its place, is due that soon.
        """
        soon = now + timedelta(seconds=self.latency.capability.latency_p50_s)
        can_be_replaced_at = now + timedelta(seconds=self.latency.capability.latency_p95_s)
        is_wanted_soon = self.capability.can_replace and any(
            (wish.joins_at or wish.light_at) <= can_be_replaced_at for wish in label.wishes.values()
        )
        return running.until_at > soon and not is_wanted_soon

    def _is_used_up(self, label: LabelRecord, now: datetime) -> bool:
        return self.on_time_s(label.external_id, now.date()) >= self._policy.on_time_max_s_per_day

    def _is_quiet(self, label: LabelRecord, now: datetime) -> bool:
        """Most labels are, at most looks. A gateway that cannot be reached changes what is said of them at any time."""
        return label.quiet_until is not None and now < label.quiet_until and self._down_since is None

    def _next_instant(self, label: LabelRecord, now: datetime) -> datetime | None:
        """When time alone changes something about this label; strictly after `now`."""
        instants = [next_instant(label.wishes.values(), now, self._ahead), label.retry_at]
        if label.running is not None:
            instants += [label.running.until_at, self._rearm_at(label.running)]
        if label.under_way is not None:
            instants += [label.under_way.sent_at + timedelta(seconds=after_s) for after_s in self._deadlines_s()]
        return min((at for at in instants if at is not None and at > now), default=None)

    def _rearm_at(self, running: Running) -> datetime:
        """When to send the next flash so that the light does not pause, as far as the gateway allows.

        So early, where there is time, that the label may miss the wake-up after.
        """
        if not self.capability.can_replace:
            return running.until_at
        wakes = 2 if self._lasts_s > self._policy.flash_s else 1
        lead = timedelta(seconds=wakes * self.latency.capability.latency_p95_s + REARM_MARGIN_S)
        half = (running.until_at - running.started_at) / 2
        return max(running.until_at - lead, running.started_at + half)

    def _send(self, label: LabelRecord, step: WishKey | tuple[()], now: datetime) -> Command:
        self._tokens += 1
        token = f"{self._name}.{self._tokens}"
        shown = self._shown(label, step, now) if step else None
        flash = self._flash(label.wishes[step], shown, now) if step and shown is not None else None
        label.taken_back = label.under_way
        label.under_way = Command(token, label.external_id, flash, now, shown)
        if shown is not None:
            served = [key for key, wish in label.wishes.items() if wish.light_at <= now and shown.serves(wish.look)]
            label.shown_at |= dict.fromkeys(served, now)
        return label.under_way

    def _flash(self, wish: LightWish, shown: Shown, now: datetime) -> Flash:
        duration_s = self._lasts_s
        if wish.ends_at is not None:
            duration_s = min(duration_s, math.ceil((wish.ends_at - now).total_seconds()))
        duration_s = max(self.capability.duration_min_s, min(duration_s, self.capability.duration_max_s))
        colour, *also = shown.colours
        return Flash(colour=colour, pattern=shown.pattern, duration_s=duration_s, also=tuple(also))

    @property
    def _lasts_s(self) -> int:
        """Where a light can be stopped and is slow: long enough to be armed again although a wake-up is missed.

        Armed again at half time, it is taken at the next wake-up but one at the latest, before the light has run out.
        """
        if not (self.capability.can_stop and self.capability.can_replace):
            return self._policy.flash_s
        three_wakes_s = math.ceil(3 * self.latency.capability.latency_p95_s + SLOW_MARGIN_S)
        return max(self._policy.flash_s, min(three_wakes_s, self._policy.flash_max_s))

    # Keeping

    def _settle(self, now: datetime) -> None:
        """Let time do its work: wishes end, flashes run out, commands grow old."""
        is_down = self._down_since is not None and (
            (now - self._down_since).total_seconds() >= self.capability.silent_after_s
        )
        for label in [*self._active.values()]:
            if self._is_quiet(label, now):
                continue
            for key in [key for key, wish in label.wishes.items() if wish.ends_at is not None and wish.ends_at <= now]:
                del label.wishes[key]
                label.shown_at.pop(key, None)
            if label.running is not None and label.running.until_at <= now:
                label.running = None
            if label.under_way is not None:
                self._settle_command(label, label.under_way, now)
            is_waiting = label.running is None and label.under_way is None
            if is_down and is_waiting and self._turn(label, now) is not None:
                self._fall_silent(label, "its gateway cannot be reached", now)
            self._note(label, now)

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

    def _deadlines_s(self) -> tuple[float, ...]:
        if not self.capability.confirms_delivery:
            return (self.capability.latency_p95_s,)
        return (self.capability.silent_after_s, self.capability.lost_after_s)

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
            label.running = Running(command.shown, now, until_at)
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
        if label is None or label.under_way != command:
            return None
        label.under_way, label.taken_back = label.taken_back, None
        self._note(label, now)
        return label

    def _label(self, external_id: str) -> LabelRecord:
        return self._labels.setdefault(external_id, LabelRecord(external_id))

    def _note(self, label: LabelRecord, now: datetime) -> None:
        """Tell the shelf view if something changed, and remember whether time can still change this label."""
        label.quiet_until = None
        seen = self._seen(label, now)
        if seen != label.told:
            label.told = seen
            phase, look, shared = seen
            self._changes.append(LightChange(label.external_id, phase, look, now, shared))
        if label.is_idle:
            self._active.pop(label.external_id, None)
            label.failures, label.retry_at, label.is_given_up = 0, None, False
        else:
            self._active[label.external_id] = label

    def _seen(self, label: LabelRecord, now: datetime) -> tuple[LightPhase, Look | None, Shown | None]:
        """The phase, the look of whoever comes first, and for whom it is where that is several."""
        key, running = self._turn(label, now), label.running
        wanted = self._shown(label, key, now) if key is not None else None
        under_way = label.under_way.shown if label.under_way is not None else None
        shines = running.shown if running is not None else None
        seen = next((each for each in (shines, under_way, wanted) if each is not None), None)
        look = seen.looks[0] if seen is not None else None
        shared = joined(shines, under_way, wanted)
        if shared is None and running is not None and wanted is not None and self._is_left_over(label, running, now):
            shared = replace(wanted, sharing=Sharing.STILL)
        if running is not None:
            return LightPhase.LIT, look, shared
        if label.is_silent:
            return LightPhase.SILENT, look, shared
        if under_way is not None:
            return LightPhase.SENT, look, shared
        return (LightPhase.WANTED, look, shared) if wanted is not None else (LightPhase.DARK, None, None)
