"""Everything the backend can say of a price has words on the phone; what a newer one says is shown as it is."""

from __future__ import annotations

import pytest

from backend.labels.differences import PriceTrouble
from backend.labels.price_endpoints import PictureState
from mobile.captions import captions_in
from mobile.captions.english import ENGLISH
from mobile.screens.price_cards import STATE_SIGNS, TROUBLE_SIGNS, label_not_right, label_to_clear, price_difference
from mobile.services.labels_api import LabelNotRight, LabelToClear, PriceDifference
from tests.mobile.services.test_labels_api import DIFFERENCE, NOT_RIGHT, TO_CLEAR

SAY = captions_in("en")


@pytest.mark.parametrize("trouble", PriceTrouble)
def test_every_trouble_has_words_and_a_sign(trouble: PriceTrouble) -> None:
    assert f"prices.trouble.{trouble}" in ENGLISH
    assert trouble in TROUBLE_SIGNS


@pytest.mark.parametrize("state", PictureState)
def test_every_state_has_words_and_a_sign(state: PictureState) -> None:
    assert f"prices.state.{state}" in ENGLISH
    assert state in STATE_SIGNS


def texts(control: object) -> list[str]:
    """Every text drawn, in order."""
    below = [getattr(control, "content", None), *(getattr(control, "controls", None) or [])]
    value = getattr(control, "value", None)
    own = [value] if isinstance(value, str) else []
    return own + [text for child in below if child is not None for text in texts(child)]


def test_a_label_says_what_it_shows_what_it_should_and_why() -> None:
    said = texts(label_not_right(SAY, LabelNotRight.model_validate(NOT_RIGHT), "A1-1-1", "EUR"))
    assert said == [
        "Milk",
        "A1-1-1",
        "Given up: the label did not answer",
        "00001 · L1",
        "Label shows",
        "unknown",
        "Should be",
        "€1.49",
    ]


def test_a_label_whose_product_is_gone_says_that_it_is_to_be_cleared_and_why_it_is_not() -> None:
    said = texts(label_to_clear(SAY, LabelToClear.model_validate(TO_CLEAR), "A1-1-2", "EUR"))
    assert said == [
        "To be cleared: no product here any more",
        "A1-1-2",
        "Waiting: the label refused it",
        "L2",
        "Label shows",
        "€1.99",
        "Should be",
        "none",
    ]


def test_a_difference_says_who_asks_what() -> None:
    said = texts(price_difference(SAY, PriceDifference.model_validate(DIFFERENCE), "EUR"))
    assert said[1] == "The till asks more than the shelf says"
    assert said[3:] == ["Till", "€1.59", "Shelf", "€1.49", "Catalogue", "€1.49"]


def test_a_newer_trouble_is_said_by_its_name_and_a_missing_price_as_none() -> None:
    newer = PriceDifference.model_validate({**DIFFERENCE, "trouble": "till_asleep", "till_minor": None})
    said = texts(price_difference(SAY, newer, ""))
    assert (said[1], said[4]) == ("till_asleep", "none")
