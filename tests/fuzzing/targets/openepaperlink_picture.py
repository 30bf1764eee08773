"""A picture that is to be shown: any bytes that call themselves a PNG."""

from __future__ import annotations

import contextlib
import io

from PIL import Image

from backend.labels.drivers.openepaperlink.pictures import BLACK_AND_WHITE, jpeg_of, template_of
from backend.labels.port import Picture, PictureUnsupported


def _png(mode: str) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (8, 8)).save(stream, "PNG")
    return stream.getvalue()


SEEDS = [_png("RGB"), _png("P"), _png("1"), _png("RGBA"), _png("I;16")]


def try_one(raw: bytes) -> None:
    for side_px in (8, 1):
        with contextlib.suppress(PictureUnsupported):
            jpeg_of(Picture(raw, side_px, side_px))
            template_of(Picture(raw, side_px, side_px), BLACK_AND_WHITE)
