"""Where to go, readable from an arm's length: aisle, bay, shelf, and the light that blinks there."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.letters import Figure
from mobile.components.mark import mark
from shared.places import Location

# The address in figures as large as its length allows on 360 dp: (characters up to, size).
CAPTION_GROWS_TO = 1.2  # three of them stand side by side
_SIZES_SP = ((4, 92), (5, 84), (6, 72), (7, 62), (9, 50))


def location_card(
    say: Say,
    location: Location,
    *,
    light: ft.Control,
    is_compact: bool,
) -> ft.Control:
    """The address in numbers as large as the width allows; below it the `light`. `is_compact`: a short phone."""
    parts = (location.aisle, str(location.bay), str(location.shelf))
    size_sp = _size_sp(sum(len(part) for part in parts), is_compact)
    address = ft.Row(
        [
            _part(caption, value, size_sp)
            for caption, value in zip((say("aisle"), say("bay"), say("shelf")), parts, strict=True)
        ],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        vertical_alignment=ft.CrossAxisAlignment.END,
    )
    return ft.Container(
        bgcolor=theme.BOARD,
        border_radius=theme.CORNER_DP,
        padding=ft.Padding.only(left=18, right=18, top=12, bottom=16),
        content=ft.Column(
            [
                mark("stop-location", address, label=location.address),
                light,
            ],
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _size_sp(characters: int, is_compact: bool) -> int:
    fitting = next((size_sp for most, size_sp in _SIZES_SP if characters <= most), theme.LOCATION_MIN_SP)
    return min(fitting, theme.LOCATION_COMPACT_SP) if is_compact else fitting


def _part(caption: str, value: str, size_sp: int) -> ft.Control:
    return ft.Column(
        [
            Figure(caption, theme.TEXT_SP, colour=theme.BOARD_INK, is_bold=False, grows_to=CAPTION_GROWS_TO),
            Figure(value, size_sp, colour=theme.BOARD_INK),
        ],
        spacing=-size_sp // 7,
        tight=True,
    )
