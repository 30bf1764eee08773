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
from mobile.screens.top import back_button, banner, why_refused, words
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
        body += [_refusal(app, say, one) for one in state.refusals]
    head = header(say("refusals.title"), left=back_button(app))
    return frame("screen-refusals", banner=banner(app), header=head, body=body, spacing_dp=12)


def _refusal(app: AppState, say: Say, one: RefusedByBackend) -> ft.Control:
    """What was said, the evidence, why not; last the backend's own words, for they name what the caption cannot."""
    key = f"command.{one.command_name}"
    what = say(key) if is_caption(key) else one.command_name
    product = one.product_names.in_language(app.language) if one.product_names else ""
    evidence = [one.address, product, one.scan, "" if one.quantity is None else f"× {one.quantity}"]
    found, why = " · ".join(part for part in evidence if part), why_refused(app, one.problem_code, one.detail)
    lines: list[ft.Control] = [
        ft.Text(f"{clock_caption(one.made_at or one.at)}  {one.picker_name}: {what}", style=theme.bold(20)),
        ft.Text(why, style=theme.bold(18, theme.WRONG)),
    ]
    if found:
        lines.append(ft.Text(found, size=18))
    if one.detail and one.detail not in why:
        lines.append(ft.Text(say("evidence", words=one.detail), size=theme.TEXT_SP, color=theme.QUIET))
    return mark(
        f"refusal-{one.command_id}",
        ft.Container(
            border=ft.Border.all(2, theme.WRONG),
            border_radius=theme.CORNER_DP,
            padding=14,
            content=ft.Column(lines, spacing=6, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
    )
