"""Ten digits for a gloved thumb, however quick."""

from __future__ import annotations

from typing import Protocol

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.buttons import strut
from mobile.components.mark import mark

_ROWS = ("123", "456", "789", " 0<")
_DELETE = "<"


class Typed(Protocol):
    """What the keys change."""

    def press(self, digit: str) -> None: ...
    def delete(self) -> object: ...


def keypad(say: Say, digits: Typed) -> ft.Control:
    """Each key changes `digits`; the screen draws them."""

    def key(sign: str) -> ft.Control:
        if sign == " ":
            return ft.Container(expand=True)

        is_delete = sign == _DELETE

        def tapped() -> None:
            if is_delete:
                digits.delete()
            else:
                digits.press(sign)

        face: ft.Control = (
            ft.Icon(ft.Icons.BACKSPACE, size=30, color=theme.INK, semantics_label=say("delete_digit"))
            if is_delete
            else ft.Text(sign, style=theme.bold(32))
        )
        button = ft.Button(
            content=ft.Row([strut(theme.KEY_HEIGHT_DP), face], alignment=ft.MainAxisAlignment.CENTER, spacing=0),
            on_click=tapped,
            style=ft.ButtonStyle(
                bgcolor=theme.MIST,
                color=theme.INK,
                elevation=0,
                padding=0,
                shape=ft.RoundedRectangleBorder(radius=theme.CORNER_DP),
            ),
        )
        return mark("key-delete" if is_delete else f"key-{sign}", button, expand=True)

    rows: list[ft.Control] = [ft.Row([key(sign) for sign in row], spacing=10) for row in _ROWS]
    return ft.Column(rows, spacing=10, tight=True)
