"""Nobody has touched the phone for long: said aloud and over everything, before it locks."""

from __future__ import annotations

import flet as ft

from mobile.components.buttons import primary_button
from mobile.components.verdict import DECIDE, Verdict
from mobile.screens.top import words
from mobile.state.app_state import AppState
from mobile.state.presence_state import PresenceState


@ft.component
def StillHere(app: AppState, presence: PresenceState) -> ft.Control:
    say = words(app)
    stay = primary_button("still-here-stay", say("idle.stay"), presence.touched, icon=ft.Icons.TOUCH_APP)
    return Verdict(
        identifier="verdict-still-here",
        number=0,
        look=DECIDE,
        title=say("idle.title"),
        lines=[say("idle.hint")],
        details=[],
        actions=[stay],
        closes_itself=False,
        on_close=lambda _: presence.touched(),
    )
