"""Which side the small buttons of a row stand on: that of the thumb."""

from __future__ import annotations

import flet as ft

# Screens do not hand it down: the app provides it once, a row with two sides asks for it.
IS_LEFT_HAND = ft.create_context(False)


@ft.component
def Sides(
    outer: list[ft.Control], middle: ft.Control, inner: list[ft.Control], spacing_dp: int, *, start_dp: int, end_dp: int
) -> ft.Control:
    """`outer`, `middle`, `inner` from left to right in a right hand, the other way round in a left one."""
    is_left = ft.use_context(IS_LEFT_HAND)
    parts = [*outer, middle, *inner]
    left_dp, right_dp = (end_dp, start_dp) if is_left else (start_dp, end_dp)
    return ft.Container(
        padding=ft.Padding.only(left=left_dp, right=right_dp, top=6, bottom=6),
        content=ft.Row(
            list(reversed(parts)) if is_left else parts,
            spacing=spacing_dp,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
    )
