"""What is said of a label: battery, last sign of life, what does not arrive; nothing where nothing is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mobile.captions import captions_in
from mobile.captions.english import ENGLISH
from mobile.components.label_facts import (
    battery_caption,
    facts_caption,
    lost_caption,
    seconds_caption,
    seen_caption,
    trouble_caption,
)
from shared.labels import LabelTrouble
from tests.mobile.builders import START

ENGLISH_WORDS, PORTUGUESE_WORDS = captions_in("en"), captions_in("pt")


@pytest.mark.parametrize("trouble", LabelTrouble)
def test_every_trouble_has_words(trouble: LabelTrouble) -> None:
    assert trouble_caption(ENGLISH_WORDS, trouble) == ENGLISH[f"labels.trouble.{trouble}"].one


def test_a_trouble_of_a_newer_backend_is_said_by_its_name() -> None:
    assert trouble_caption(ENGLISH_WORDS, "too_cold") == "too_cold"


@pytest.mark.parametrize(
    ("age_s", "words"),
    [
        (-5, "heard just now"),
        (59, "heard just now"),
        (60, "heard 1 min ago"),
        (3_660, "heard 1 h 1 min ago"),
        (172_799, "heard 47 h 59 min ago"),
        (172_800, "heard 2 days ago"),
    ],
)
def test_how_long_ago(age_s: float, words: str) -> None:
    assert seen_caption(ENGLISH_WORDS, START - timedelta(seconds=age_s), START) == words


def test_what_is_not_known_is_not_said() -> None:
    assert seen_caption(ENGLISH_WORDS, None, START) == "never heard of"
    assert (battery_caption(ENGLISH_WORDS, 0), lost_caption(ENGLISH_WORDS, 0.0, 0)) == ("", "")
    assert facts_caption(("", ""), ("a", "", "b"), ("c",)) == "a · b\nc"


def test_figures_have_the_marks_of_the_language() -> None:
    assert (battery_caption(ENGLISH_WORDS, 2_310), battery_caption(PORTUGUESE_WORDS, 2_310)) == ("2.31 V", "2,31 V")
    assert (seconds_caption(PORTUGUESE_WORDS, 1.84), seconds_caption(ENGLISH_WORDS, 40.0)) == ("1,8", "40")
    assert lost_caption(ENGLISH_WORDS, 0.24, 50) == "24% of 50 lost"
