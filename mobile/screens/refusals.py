"""What was not accepted, of every phone in the store: who, when, what was scanned and where, and why not."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.waiting import waiting
from mobile.screens.top import back_button, banner, words
from mobile.services.backend_api import RefusedByBackend
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.refusals_state import RefusalsState


@ft.component
def RefusalsScreen(app: AppState, state: RefusalsState, link: LinkState) -> ft.Control:
    say = words(app)
    ft.use_effect(state.load, [link.is_online])
    body: list[ft.Control] = []
    if state.problem:
        body.append(notice("refusals-problem", say(state.problem)))
    if state.refusals is None and not state.problem:
        body.append(waiting("refusals-waiting", say("refusals.title")))
    elif state.refusals == []:
        body.append(empty("refusals-none", ft.Icons.CHECK_CIRCLE, say("problems.none")))
    elif state.refusals:
        body.append(ft.Text(say("refusals.hint"), size=18, color=theme.QUIET))
        body += [_refusal(say, app.language, one) for one in state.refusals]
    head = header(say("refusals.title"), left=back_button(app))
    return frame("screen-refusals", banner=banner(app), header=head, body=body, spacing_dp=12)


def _refusal(say: Say, language: str, one: RefusedByBackend) -> ft.Control:
    key = f"command.{one.command_name}"
    what = say(key) if is_caption(key) else one.command_name
    product = one.product_names.in_language(language) if one.product_names else ""
    evidence = [one.address, product, one.scan, "" if one.quantity is None else f"× {one.quantity}"]
    lines: list[ft.Control] = [
        ft.Text(f"{clock_caption(one.made_at or one.at)}  {one.picker_name}: {what}", style=theme.bold(20)),
        ft.Text(" · ".join(part for part in evidence if part), size=18),
        ft.Text(one.detail or one.problem_code, size=theme.TEXT_SP, color=theme.QUIET),
    ]
    return mark(
        f"refusal-{one.command_id}",
        ft.Container(
            border=ft.Border.all(2, theme.WRONG),
            border_radius=theme.CORNER_DP,
            padding=14,
            content=ft.Column(lines, spacing=6, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
    )
