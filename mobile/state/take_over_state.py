"""A trolley stands there and its phone is dead: whose it is, when it may be taken, and the step that takes it."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable, TrolleyFound
from mobile.services.signals import Signal
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

CAPTIONS = {
    "trolley_not_found": "take_over.unknown",
    "pick_list_taken": "take_over.heard",
    "another_pick_list_open": "take_over.another",
    "not_for_this_picker": "take_over.forbidden",
}


class TakeOverState(ft.Observable):
    """`code` is the tote that was scanned; then either `found` or a `problem`, which names a caption."""

    def __init__(
        self, api: BackendApi, shift: ShiftState, signal: Callable[[Signal], None], monotonic_s: Callable[[], float]
    ) -> None:
        self._api = api
        self._shift = shift
        self._signal = signal
        self._monotonic_s = monotonic_s
        self._free_at_s = 0.0
        self.code = ""
        self.found: TrolleyFound | None = None
        self.problem = ""
        self.is_busy = False

    @property
    def wait_s(self) -> int:
        """Seconds until the one who walks with it has not been heard for long enough."""
        return max(0, round(self._free_at_s - self._monotonic_s() + 0.5))

    @property
    def may_take(self) -> bool:
        return self.found is not None and not self.found.is_own and not self.wait_s and not self.is_busy

    async def find(self, code: str) -> None:
        """Whose trolley the tote hangs on."""
        self.code, self.found, self.problem, self.is_busy = code, None, "", True
        try:
            found = await self._api.find_trolley(self._shift.session_token, code)
        except (BackendRefused, BackendUnreachable) as error:
            self._fail(error)
        else:
            self._free_at_s = self._monotonic_s() + found.free_in_s
            self.found = found
            self._signal(Signal.DECIDE)
        finally:
            self.is_busy = False

    async def take(self) -> bool:
        """Go on with it from where it stands; the walk itself comes over the link. False where it may not be."""
        if not self.may_take:
            self._signal(Signal.WRONG)
            return False
        self.problem, self.is_busy = "", True
        try:
            await self._api.take_over(self._shift.session_token, self.code)
        except (BackendRefused, BackendUnreachable) as error:
            self._fail(error)
            return False
        finally:
            self.is_busy = False
        self.found = None
        self._signal(Signal.OK)
        return True

    def _fail(self, error: BackendRefused | BackendUnreachable) -> None:
        self.problem = caption_of(error, CAPTIONS)
        self._signal(Signal.WRONG)
