"""The supervisor's inbox: what phones said and the backend did not accept. It is asked for when it is opened."""

from __future__ import annotations

import flet as ft

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable, RefusedByBackend
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState


class RefusalsState(ft.Observable):
    """`refusals` None: not known yet. `problem` names a caption."""

    def __init__(self, api: BackendApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.refusals: list[RefusedByBackend] | None = None
        self.problem = ""

    async def load(self) -> None:
        """What was known stays where the backend cannot be asked."""
        try:
            self.refusals = await self._api.refused_commands(self._shift.session_token)
            self.problem = ""
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
