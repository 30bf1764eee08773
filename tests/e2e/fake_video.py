"""A film for Chromium's fake camera: barcodes drawn on white, a while each, with nothing between them."""

from __future__ import annotations

from pathlib import Path

from barcode import get_barcode_class
from PIL import Image, ImageDraw

WIDTH_PX, HEIGHT_PX = 640, 480
FRAMES_PER_S = 10
EAN_13 = "4006381333931"
DATABAR_GTIN = "09501101530003"
# (01)09501101530003 as GS1 DataBar Omnidirectional, one sign a module: 1 is a bar.
DATABAR = "100000101000001010001111111100101111011010111001000110110110001011111100000110011101101110011010"
MODULE_PX = 4


def ean_13(digits: str) -> str:
    return str(get_barcode_class("ean13")(digits[:-1]).build()[0]).replace("G", "1")


def frame(modules: str) -> bytes:
    """One picture as YUV 4:2:0: brightness for each pixel, then grey for the colours."""
    picture = Image.new("L", (WIDTH_PX, HEIGHT_PX), 235)
    draw = ImageDraw.Draw(picture)
    left = (WIDTH_PX - len(modules) * MODULE_PX) // 2
    for at, module in enumerate(modules):
        if module == "1":
            x = left + at * MODULE_PX
            draw.rectangle((x, 150, x + MODULE_PX - 1, 330), fill=20)
    return b"FRAME\n" + picture.tobytes() + bytes([128]) * (WIDTH_PX * HEIGHT_PX // 2)


def write_film(target: Path, *codes: str, seconds: float = 3, pause_s: float = 1) -> Path:
    """Each of `codes` (modules) for some seconds; Chromium begins again at the end."""
    header = f"YUV4MPEG2 W{WIDTH_PX} H{HEIGHT_PX} F{FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n".encode()
    with target.open("wb") as film:
        film.write(header)
        for modules in codes:
            film.write(frame(modules) * int(seconds * FRAMES_PER_S))
            film.write(frame("") * int(pause_s * FRAMES_PER_S))
    return target
