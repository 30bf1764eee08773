"""How far was walked and what was saved, as a supervisor reads it in three languages."""

from __future__ import annotations

import pytest

from mobile.captions import captions_in
from mobile.components.walked_today import distance_caption, per_line_caption, walked_caption
from mobile.state.board_state import Board


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Walked 4.1 km, saved 9.7 km (70%)"),
        ("zh", "已走 4.1 公里，节省 9.7 公里（70%）"),
        ("pt", "Percorridos 4,1 km, poupados 9,7 km (70%)"),
    ],
)
def test_a_day_in_one_line(language: str, words: str) -> None:
    assert walked_caption(captions_in(language), 4_130.0, 9_680.0) == words


@pytest.mark.parametrize("saved_m", [None, 0.0, 0.4, -3.0])
def test_nothing_saved_is_not_spoken_of(saved_m: float | None) -> None:
    assert walked_caption(captions_in("en"), 820.4, saved_m) == "Walked 820 m"


@pytest.mark.parametrize(
    ("metres", "words"), [(0.0, "0 m"), (999.4, "999 m"), (999.5, "1.0 km"), (1_049.0, "1.0 km"), (12_345.0, "12.3 km")]
)
def test_kilometres_from_a_thousand_metres(metres: float, words: str) -> None:
    assert distance_caption(captions_in("en"), metres) == words


def test_metres_per_line_with_the_marks_of_the_language() -> None:
    assert per_line_caption(captions_in("en"), 3.94).startswith("3.9 m")
    assert per_line_caption(captions_in("pt"), 3.94).startswith("3,9 m")


def test_the_board_reads_what_the_backend_says_and_does_without() -> None:
    board = Board.model_validate(
        {"today": {"walked_m": 20.0, "metres_per_line": 6.7, "saved_m": 20.0, "lines_done": 3, "short_share": 0.0}}
    )
    assert (board.today.walked_m, board.today.metres_per_line, board.today.saved_m) == (20.0, 6.7, 20.0)
    assert Board().today.walked_m == 0
