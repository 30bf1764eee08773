"""Colours and sizes for a bright aisle, gloves and every kind of eye. A test computes what is promised here.

Okabe-Ito hues: blue means right, vermillion means wrong; they stay apart for every kind of colour blindness, and no
meaning rests on colour alone; at night they are lighter, on a dark ground. Sizes in density-independent pixels; the
reasons are in WCAG 2.2 and on hands in gloves.
"""

from __future__ import annotations

import flet as ft

from shared.labels import LightColour

# A colour's name is its role in the page's colour scheme, so that light and dark are a switch and no second drawing.
INK = ft.Colors.ON_SURFACE.value
PAPER = ft.Colors.SURFACE.value
MIST = ft.Colors.SURFACE_CONTAINER.value  # a surface one step back
LINE = ft.Colors.OUTLINE_VARIANT.value
QUIET = ft.Colors.ON_SURFACE_VARIANT.value  # secondary text
RIGHT = ft.Colors.PRIMARY.value
RIGHT_SOFT = ft.Colors.PRIMARY_CONTAINER.value
WRONG = ft.Colors.ERROR.value
WRONG_SOFT = ft.Colors.ERROR_CONTAINER.value
DECIDE = ft.Colors.TERTIARY.value
DECIDE_INK = ft.Colors.ON_TERTIARY.value
DECIDE_SOFT = ft.Colors.TERTIARY_CONTAINER.value
LATE = ft.Colors.SECONDARY.value
BOARD = ft.Colors.INVERSE_SURFACE.value  # the address: dark by day and by night, as a board above an aisle
BOARD_INK = ft.Colors.ON_INVERSE_SURFACE.value

DAY: dict[str, str] = {
    INK: "#101418",
    PAPER: "#FFFFFF",
    MIST: "#F1F4F6",
    LINE: "#C3CBD2",
    QUIET: "#4A5560",
    RIGHT: "#0072B2",
    RIGHT_SOFT: "#E1F0F9",
    WRONG: "#B84A00",
    WRONG_SOFT: "#FDF1E9",
    DECIDE: "#F0E442",
    DECIDE_INK: "#101418",
    DECIDE_SOFT: "#FCF9D6",
    LATE: "#A8321A",
    BOARD: "#101418",
    BOARD_INK: "#FFFFFF",
}
NIGHT: dict[str, str] = {
    INK: "#F2F5F7",
    PAPER: "#0E1216",
    MIST: "#1C232A",
    LINE: "#5A6773",
    QUIET: "#B4BEC8",
    RIGHT: "#5CB8F0",
    RIGHT_SOFT: "#0F2E42",
    WRONG: "#F4724A",
    WRONG_SOFT: "#3A1B0A",
    DECIDE: "#F0E442",
    DECIDE_INK: "#101418",
    DECIDE_SOFT: "#3A370F",
    LATE: "#FF8A75",
    BOARD: "#2A333C",
    BOARD_INK: "#FFFFFF",
}

TEXT_ON: dict[str, str] = {
    INK: PAPER,
    RIGHT: PAPER,
    WRONG: PAPER,
    LATE: PAPER,
    DECIDE: DECIDE_INK,
    BOARD: BOARD_INK,
    PAPER: INK,
    MIST: INK,
    RIGHT_SOFT: INK,
    WRONG_SOFT: INK,
    DECIDE_SOFT: INK,
}

LIGHTS: dict[LightColour, str] = {
    LightColour.BLUE: "#1F5BFF",
    LightColour.YELLOW: "#F7E017",
    LightColour.CYAN: "#35E0F2",
    LightColour.WHITE: "#FFFFFF",
}
LIGHT_OFF = "#2A3138"
PLATE = "#F1F4F6"  # behind pictures of products, which are drawn for a light ground

PRIMARY_HEIGHT_DP = 76
TOUCH_HEIGHT_DP = 60
KEY_HEIGHT_DP = 68
ICON_BUTTON_DP = 52
GAP_DP = 8
WIDE_GAP_DP = 16
EDGE_DP = 16
CORNER_DP = 14

TEXT_SP = 16
NAME_SP = 22
TITLE_SP = 28
NUMBER_SP = 44
LOCATION_MIN_SP = 44
LOCATION_COMPACT_SP = 60
COMPACT_BELOW_DP = 780  # screens shorter than this get smaller figures instead of scrolling
TEXT_MIN_SP = 16


def app_theme(palette: dict[str, str] = DAY) -> ft.Theme:
    """No font is named: the bundle gives Flutter's own default family Latin and Chinese letters in two weights."""
    return ft.Theme(
        color_scheme=ft.ColorScheme(
            on_surface=palette[INK],
            surface=palette[PAPER],
            surface_container=palette[MIST],
            outline_variant=palette[LINE],
            outline=palette[QUIET],
            on_surface_variant=palette[QUIET],
            primary=palette[RIGHT],
            on_primary=palette[PAPER],
            primary_container=palette[RIGHT_SOFT],
            on_primary_container=palette[INK],
            error=palette[WRONG],
            on_error=palette[PAPER],
            error_container=palette[WRONG_SOFT],
            on_error_container=palette[INK],
            tertiary=palette[DECIDE],
            on_tertiary=palette[DECIDE_INK],
            tertiary_container=palette[DECIDE_SOFT],
            on_tertiary_container=palette[INK],
            secondary=palette[LATE],
            on_secondary=palette[PAPER],
            inverse_surface=palette[BOARD],
            on_inverse_surface=palette[BOARD_INK],
        ),
        scaffold_bgcolor=palette[PAPER],
        page_transitions=ft.PageTransitionsTheme(
            android=ft.PageTransitionTheme.NONE, ios=ft.PageTransitionTheme.NONE, linux=ft.PageTransitionTheme.NONE
        ),
    )


def bold(size_sp: int, colour: str = INK) -> ft.TextStyle:
    return ft.TextStyle(size=size_sp, weight=ft.FontWeight.BOLD, color=colour)
