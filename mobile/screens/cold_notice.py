"""The cold clock over a stop and at the desk: drawn again by itself, so that the screen around it need not be."""

from __future__ import annotations

import flet as ft

from mobile.components.cold_clock import cold_clock
from mobile.components.ticking import use_tick
from mobile.screens.top import words
from mobile.state.app_state import AppState
from mobile.state.cold_state import ColdState
from mobile.state.pick_state import PickState


@ft.component
def ColdNotice(app: AppState, cold: ColdState, pick_state: PickState) -> ft.Control:
    use_tick()
    clock = cold.clock
    return ft.Container(visible=False) if clock is None else cold_clock(words(app), clock, cold.now)
