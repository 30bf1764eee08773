"""Text in a box: as large as it fits, never outside, and cut off with a sign where nothing else helps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.labels.pictures.text import ELLIPSIS, FONTS_OPEN_MAX, SIZE_MIN, SIZES, fit, size_below


def test_a_short_name_is_set_large_in_one_line() -> None:
    text = fit("Milk", 200, 40, lines_max=2, bold=True)
    assert text.lines == ("Milk",)
    assert text.font.size >= 30


def test_words_stay_whole() -> None:
    text = fit("Extraordinarily long organic chocolate", 120, 60, lines_max=3, bold=True)
    assert " ".join(text.lines) == "Extraordinarily long organic chocolate"


def test_chinese_breaks_at_any_sign() -> None:
    text = fit("泰恩维克全脂鲜牛奶", 60, 60, lines_max=3, bold=True)
    assert len(text.lines) > 1
    assert "".join(text.lines) == "泰恩维克全脂鲜牛奶"


def test_what_never_fits_is_cut_off_and_says_so() -> None:
    text = fit("Extraordinarily long organic chocolate with salt", 60, 22, lines_max=2, bold=True)
    assert text.font.size == SIZE_MIN
    assert text.lines[-1].endswith(ELLIPSIS)


@given(st.text(max_size=120), st.integers(20, 400), st.integers(12, 200), st.integers(1, 3))
def test_nothing_is_ever_wider_than_its_box(text: str, width: int, height: int, lines_max: int) -> None:
    found = fit(text, width, height, lines_max=lines_max, bold=True)
    assert 1 <= len(found.lines) <= lines_max
    assert found.width <= width
    assert found.height <= max(height, found.line_height)


def test_the_next_size_below_is_at_most_a_twelfth_smaller() -> None:
    for size in range(SIZE_MIN, SIZES[-1]):
        assert size - max(1, size // 12) < size_below(size) <= size
    assert size_below(0) == SIZE_MIN


def test_few_sizes_serve_every_display() -> None:
    """Each is an open font of 3 MB; the largest labels that hang in shops are 480 pixels high."""
    assert 2 * sum(size <= 0.42 * 480 for size in SIZES) < FONTS_OPEN_MAX
