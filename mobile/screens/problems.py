"""What the backend did not accept, kept until somebody has dealt with it: nothing is dropped in silence."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import outline_button
from mobile.components.due_time import clock_caption
from mobile.components.empty import empty
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.screens.top import back_button, banner, why_refused, words
from mobile.services.kept_problems import RefusedCommand
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState


@ft.component
def ProblemsScreen(app: AppState, link: LinkState) -> ft.Control:
    say = words(app)
    body: list[ft.Control] = []
    if link.problems:
        body.append(ft.Text(say("problems.hint"), size=18, color=theme.QUIET))
    else:
        body.append(empty("problems-none", ft.Icons.CHECK_CIRCLE, say("problems.none")))
    body += [_problem(app, say, link, refused) for refused in link.problems]
    head = header(say("problems.title"), left=back_button(app))
    return frame("screen-problems", banner=banner(app), header=head, body=body, spacing_dp=12)


def _problem(app: AppState, say: Say, link: LinkState, refused: RefusedCommand) -> ft.Control:
    async def remove() -> None:
        await link.forget_problem(refused.command.id)

    command = refused.command
    about = next(
        (pick for one in app.work.pick_lists for pick in one.picks if pick.id == command.body.get("pick_id")), None
    )
    lines: list[ft.Control] = [
        ft.Text(f"{clock_caption(command.made_at)}  {say(f'command.{command.name}')}", style=theme.bold(20)),
    ]
    if about is not None:
        name = about.product.names.in_language(app.language)
        lines.append(ft.Text(f"{about.location.address} · {name}", size=18))
    why = why_refused(app, refused.problem.code, refused.problem.detail)
    lines.append(ft.Text(why, size=18))
    lines.append(outline_button("problem-remove", say("problems.remove"), remove, icon=ft.Icons.CHECK))
    return mark(
        f"problem-{command.id}",
        ft.Container(
            border=ft.Border.all(2, theme.WRONG),
            border_radius=theme.CORNER_DP,
            padding=14,
            content=ft.Column(lines, spacing=8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
    )
