"""Draws a price card for one kind of display, in the display's own few colours and without grey edges."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageDraw

from backend.labels.pictures.bars import modules_of
from backend.labels.pictures.card import PriceCard, PriceParts, price_parts
from backend.labels.pictures.text import SetText, fit, font_of, plain, size_below, width_of

WHITE, BLACK, ACCENT = 0, 1, 2
SIDE_MIN, SIDE_MAX = 32, 1_600
BARS_HEIGHT_MIN = 12
BASELINE = 0.9  # of the size, below the top of a line: Chinese signs of this font reach 0.88 above it
PRICE_SIZE_MIN = 12
PER_SHARE = 0.36  # of the price's height: symbol, fraction and unit beside the large digits


class Accent(StrEnum):
    """The one colour a display has besides black and white, if any."""

    NONE = "none"
    RED = "red"
    YELLOW = "yellow"


_ACCENTS = {Accent.NONE: (0, 0, 0), Accent.RED: (200, 0, 0), Accent.YELLOW: (245, 200, 0)}


@dataclass(frozen=True, slots=True)
class Display:
    """A label's display, in pixels, as it hangs."""

    width_px: int
    height_px: int
    accent: Accent = Accent.NONE

    def __post_init__(self) -> None:
        if not all(SIDE_MIN <= side <= SIDE_MAX for side in (self.width_px, self.height_px)):
            raise ValueError(
                f"a display of {self.width_px} x {self.height_px} pixels: each side has {SIDE_MIN} to {SIDE_MAX}"
            )


@dataclass(frozen=True, slots=True)
class _Box:
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def draw(card: PriceCard, display: Display) -> bytes:
    """A PNG of exactly the display's size, with at most three colours. The same card gives the same bytes."""
    image, pen = _sheet(display)
    margin = max(2, min(display.width_px, display.height_px) // 24)
    room = _Box(margin, margin, display.width_px - 2 * margin, display.height_px - 2 * margin)
    if display.width_px >= 1.35 * display.height_px:
        price = _lying(pen, card, room, margin)
    else:
        price = _standing(pen, card, room, margin)
    _price(pen, card, price, BLACK if display.accent is Accent.YELLOW else WHITE)
    return _png(image)


def draw_empty(display: Display) -> bytes:
    """What a label says where no product stands any more: no name and no price, a dash."""
    image, pen = _sheet(display)
    side = min(display.width_px, display.height_px)
    left, top = (display.width_px - side // 2) // 2, (display.height_px - side // 12) // 2
    pen.rectangle((left, top, left + side // 2, top + side // 12), fill=BLACK)
    return _png(image)


def _sheet(display: Display) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("P", (display.width_px, display.height_px), WHITE)
    image.putpalette([255, 255, 255, 0, 0, 0, *_ACCENTS[display.accent]])
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"  # a display without grey shows soft edges as dirt
    return image, pen


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()


def _lying(pen: ImageDraw.ImageDraw, card: PriceCard, room: _Box, gap: int) -> _Box:
    """Names above; below, the price on the right and size and bars on the left of it. Returns the price's place."""
    names_height = int(room.height * 0.42)
    below = _Box(room.left, room.top + names_height + gap, room.width, room.height - names_height - gap)
    _names(pen, card, _Box(room.left, room.top, room.width, names_height))
    bars_width = int(room.width * 0.42)
    _foot(pen, card, _Box(below.left, below.top, bars_width, below.height))
    return _Box(below.left + bars_width + gap, below.top, below.width - bars_width - gap, below.height)


def _standing(pen: ImageDraw.ImageDraw, card: PriceCard, room: _Box, gap: int) -> _Box:
    """One below the other: names, price, size and bars. Returns the price's place."""
    names_height, price_height = int(room.height * 0.36), int(room.height * 0.36)
    price = _Box(room.left, room.top + names_height + gap, room.width, price_height)
    _names(pen, card, _Box(room.left, room.top, room.width, names_height))
    _foot(pen, card, _Box(room.left, price.bottom + gap, room.width, room.bottom - price.bottom - gap))
    return price


def _names(pen: ImageDraw.ImageDraw, card: PriceCard, box: _Box) -> None:
    if not card.second_name:
        _lines(pen, fit(card.name, box.width, box.height, lines_max=3, bold=True), box.left, box.top)
        return
    first = fit(card.name, box.width, int(box.height * 0.64), lines_max=2, bold=True)
    _lines(pen, first, box.left, box.top)
    rest = box.height - first.height
    second = fit(card.second_name, box.width, rest, lines_max=2, bold=False, size_max=_size_of(first))
    if second.height <= rest:
        _lines(pen, second, box.left, box.top + first.height)


def _price(pen: ImageDraw.ImageDraw, card: PriceCard, box: _Box, ink_on_accent: int) -> None:
    """The digits as large as they fit; a promotion on a coloured ground, with the old price struck through above."""
    ink = BLACK
    if card.promotion is not None:
        pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=ACCENT)
        ink = ink_on_accent
        head = max(10, int(box.height * 0.26))
        _was(pen, card, _Box(box.left + 3, box.top + 2, box.width - 6, head - 1), ink)
        box = _Box(box.left + 3, box.top + head, box.width - 6, box.height - head - 1)
    parts = price_parts(card.price_minor, card.currency, card.locale, card.unit)
    size = size_below(max(PRICE_SIZE_MIN, box.height))
    while size > PRICE_SIZE_MIN and _price_width(parts, size) > box.width:
        size = size_below(size - 1)
    small, per = _beside(size)
    top = box.top + (box.height - int(size * 0.76)) // 2  # digits stand 0.76 of the size high in this font
    left = box.right - _price_width(parts, size)
    small_font, large_font = font_of(small, bold=True), font_of(size, bold=True)
    pen.text((left, top), parts.symbol, fill=ink, font=small_font, anchor="lt")
    left += width_of(parts.symbol, small, bold=True) + 1
    pen.text((left, top), parts.whole, fill=ink, font=large_font, anchor="lt")
    left += width_of(parts.whole, size, bold=True) + 1
    pen.text((left, top), parts.fraction, fill=ink, font=small_font, anchor="lt")
    if parts.per:
        below = top + int(size * 0.76)
        pen.text((left, below), parts.per, fill=ink, font=font_of(per, bold=True), anchor="ls")


def _price_width(parts: PriceParts, size: int) -> int:
    small, per = _beside(size)
    fraction_or_unit = max(width_of(parts.fraction, small, bold=True), width_of(parts.per, per, bold=True))
    return width_of(parts.symbol, small, bold=True) + 1 + width_of(parts.whole, size, bold=True) + 1 + fraction_or_unit


def _beside(size: int) -> tuple[int, int]:
    """What stands beside digits of this size: symbol and fraction, and the unit below them."""
    small = int(size * PER_SHARE)
    return size_below(small), size_below(small * 2 // 3)


def _was(pen: ImageDraw.ImageDraw, card: PriceCard, box: _Box, ink: int) -> None:
    assert card.promotion is not None
    was = price_parts(card.promotion.was_minor, card.currency, card.locale, card.unit).text
    old = fit(was, box.width // 2, box.height, lines_max=1, bold=False)
    left = box.right - old.width
    _lines(pen, old, left, box.top, ink)
    middle = box.top + old.line_height // 2
    pen.line((left, middle, box.right, middle), fill=ink, width=max(1, box.height // 12))
    if card.promotion.caption:
        room = box.width - old.width - 4
        _lines(pen, fit(card.promotion.caption, room, box.height, lines_max=1, bold=True), box.left, box.top, ink)


def _foot(pen: ImageDraw.ImageDraw, card: PriceCard, box: _Box) -> None:
    """Size and article number, and below them the bars, each module a whole number of pixels wide."""
    said = "  ".join(each for each in (plain(card.size), plain(card.sku)) if each)
    top = box.top
    if said:
        text = fit(said, box.width, max(10, int(box.height * 0.34)), lines_max=1, bold=False, size_max=22)
        _lines(pen, text, box.left, top)
        top += text.height + 1
    modules = modules_of(card.gtin)
    height = box.bottom - top
    if not modules or height < BARS_HEIGHT_MIN or len(modules) > box.width:
        return
    wide = box.width // len(modules)
    left = box.left + (box.width - wide * len(modules)) // 2
    for at, module in enumerate(modules):
        if module == "1":
            pen.rectangle((left + at * wide, top, left + (at + 1) * wide - 1, box.bottom - 1), fill=BLACK)


def _lines(pen: ImageDraw.ImageDraw, text: SetText, left: int, top: int, ink: int = BLACK) -> None:
    baseline = top + int(BASELINE * text.font.size)
    for at, line in enumerate(text.lines):
        pen.text((left, baseline + at * text.line_height), line, fill=ink, font=text.font, anchor="ls")


def _size_of(text: SetText) -> int:
    return int(text.font.size)
