"""How every screen is laid out: banner, title, content that may scroll, actions where the thumb is."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.hand import Sides
from mobile.components.mark import mark

BESIDE_TITLE_MAX = 3  # more buttons than that stand below the title, which would be cut off


def frame(
    identifier: str,
    *,
    banner: ft.Control | None,
    header: ft.Control | None,
    body: list[ft.Control],
    footer: list[ft.Control] | None = None,
    is_scrolling: bool = True,
    spacing_dp: int = theme.WIDE_GAP_DP,
) -> ft.Control:
    """The body takes what is left; the footer never moves."""
    parts: list[ft.Control] = [part for part in (banner, header) if part is not None]
    parts.append(
        ft.Container(
            expand=True,
            padding=ft.Padding.only(left=theme.EDGE_DP, right=theme.EDGE_DP, top=4, bottom=4),
            content=ft.Column(
                body,
                spacing=spacing_dp,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                scroll=ft.ScrollMode.AUTO if is_scrolling else None,
                expand=True,
            ),
        )
    )
    if footer:
        actions = ft.Column(
            footer, spacing=theme.WIDE_GAP_DP, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, tight=True
        )
        within = ft.Padding.only(left=theme.EDGE_DP, right=theme.EDGE_DP, top=10, bottom=18)
        parts.append(mark(f"{identifier}-actions", ft.Container(padding=within, content=actions)))
    column = ft.Column(parts, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.SafeArea(
        expand=True,
        content=mark(identifier, ft.Container(bgcolor=theme.PAPER, content=column, expand=True), expand=True),
    )


def header(title: str, *, left: ft.Control | None = None, right: list[ft.Control] | None = None) -> ft.Control:
    """A title between ways out."""
    middle = ft.Container(
        expand=True,
        padding=ft.Padding.symmetric(horizontal=8),
        content=ft.Text(title, style=theme.bold(theme.TITLE_SP), max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
    )
    before, after = [left] if left is not None else [], right or []
    if len(before) + len(after) <= BESIDE_TITLE_MAX:
        return Sides(before, middle, after, 4, start_dp=8, end_dp=8)
    return ft.Column(
        [
            Sides(before, middle, [], 4, start_dp=8, end_dp=8),
            Sides([], ft.Container(expand=True), after, 4, start_dp=8, end_dp=8),
        ],
        spacing=0,
        tight=True,
    )
