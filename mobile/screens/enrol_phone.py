"""A supervisor lets another phone in: a code that counts once, as a picture and as letters."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.buttons import primary_button
from mobile.components.due_time import clock_caption
from mobile.components.frame import frame, header
from mobile.components.mark import mark
from mobile.components.notice import notice
from mobile.screens.top import back_button, banner, words
from mobile.state.app_state import AppState
from mobile.state.link_state import LinkState
from mobile.state.shift_state import ShiftState

QR_DP = 300


@ft.component
def EnrolPhoneScreen(app: AppState, shift: ShiftState, link: LinkState) -> ft.Control:
    say = words(app)

    async def renew() -> None:
        await shift.new_enrolment_code()

    ft.use_effect(renew, [])
    body: list[ft.Control] = [ft.Text(say("enrol_phone.hint"), size=18)]
    code = shift.enrolment_code
    if shift.problem:
        body.append(notice("enrol-phone-problem", say(shift.problem)))
    elif code is None:
        body.append(ft.Row([ft.ProgressRing(width=64, height=64)], alignment=ft.MainAxisAlignment.CENTER))
    else:
        picture = ft.Image(src=code.qr_svg.encode(), width=QR_DP, height=QR_DP, semantics_label=code.url)
        body += [
            ft.Container(picture, alignment=ft.Alignment.CENTER, padding=8),
            mark("enrol-phone-code", ft.Text(code.code, style=theme.bold(44), text_align=ft.TextAlign.CENTER)),
            ft.Text(
                say("enrol_phone.expires", time=clock_caption(code.expires_at)),
                size=18,
                text_align=ft.TextAlign.CENTER,
            ),
        ]
    footer = [
        primary_button(
            "enrol-phone-new", say("enrol_phone.new"), renew, icon=ft.Icons.REPLAY, is_enabled=not shift.is_busy
        )
    ]
    head = header(say("enrol_phone.title"), left=back_button(app))
    return frame("screen-enrol-phone", banner=banner(app), header=head, body=body, footer=footer)
