"""Draws the Blinkpick mark, a shelf label whose light is on, in every size a phone or a browser asks for.

pip install pillow && python tools/make_icons.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

CANVAS_PX = 1024
NIGHT = (11, 31, 51, 255)
PAPER = (245, 248, 250, 255)
INK = (11, 31, 51, 255)
FAINT = (150, 166, 180, 255)
LIGHT = (0, 200, 240, 255)  # cyan: one of the three light colours every eye can tell apart
RAIL = (60, 88, 114, 255)
MASKABLE_SCALE = 0.78  # a launcher may cut away all but the inner 80 per cent
ASSETS = Path("assets")


def draw_label(canvas: Image.Image) -> None:
    """The shelf rail, the label hanging on it, its price strokes and the light."""
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((96, 268, 928, 340), 24, fill=RAIL)
    pen.rounded_rectangle((160, 300, 864, 796), 64, fill=PAPER)
    pen.rounded_rectangle((232, 392, 536, 444), 26, fill=FAINT)
    pen.rounded_rectangle((232, 492, 584, 632), 28, fill=INK)
    for left, width in ((232, 24), (280, 44), (352, 18), (396, 32), (452, 18), (496, 40), (560, 24)):
        pen.rectangle((left, 684, left + width, 740), fill=INK)


def draw_light(canvas: Image.Image) -> None:
    """The blinking light at the label's corner: a glow, rays, and the bright core."""
    center_x, center_y = 792, 340
    glow = Image.new("RGBA", canvas.size, (*LIGHT[:3], 0))
    ImageDraw.Draw(glow).ellipse(
        (center_x - 210, center_y - 210, center_x + 210, center_y + 210), fill=(*LIGHT[:3], 170)
    )
    canvas.alpha_composite(glow.filter(ImageFilter.GaussianBlur(56)))
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((center_x - 132, center_y - 132, center_x + 132, center_y + 132), fill=NIGHT)
    pen.ellipse((center_x - 100, center_y - 100, center_x + 100, center_y + 100), fill=LIGHT)
    pen.ellipse((center_x - 52, center_y - 60, center_x + 4, center_y - 4), fill=(255, 255, 255, 230))


def mark(is_maskable: bool) -> Image.Image:
    """The whole icon at full size; the maskable one fills the square and keeps its mark inside the safe circle."""
    canvas = Image.new("RGBA", (CANVAS_PX, CANVAS_PX), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((0, 0, CANVAS_PX, CANVAS_PX), 0 if is_maskable else 220, fill=NIGHT)
    figure = Image.new("RGBA", canvas.size, (0, 0, 0, 0))
    draw_label(figure)
    draw_light(figure)
    if is_maskable:
        size_px = int(CANVAS_PX * MASKABLE_SCALE)
        figure = figure.resize((size_px, size_px), Image.Resampling.LANCZOS)
    offset_px = (CANVAS_PX - figure.width) // 2
    canvas.alpha_composite(figure, (offset_px, offset_px))
    return canvas


def save(picture: Image.Image, target: Path, size_px: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((size_px, size_px), Image.Resampling.LANCZOS).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1024:.1f} KB")


def main() -> None:
    rounded, maskable = mark(is_maskable=False), mark(is_maskable=True)
    save(rounded, ASSETS / "icon.png", 512)
    save(rounded, ASSETS / "icons" / "icon-192.png", 192)
    save(rounded, ASSETS / "icons" / "icon-512.png", 512)
    save(maskable, ASSETS / "icons" / "icon-maskable-192.png", 192)
    save(maskable, ASSETS / "icons" / "icon-maskable-512.png", 512)
    save(maskable, ASSETS / "icons" / "apple-touch-icon-192.png", 192)
    save(rounded, ASSETS / "favicon.png", 48)


if __name__ == "__main__":
    main()
