"""Before the walk: which totes hang where on the trolley."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import primary_button
from mobile.components.due_time import clock_caption
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.components.tote_badge import tote_badge
from mobile.screens.camera import camera_button
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.work_state import WorkState
from shared.picking import Tote


@ft.component
def StartScreen(app: AppState, work: WorkState, link: LinkState) -> ft.Control:
    say = words(app)
    chosen = work.chosen

    async def start() -> None:
        await work.start()

    body: list[ft.Control] = [ft.Text(say("start.hint"), size=18, color=theme.QUIET)]
    body += [_row(say, tote, _code(work, tote)) for tote in (chosen.totes if chosen else [])]
    if work.is_not_stored:
        body.append(notice("start-problem", say("outcome.not_stored_hint")))
    footer = [primary_button("start-do", say("start.do"), start, icon=ft.Icons.DIRECTIONS_WALK)]
    head = header(say("start.title"), left=back_button(app), right=camera_button(app))
    return frame("screen-start", banner=banner(app), header=head, body=body, footer=footer, spacing_dp=12)


def _code(work: WorkState, tote: Tote) -> str:
    """Of the container that hangs there, empty where none was scanned."""
    return work.prepared.get(tote.id) or (tote.codes[-1] if tote.codes else "")


def _row(say: Say, tote: Tote, code: str) -> ft.Control:
    return mark(
        f"start-tote-{tote.letter}",
        ft.Container(
            border=ft.Border.all(2, theme.LINE),
            border_radius=theme.CORNER_DP,
            padding=10,
            content=ft.Row(
                [
                    tote_badge(tote.letter, 76),
                    ft.Column(
                        [
                            ft.Text(tote.display_code, style=theme.bold(26), max_lines=1),
                            ft.Text(
                                code or tote.channel_name,
                                style=theme.bold(18, theme.RIGHT) if code else ft.TextStyle(size=18, color=theme.QUIET),
                                max_lines=1,
                            ),
                        ],
                        spacing=0,
                        tight=True,
                        expand=True,
                    ),
                    ft.Column(
                        [
                            ft.Text(say("due.by"), size=theme.TEXT_SP, color=theme.QUIET),
                            ft.Text(clock_caption(tote.due_at), style=theme.bold(22)),
                        ],
                        spacing=0,
                        tight=True,
                        horizontal_alignment=ft.CrossAxisAlignment.END,
                    ),
                ],
                spacing=14,
            ),
        ),
    )
