"""A tote of somebody else's trolley was scanned: whose it is, and how to go on with it where that phone is dead."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.ticking import use_tick
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.backend_api import TrolleyFound
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.take_over_state import TakeOverState

COUNT_DOWN_S = 1.0


@ft.component
def TakeOverScreen(app: AppState, state: TakeOverState, link: LinkState) -> ft.Control:
    say = words(app)
    use_tick(COUNT_DOWN_S)
    body: list[ft.Control] = []
    if state.problem:
        body.append(notice("take-over-problem", say(state.problem)))
    if state.found is not None:
        body += _about(say, state, state.found)
    elif state.is_busy:
        body.append(waiting("take-over-waiting", state.code))
    footer: list[ft.Control] = []
    if state.found is not None and not state.found.is_own:
        hint = say("take_over.wait", count=state.wait_s) if state.wait_s else say("take_over.again")
        take = primary_button(
            "take-over-do",
            say("take_over.do"),
            app.take_over_trolley,
            icon=ft.Icons.SWAP_HORIZ,
            hint=hint,
            is_enabled=state.may_take,
        )
        footer.append(take)
    head = header(say("take_over.title"), left=back_button(app))
    return frame("screen-take-over", banner=banner(app), header=head, body=body, footer=footer)


def _about(say: Say, state: TakeOverState, found: TrolleyFound) -> list[ft.Control]:
    whose = say("take_over.own") if found.is_own else say("take_over.whose", name=found.picker_name)
    parts: list[ft.Control] = [
        mark("take-over-code", ft.Text(state.code, style=theme.bold(theme.LOCATION_MIN_SP), max_lines=1)),
        mark("take-over-whose", ft.Text(whose, style=theme.bold(22))),
        ft.Text(say("take_over.progress", done=found.picks_done, total=found.picks_total), size=20),
    ]
    if not found.is_own:
        key = "take_over.heard" if state.wait_s else "take_over.stays"
        parts.append(ft.Text(say(key), size=18, color=theme.QUIET))
    return parts
