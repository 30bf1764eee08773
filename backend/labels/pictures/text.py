"""Sets text into a box of pixels: the largest size that fits, broken at words or, in Chinese, at any sign."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unicodedata import category

from PIL import ImageFont

FONTS = Path(__file__).parents[3] / "assets" / "fonts"
SIZE_MIN = 9  # pixels; smaller Chinese is a blot on a display of 110 dots an inch
FONTS_OPEN_MAX = 96  # 3 MB each; all displays of a shop need some forty
ELLIPSIS = "…"
LINE_HEIGHT = 1.12
_PIECE = re.compile(r"[　-鿿豈-￯]|[^\s　-鿿豈-￯]+\s*|\s+")


@dataclass(frozen=True, slots=True)
class SetText:
    """Lines at one size; `width` and `height` are what they take, pixels."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    width: int
    height: int
    line_height: int


def _ladder(largest: int) -> list[int]:
    sizes = [SIZE_MIN]
    while sizes[-1] < largest:
        sizes.append(sizes[-1] + max(1, sizes[-1] // 12))
    return sizes


SIZES = _ladder(1_600)


def size_below(size: int) -> int:
    """The largest size at most this one that text is set in: few sizes, for each is an open font."""
    return SIZES[max(0, bisect_right(SIZES, size) - 1)]


@lru_cache(FONTS_OPEN_MAX)
def font_of(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """The app's own font, which has Chinese and Latin. Opening it takes 30 ms, so each of `SIZES` is kept."""
    name = "NotoSansSC-Bold.woff2" if bold else "NotoSansSC-Regular.woff2"
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


def plain(text: str) -> str:
    """Without what has no shape: control signs, line breaks, spaces at the ends."""
    return " ".join("".join(" " if category(sign)[0] in "CZ" else sign for sign in text).split())


@lru_cache(maxsize=65_536)
def width_of(text: str, size: int, *, bold: bool) -> int:
    return int(font_of(size, bold=bold).getlength(text) + 0.999)


def fit(text: str, width: int, height: int, *, lines_max: int, bold: bool, size_max: int = 400) -> SetText:
    """The largest setting that fits the box. Where even the smallest does not, the end is cut off with an ellipsis."""
    text = plain(text)
    size = size_below(min(size_max, int(height / LINE_HEIGHT)))
    while size > SIZE_MIN:
        lines = _broken(text, width, size, bold=bold)
        if (
            len(lines) <= lines_max
            and len(lines) * _line_height(size) <= height
            and _widest(lines, size, bold) <= width
        ):
            return _set(lines, size, bold=bold)
        size = size_below(size - 1)
    room = max(1, min(lines_max, int(height / _line_height(size))))
    lines = _broken(text, width, size, bold=bold)
    return _set(_cut(lines, room, width, size, bold=bold), size, bold=bold)


def _broken(text: str, width: int, size: int, *, bold: bool) -> list[str]:
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and width_of((line + piece).rstrip(), size, bold=bold) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _cut(lines: list[str], room: int, width: int, size: int, *, bold: bool) -> list[str]:
    kept = lines[:room]
    is_cut = len(lines) > room
    for at, line in enumerate(kept):
        is_last_of_more = is_cut and at == room - 1
        if is_last_of_more or width_of(line, size, bold=bold) > width:
            while line and width_of(line + ELLIPSIS, size, bold=bold) > width:
                line = line[:-1].rstrip()
            kept[at] = line + ELLIPSIS
    return kept


def _set(lines: list[str], size: int, *, bold: bool) -> SetText:
    line_height = _line_height(size)
    return SetText(
        tuple(lines), font_of(size, bold=bold), _widest(lines, size, bold), len(lines) * line_height, line_height
    )


def _widest(lines: list[str], size: int, bold: bool) -> int:
    return max(width_of(line, size, bold=bold) for line in lines)


def _line_height(size: int) -> int:
    return int(size * LINE_HEIGHT + 0.999)
