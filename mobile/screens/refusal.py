"""The backend did not accept something: said once, over everything, and kept among the problems until dealt with."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import primary_button
from mobile.components.verdict import REFUSED, Verdict
from mobile.screens.top import why_refused, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.screens import Screen


@ft.component
def Refusal(app: AppState, link: LinkState) -> ft.Control:
    say = words(app)
    refused = link.newest_problem
    if refused is None:
        return ft.Container(visible=False)
    command = refused.command
    about = next(
        (pick for one in app.work.pick_lists for pick in one.picks if pick.id == command.body.get("pick_id")), None
    )
    lines = [say(f"command.{command.name}")]
    if about is not None:
        lines.append(f"{about.product.names.in_language(app.language)} · {about.location.address}")
    lines.append(why_refused(app, refused.problem.code, refused.problem.detail))
    show = primary_button("refusal-show", say("problems.show"), lambda: app.open(Screen.PROBLEMS), icon=ft.Icons.SEARCH)
    close = primary_button(
        "refusal-close", say("close"), link.put_problem_away, icon=ft.Icons.ARROW_BACK, colour=theme.PAPER
    )
    return Verdict(
        identifier="verdict-refused",
        number=len(link.problems),
        look=REFUSED,
        title=say("problems.title"),
        lines=lines,
        details=[],
        actions=[show, close],
        closes_itself=False,
        on_close=lambda _: link.put_problem_away(),
    )
