"""A drawn card: of the display's size and colours, with bars that can be read, whatever stands on it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.labels.pictures.bars import modules_of
from backend.labels.pictures.card import PriceCard, Promotion
from backend.labels.pictures.drawing import Accent, Display, draw, draw_empty
from shared.products import UnitOfMeasure

MILK = PriceCard(
    "Tarnwick Whole Milk",
    149,
    "EUR",
    "en",
    second_name="泰恩维克全脂鲜牛奶",
    size="1 l",
    gtin="5901234123457",
    sku="200005",
)
OFFER = replace(MILK, promotion=Promotion(199, "Weekend"))
SIZES = [(296, 128), (250, 122), (212, 104), (152, 152), (400, 300), (128, 296), (800, 480), (32, 32)]
RED, YELLOW, WHITE, BLACK = (200, 0, 0), (245, 200, 0), (255, 255, 255), (0, 0, 0)


def picture(card: PriceCard, display: Display) -> Image.Image:
    return Image.open(io.BytesIO(draw(card, display))).convert("RGB")


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _, colour in image.getcolors(10_000) or ()}  # type: ignore[misc]


@pytest.mark.parametrize("size", SIZES)
def test_without_a_product_there_is_a_dash_and_nothing_else(size: tuple[int, int]) -> None:
    image = Image.open(io.BytesIO(draw_empty(Display(*size)))).convert("RGB")
    assert image.size == size
    assert colours(image) == {WHITE, BLACK}
    black = sum(count for count, colour in image.getcolors(10_000) or () if colour == BLACK)
    assert black < image.width * image.height / 10


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("card", [MILK, OFFER])
def test_it_has_the_display_s_size_and_black_and_white_alone(card: PriceCard, size: tuple[int, int]) -> None:
    image = picture(card, Display(*size))
    assert image.size == size
    assert colours(image) == {WHITE, BLACK}


@pytest.mark.parametrize(("accent", "colour"), [(Accent.RED, RED), (Accent.YELLOW, YELLOW)])
def test_only_a_promotion_is_coloured(accent: Accent, colour: tuple[int, int, int]) -> None:
    display = Display(296, 128, accent)
    assert colours(picture(MILK, display)) == {WHITE, BLACK}
    assert colour in colours(picture(OFFER, display))


def test_the_digits_on_yellow_are_black() -> None:
    """White on yellow is read by nobody."""
    image = picture(OFFER, Display(296, 128, Accent.YELLOW))
    ground = [(x, y) for x in range(296) for y in range(128) if image.getpixel((x, y)) == YELLOW]
    left, right = min(x for x, _ in ground), max(x for x, _ in ground)
    top, bottom = min(y for _, y in ground), max(y for _, y in ground)
    assert WHITE not in colours(image.crop((left, top, right + 1, bottom + 1)))


@pytest.mark.parametrize("size", [(296, 128), (152, 152), (400, 300), (128, 296)])
def test_the_bars_are_those_of_the_gtin(size: tuple[int, int]) -> None:
    image = picture(MILK, Display(*size))
    margin = max(2, min(size) // 24)
    row = [image.getpixel((x, size[1] - margin - 2)) == BLACK for x in range(size[0])]
    if size == (296, 128):
        row = row[: margin + int((296 - 2 * margin) * 0.42)]  # the price stands beside them
    first, last = row.index(True), len(row) - 1 - row[::-1].index(True)
    bars = modules_of(MILK.gtin).strip("0")
    wide, rest = divmod(last - first + 1, len(bars))
    assert rest == 0
    assert "".join("1" if row[first + at * wide] else "0" for at in range(len(bars))) == bars


def test_a_display_too_narrow_for_the_bars_has_none_instead_of_wrong_ones() -> None:
    assert draw(MILK, Display(100, 60)) == draw(replace(MILK, gtin=""), Display(100, 60))


def test_another_price_is_another_picture_and_the_same_is_the_same() -> None:
    display = Display(296, 128)
    assert draw(MILK, display) == draw(MILK, display) != draw(replace(MILK, price_minor=150), display)


def test_a_display_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="32 to 1600"):
        Display(0, 128)


@given(
    st.builds(
        PriceCard,
        name=st.text(max_size=80),
        price_minor=st.integers(0, 10**9),
        currency=st.sampled_from(["EUR", "CNY", "JPY", "KWD"]),
        locale=st.sampled_from(["en", "pt_PT", "zh_CN"]),
        second_name=st.text(max_size=80),
        size=st.text(max_size=20),
        unit=st.sampled_from(UnitOfMeasure),
        sku=st.text(max_size=20),
        promotion=st.none() | st.builds(Promotion, was_minor=st.integers(0, 10**9), caption=st.text(max_size=40)),
    ),
    st.sampled_from(SIZES),
)
def test_nothing_that_stands_in_a_catalogue_stops_it(card: PriceCard, size: tuple[int, int]) -> None:
    assert picture(card, Display(*size)).size == size
