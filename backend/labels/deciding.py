"""Decides what one label needs next: which light, a stop or nothing, and when to look again. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, time, timedelta

from backend.labels.latency import MeasuredLatency
from backend.labels.lights import Command, DispatchPolicy, LabelRecord, Running
from backend.labels.port import Capability
from backend.labels.sharing import Shown, joined, share
from backend.labels.wishes import FOUND_S, LightWish, WishKey, choose, due_first, has_had_it, next_instant
from shared.labels import Flash, LightPhase, Look, Sharing

REARM_MARGIN_S = 1.0
SLOW_MARGIN_S = 10.0


class Deciding:
    """What holds for every label of one gateway. It reads records and changes none."""

    def __init__(self, capability: Capability, latency: MeasuredLatency, policy: DispatchPolicy) -> None:
        self.capability = capability
        self.latency = latency
        self._policy = policy
        self._ahead_of_s, self._half = 0.0, timedelta()

    def next_step(self, label: LabelRecord, now: datetime) -> WishKey | tuple[()] | None:
        """The wish to show next, `()` to stop, or None to leave the label alone."""
        if label.under_way is not None:
            return () if self._can_be_taken_back(label, label.under_way, now) else None
        if label.is_given_up or (label.retry_at is not None and now < label.retry_at):
            return None
        key, running, can = self.turn(label, now), label.running, self.capability
        if key is None:
            return () if running is not None and can.can_stop and self._is_stop_worth_it(label, running, now) else None
        if self.is_used_up(label, now):
            return None
        if running is None:
            return key
        wanted = share(label.wishes, key, now, now, self.capability)
        is_served = running.shown is not None and (
            running.shown.does_all_of(wanted) or running.shown.does_all_of(self.shown(label, key, now))
        )
        if is_served or (self._is_anothers_still(label, running, now) and self._must_wait(label, key, wanted, now)):
            return key if now >= self._rearm_at(running) else None
        if can.can_replace:
            return key
        return () if can.can_stop else None

    def is_kept_dark(self, label: LabelRecord, now: datetime) -> bool:
        """Whether it would be lit, or lit anew, had its battery something left for today."""
        if label.under_way is not None or label.is_given_up or (label.retry_at is not None and now < label.retry_at):
            return False
        return self.is_used_up(label, now) and self.turn(label, now) is not None

    def _can_be_taken_back(self, label: LabelRecord, flash: Command, now: datetime) -> bool:
        """Whether this flash is on its way for nobody, to a label that could not be stopped once it has it."""
        can = self.capability
        if not can.can_take_back or can.can_stop or flash.flash is None or flash.token == label.stays:
            return False
        return label.taken_back is None and label.running is None and not label.wishes

    def _is_anothers_still(self, label: LabelRecord, running: Running, now: datetime) -> bool:
        """Whether what blinks serves somebody who wants it."""
        shown = running.shown
        return shown is not None and any(shown.serves(wish.look) for wish in due_first(label.wishes.values(), now))

    def _is_left_over(self, label: LabelRecord, running: Running, now: datetime) -> bool:
        """Whether it blinks as nobody wants it any more, and will for longer than it takes to be told so."""
        is_slow = self.latency.capability.latency_p95_s > FOUND_S
        return is_slow and running.shown is not None and not self._is_anothers_still(label, running, now)

    def _must_wait(self, label: LabelRecord, key: WishKey, wanted: Shown, now: datetime) -> bool:
        """Whether a light that serves somebody goes on as it is: it cannot be replaced, or it is shown one by one."""
        has_had_it_before = has_had_it(label.wishes[key], label.shown_at.get(key), now + self._ahead)
        return not self.capability.can_replace or (wanted.sharing is Sharing.ONE_BY_ONE and has_had_it_before)

    def shown(self, label: LabelRecord, key: WishKey, now: datetime) -> Shown:
        soon_at = now + timedelta(seconds=self.latency.capability.latency_p95_s)
        return share(label.wishes, key, now, soon_at, self.capability)

    def turn(self, label: LabelRecord, now: datetime) -> WishKey | None:
        if len(label.wishes) > 1:
            return choose(label.wishes, label.shown_at, now, now + self._ahead)
        for key, wish in label.wishes.items():  # one at most, as nearly always
            return key if wish.light_at <= now else None
        return None

    @property
    def _ahead(self) -> timedelta:
        """What is sent now is there no sooner than this, three times in four where labels wake at fixed intervals."""
        p50_s = self.latency.capability.latency_p50_s
        if p50_s != self._ahead_of_s:
            self._ahead_of_s, self._half = p50_s, timedelta(seconds=p50_s / 2)
        return self._half

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

    def is_used_up(self, label: LabelRecord, now: datetime) -> bool:
        return label.lit_s_on(now.date()) >= self._policy.on_time_max_s_per_day

    def next_instant(self, label: LabelRecord, now: datetime) -> datetime | None:
        """When time alone changes something about this label; strictly after `now`."""
        instants = [next_instant(label.wishes.values(), now, self._ahead), label.retry_at]
        if label.running is not None:
            instants += [label.running.until_at, self._rearm_at(label.running)]
        if label.under_way is not None:
            instants += [label.under_way.sent_at + timedelta(seconds=after_s) for after_s in self.deadlines_s()]
        if self.is_used_up(label, now):  # midnight gives it back
            instants.append(datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo))
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

    def flash(self, wish: LightWish, shown: Shown, now: datetime) -> Flash:
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

    def deadlines_s(self) -> tuple[float, ...]:
        if not self.capability.confirms_delivery:
            return (self.capability.latency_p95_s,)
        return (self.capability.silent_after_s, self.capability.lost_after_s)

    def seen(self, label: LabelRecord, now: datetime) -> tuple[LightPhase, Look | None, Shown | None]:
        """The phase, the look of whoever comes first, and for whom it is where that is several."""
        if label.is_idle:
            return LightPhase.SILENT if label.is_silent else LightPhase.DARK, None, None
        key, running = self.turn(label, now), label.running
        wanted = self.shown(label, key, now) if key is not None else None
        under_way = label.under_way.shown if label.under_way is not None else None
        shines = running.shown if running is not None else None
        seen = next((each for each in (shines, under_way, wanted) if each is not None), None)
        look = seen.look if seen is not None else None
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
