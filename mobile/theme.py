"""Colours and sizes for a bright aisle, gloves and every kind of eye. A test computes what is promised here.

Okabe-Ito hues: blue means right, vermillion means wrong; they stay apart for every kind of colour blindness, and no
meaning rests on colour alone. Sizes in density-independent pixels; the reasons are in WCAG 2.2 and on hands in gloves.
"""

from __future__ import annotations

import flet as ft

from shared.labels import LightColour

INK = "#101418"
PAPER = "#FFFFFF"
MIST = "#F1F4F6"  # a surface one step back
LINE = "#C3CBD2"
QUIET = "#4A5560"  # secondary text, still 7:1 on paper
RIGHT = "#0072B2"
RIGHT_SOFT = "#E1F0F9"
WRONG = "#B84A00"
WRONG_SOFT = "#FBEADF"
DECIDE = "#F0E442"  # with ink on it
DECIDE_SOFT = "#FCF9D6"
LATE = "#A8321A"

TEXT_ON: dict[str, str] = {
    INK: PAPER,
    RIGHT: PAPER,
    WRONG: PAPER,
    LATE: PAPER,
    DECIDE: INK,
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
}
LIGHT_OFF = "#2A3138"

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


def app_theme() -> ft.Theme:
    """No font is named: the bundle gives Flutter's own default family Latin and Chinese letters in two weights."""
    return ft.Theme(
        color_scheme_seed=RIGHT,
        scaffold_bgcolor=PAPER,
        page_transitions=ft.PageTransitionsTheme(
            android=ft.PageTransitionTheme.NONE, ios=ft.PageTransitionTheme.NONE, linux=ft.PageTransitionTheme.NONE
        ),
    )


def bold(size_sp: int, colour: str = INK) -> ft.TextStyle:
    return ft.TextStyle(size=size_sp, weight=ft.FontWeight.BOLD, color=colour)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


# Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency"
COLOUR_BLINDNESS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def colour_distance(one: str, other: str, eye: str) -> float:
    """CIE 1976 difference of two colours as an eye of that kind sees them; about 2 is just noticeable."""
    first, second = _lab(_seen(one, eye)), _lab(_seen(other, eye))
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)


def _linear(colour: str) -> list[float]:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4) for value in channels]


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _seen(colour: str, eye: str) -> list[float]:
    channels = _linear(colour)
    rows = COLOUR_BLINDNESS[eye]
    return [min(1.0, max(0.0, sum(w * c for w, c in zip(row, channels, strict=True)))) for row in rows]


def _lab(channels: list[float]) -> tuple[float, float, float]:
    red, green, blue = channels
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
