"""Pictures as the access point takes them: nothing of them is lost that a label could show."""

import contextlib
import io
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.labels.drivers.openepaperlink.pictures import (
    BLACK_AND_WHITE,
    TEMPLATE_MAX_BYTES,
    UPLOAD_BUFFER_BYTES,
    Colour,
    jpeg_of,
    template_of,
)
from backend.labels.port import Picture, PictureUnsupported

COLOURS: dict[str, Colour] = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0)}


def picture_of(image: Image.Image, **save: object) -> Picture:
    stream = io.BytesIO()
    image.save(stream, "PNG", **save)  # type: ignore[arg-type]
    return Picture(stream.getvalue(), image.width, image.height)


def price(width_px: int = 384, height_px: int = 168) -> Image.Image:
    """White, a black bar, a red corner."""
    image = Image.new("RGB", (width_px, height_px), "white")
    image.paste((0, 0, 0), (20, 60, 200, 90))
    image.paste((255, 0, 0), (width_px - 40, 0, width_px, 40))
    return image


def rendered(template: str, size: tuple[int, int]) -> Image.Image:
    """As the access point draws it."""
    numbered = {0: "white", 1: "black", 2: "red", 3: "yellow"}
    image = Image.new("RGB", size, "white")
    for element in json.loads(template):
        left, top, width, height, colour = element["box"]
        image.paste(numbered.get(colour, colour), (left, top, left + width, top + height))
    return image


class TestJpeg:
    def test_every_pixel_keeps_its_nearest_label_colour(self) -> None:
        with Image.open(io.BytesIO(jpeg_of(picture_of(price())))) as sent:
            assert (sent.format, sent.size) == ("JPEG", (384, 168))
            assert not sent.info.get("progressive")
            palette = Image.new("P", (1, 1))
            palette.putpalette([part for colour in COLOURS.values() for part in colour])
            seen = sent.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
        assert seen.tobytes() == price().tobytes()

    def test_it_fits_the_upload_buffer_if_any_quality_does(self) -> None:
        noise = Image.frombytes("RGB", (160, 120), random.Random(1).randbytes(160 * 120 * 3))
        assert len(jpeg_of(picture_of(noise))) <= UPLOAD_BUFFER_BYTES

    def test_one_that_fits_in_no_way_is_sent_at_the_lowest_quality(self) -> None:
        noise = Image.frombytes("RGB", (800, 480), random.Random(1).randbytes(800 * 480 * 3))
        assert len(jpeg_of(picture_of(noise))) > UPLOAD_BUFFER_BYTES

    def test_what_is_transparent_is_white(self) -> None:
        clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
        with Image.open(io.BytesIO(jpeg_of(picture_of(clear)))) as sent:
            assert sent.convert("RGB").getpixel((8, 8)) == (255, 255, 255)


class TestTemplate:
    def test_it_draws_the_same_picture(self) -> None:
        template = template_of(picture_of(price()), COLOURS)
        assert template is not None
        assert rendered(template, (384, 168)).tobytes() == price().tobytes()
        assert len(json.loads(template)) == 2, "one box for each of the two"

    @given(st.binary(min_size=24 * 16, max_size=24 * 16), st.sampled_from([COLOURS, BLACK_AND_WHITE]))
    def test_any_picture_comes_back_pixel_by_pixel(self, pixels: bytes, colours: dict[str, Colour]) -> None:
        names = list(colours)
        image = Image.new("RGB", (24, 16))
        image.putdata([colours[names[pixel % len(names)]] for pixel in pixels])
        template = template_of(picture_of(image), colours)
        assert template is not None
        assert rendered(template, (24, 16)).tobytes() == image.tobytes()

    def test_a_colour_without_a_number_is_spelled_out(self) -> None:
        template = template_of(
            picture_of(Image.new("RGB", (8, 8), (255, 128, 0))), {**COLOURS, "orange": (255, 128, 0)}
        )
        assert template == '[{"box":[0,0,8,8,"#ff8000"]}]'

    def test_an_empty_picture_still_draws(self) -> None:
        template = template_of(picture_of(Image.new("RGB", (8, 8), "white")), {})
        assert template == '[{"box":[0,0,8,8,0]}]'

    def test_one_that_is_too_long_to_send_is_none(self) -> None:
        noise = Image.frombytes("L", (384, 168), random.Random(1).randbytes(384 * 168)).convert("RGB")
        assert template_of(picture_of(noise), BLACK_AND_WHITE) is None
        assert TEMPLATE_MAX_BYTES < 384 * 168


class TestUnsupported:
    def test_another_size_than_it_says(self) -> None:
        with pytest.raises(PictureUnsupported, match="384 x 168"):
            jpeg_of(Picture(picture_of(price(40, 40)).png, 384, 168))

    @pytest.mark.parametrize(("width_px", "height_px"), [(0, 10), (-5, -5), (100_000, 100_000)])
    def test_a_size_no_display_has(self, width_px: int, height_px: int) -> None:
        with pytest.raises(PictureUnsupported, match="display"):
            jpeg_of(Picture(b"", width_px, height_px))

    @given(st.binary(max_size=200), st.integers(0, 200))
    def test_no_bytes_raise_anything_else(self, raw: bytes, cut: int) -> None:
        png = picture_of(Image.new("RGB", (8, 8), "red")).png
        for broken in (raw, png[:cut], png[:cut] + raw + png[cut:]):
            with contextlib.suppress(PictureUnsupported):
                jpeg_of(Picture(broken, 8, 8))
