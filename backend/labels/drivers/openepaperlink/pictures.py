"""Turns a drawn picture into what an access point takes: a JPEG, or a template of coloured boxes. Pure.

The access point decodes the JPEG and gives every pixel the nearest colour of the label (`makeimage.cpp`), so the
picture is sent without dithering, at full colour resolution, and never progressive, which its decoder does not know. A
template (`contentmanager.cpp`, drawElement) is drawn by the access point itself: exact to the pixel, but long.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence

from PIL import Image

from backend.labels.port import Picture, PictureUnsupported

UPLOAD_BUFFER_BYTES = 32_768  # what fits is written to the access point's flash in one go
QUALITIES = (95, 90, 80, 70, 60)
TEMPLATE_MAX_BYTES = 16_384  # the access point keeps the whole form in memory
SIDE_MAX_PX = 2_000

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK_AND_WHITE: Mapping[str, Colour] = {"white": WHITE, "black": (0, 0, 0)}
_NUMBERED = ("white", "black", "red", "yellow")  # colours that a template calls 0 to 3


def jpeg_of(picture: Picture) -> bytes:
    """The best quality that fits the upload buffer; the worst if none does. Raises PictureUnsupported."""
    image, encoded = _opened(picture), b""
    for quality in QUALITIES:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality, subsampling=0)
        encoded = stream.getvalue()
        if len(encoded) <= UPLOAD_BUFFER_BYTES:
            break
    return encoded


def template_of(picture: Picture, colours: Mapping[str, Colour]) -> str | None:
    """The picture as boxes on white, each in the nearest of the label's colours; None if that is too long to send."""
    image = _opened(picture)
    colours = colours or BLACK_AND_WHITE
    names = _names(image, colours)
    rows = [names[start : start + picture.width_px] for start in range(0, len(names), picture.width_px)]
    elements = [{"box": [*box, _template_colour(name, colours)]} for *box, name in _boxes(rows)]
    text = json.dumps(elements or [{"box": [0, 0, picture.width_px, picture.height_px, 0]}], separators=(",", ":"))
    return text if len(text) <= TEMPLATE_MAX_BYTES else None


def _opened(picture: Picture) -> Image.Image:
    """On white where it is transparent."""
    if not (0 < picture.width_px <= SIDE_MAX_PX and 0 < picture.height_px <= SIDE_MAX_PX):
        raise PictureUnsupported(f"{picture.width_px} x {picture.height_px} pixels are no label's display")
    try:
        with Image.open(io.BytesIO(picture.png), formats=["PNG"]) as image:
            if image.size == (picture.width_px, picture.height_px):
                drawn = image.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", image.size, (*WHITE, 255)), drawn).convert("RGB")
            size = image.size
    except Exception as error:  # Pillow says nowhere which errors a broken file may raise
        raise PictureUnsupported(f"not a readable PNG: {type(error).__name__}: {error}"[:200]) from error
    raise PictureUnsupported(f"the PNG is {size[0]} x {size[1]}, not {picture.width_px} x {picture.height_px}")


def _names(image: Image.Image, colours: Mapping[str, Colour]) -> Sequence[str]:
    """For each pixel the name of the nearest colour, weighed as the access point does."""
    nearest: dict[Colour, str] = {}
    names = []
    raw = image.tobytes()
    for pixel in zip(raw[0::3], raw[1::3], raw[2::3], strict=True):
        if pixel not in nearest:
            distances = {name: _distance(pixel, colour) for name, colour in colours.items()}
            nearest[pixel] = min(distances, key=distances.__getitem__)
        names.append(nearest[pixel])
    return names


def _distance(one: Colour, other: Colour) -> int:
    return sum(weight * (a - b) ** 2 for weight, a, b in zip((3, 6, 1), one, other, strict=True))


def _boxes(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, int, int, str]]:
    """(left, top, width, height, colour) of everything that is not white: equal runs below each other are one box."""
    open_boxes: dict[tuple[int, int, str], int] = {}
    for top, row in enumerate([*rows, []]):
        runs = set(_runs(row))
        for run in sorted(run for run in open_boxes if run not in runs):
            left, width, name = run
            since = open_boxes.pop(run)
            yield left, since, width, top - since, name
        for run in runs:
            open_boxes.setdefault(run, top)


def _runs(row: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    left = 0
    for name, pixels in itertools.groupby(row):
        width = sum(1 for _ in pixels)
        if name != "white":
            yield left, width, name
        left += width


def _template_colour(name: str, colours: Mapping[str, Colour]) -> int | str:
    return _NUMBERED.index(name) if name in _NUMBERED else "#{:02x}{:02x}{:02x}".format(*colours[name])
