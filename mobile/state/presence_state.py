"""Whether somebody is there: touches put the idle lock off, and the picker is warned before it falls."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import flet as ft

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable
from mobile.services.edges import Edges
from mobile.services.signals import VIBRATIONS, Signal
from mobile.state.link_state import LinkState
from mobile.state.shift_state import ShiftState

TELL_EVERY_S = 30.0  # touches within this are one: the backend writes them down no more often either
TELL_ON_A_WALK_EVERY_S = 240.0  # every pick says it as well, and no trolley waits for this picker meanwhile
WARN_BEFORE_S = 120.0
LOOK_EVERY_S = 60.0  # while nothing is due

Begin = Callable[[Coroutine[Any, Any, None]], None]


class PresenceState(ft.Observable):
    """Only a person's touch counts: that the app runs and is connected says nothing."""

    def __init__(
        self,
        edges: Edges,
        api: BackendApi,
        shift: ShiftState,
        link: LinkState,
        begin: Begin,
        is_walking: Callable[[], bool],
    ) -> None:
        self._is_walking = is_walking
        self._edges = edges
        self._api = api
        self._shift = shift
        self._link = link
        self._begin = begin
        self._told_at_s: float | None = None  # when the backend last heard that somebody is here
        self._is_telling = False
        self.is_warning = False

    @property
    def is_new(self) -> bool:
        """The app has just been opened: nobody was counted since."""
        return self._told_at_s is None

    def touched(self) -> None:
        """A finger or a scan. The backend hears of it, at most twice a minute, and more rarely from who walks."""
        if not self._shift.is_signed_in or not self._link.is_online or self._is_telling:
            return
        if self._told_at_s is None or self._now_s - self._told_at_s >= self._tell_every_s or self.is_warning:
            self._is_telling = True
            self._begin(self._tell())

    def counted(self) -> None:
        """The backend knows without being told: somebody signed in, or a command of theirs went out to it."""
        self._told_at_s, self.is_warning = self._now_s, False

    def forget(self) -> None:
        """Nobody is signed in any more."""
        self._told_at_s, self.is_warning = None, False

    async def watch(self) -> None:
        """Warn, once, in good time; runs as long as the app."""
        while True:
            due_s = self._warn_in_s()
            if due_s is not None and due_s <= 0:
                self.is_warning = True
                self._edges.signals.give(Signal.DECIDE, VIBRATIONS[Signal.DECIDE])
                due_s = None
            await self._edges.sleep(LOOK_EVERY_S if due_s is None else max(1.0, min(due_s, LOOK_EVERY_S)))

    def _warn_in_s(self) -> float | None:
        """None where nothing can lock, or no touch would be heard, or the warning is up already."""
        profile = self._shift.profile
        is_due = self._shift.is_signed_in and self._link.is_online and not self.is_warning
        if not is_due or profile is None or self._told_at_s is None:
            return None
        warn_before_s = min(WARN_BEFORE_S, profile.idle_lock_s / 2)
        return self._told_at_s + profile.idle_lock_s - warn_before_s - self._now_s

    async def _tell(self) -> None:
        try:
            await self._api.still_here(self._shift.session_token)
        except (BackendRefused, BackendUnreachable):
            return  # the next touch tries again; a session that has ended is told over the websocket
        finally:
            self._is_telling = False
        self.counted()

    @property
    def _tell_every_s(self) -> float:
        profile = self._shift.profile
        if profile is None or not self._is_walking():
            return TELL_EVERY_S
        return max(TELL_EVERY_S, min(TELL_ON_A_WALK_EVERY_S, profile.idle_lock_s / 4))

    @property
    def _now_s(self) -> float:
        return self._edges.clock.monotonic_s()
