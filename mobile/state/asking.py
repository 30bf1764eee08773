"""What a screen asks the backend and waits for, and what it says where the backend did not do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.state.shift_state import ShiftState

REFUSED = "problem.refused"
UNREACHABLE = "problem.unreachable"


def caption_of(error: BackendRefused | BackendUnreachable, captions: Mapping[str, str] | None = None) -> str:
    """The caption's name. `captions`: problem code -> caption, where a refusal has words of its own."""
    if isinstance(error, BackendUnreachable):
        return UNREACHABLE
    return (captions or {}).get(error.problem_code, REFUSED)


class AskingState(ft.Observable):
    """Asks one thing at a time. `problem` names a caption; `detail` and `lines` are the backend's own words for it."""

    captions: ClassVar[Mapping[str, str]] = {}
    """Problem code -> caption, where a refusal has words of its own."""

    def __init__(self, shift: ShiftState) -> None:
        self._shift = shift
        self.is_busy = False
        self.problem = self.detail = ""
        self.lines: tuple[str, ...] = ()

    async def _try(self, ask: Callable[[str, str], Awaitable[None]]) -> None:
        """`ask` is given the session and the store. Nothing is asked while an answer is waited for."""
        if self.is_busy:
            return
        self.is_busy = True
        self._put_answer_away()
        try:
            await ask(self._shift.session_token, self._shift.store_id)
        except BackendRefused as error:
            self.problem, self.detail, self.lines = caption_of(error, self.captions), error.detail, error.problems
        except BackendUnreachable as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False

    def _put_answer_away(self) -> None:
        """What was said to the last question is no news any more."""
        self.problem = self.detail = ""
        self.lines = ()
