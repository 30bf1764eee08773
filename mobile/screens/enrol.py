"""A new phone becomes one of the store's, by a code that counts once."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import primary_button
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.camera import camera_button
from mobile.screens.top import words
from mobile.state.app_state import AppState
from mobile.state.shift_state import ShiftState, code_in


@ft.component
def EnrolScreen(app: AppState, shift: ShiftState) -> ft.Control:
    say = words(app)
    nothing_typed: str | None = None
    typed, set_code = ft.use_state(nothing_typed)
    code = shift.offered_code if typed is None else typed

    async def enrol() -> None:
        await shift.enrol(code)

    field = ft.TextField(
        label=say("enrol.code"),
        value=code,
        on_change=lambda event: set_code(event.control.value),
        on_submit=enrol,
        autocorrect=False,
        enable_suggestions=False,
        capitalization=ft.TextCapitalization.CHARACTERS,
        text_size=30,
        text_align=ft.TextAlign.CENTER,
        border_width=2,
        border_color=theme.INK,
        border_radius=theme.CORNER_DP,
    )
    body: list[ft.Control] = [
        ft.Container(
            alignment=ft.Alignment.CENTER,
            padding=ft.Padding.only(top=36, bottom=12),
            content=ft.Icon(ft.Icons.QR_CODE_SCANNER, size=132, color=theme.INK),
        ),
        ft.Text(say("enrol.hint"), size=20, text_align=ft.TextAlign.CENTER),
        mark("enrol-code", field),
    ]
    if shift.problem:
        body.append(notice("enrol-problem", say(shift.problem)))
    is_ready = bool(code_in(code)) and not shift.is_busy
    footer = [primary_button("enrol-do", say("enrol.do"), enrol, icon=ft.Icons.CHECK, is_enabled=is_ready)]
    return frame(
        "screen-enrol",
        banner=None,
        header=header(say("enrol.title"), right=camera_button(app)),
        body=body,
        footer=footer,
    )
