"""What many phones read and write alike is worked out once, and is what each would have read and written itself."""

from __future__ import annotations

from shared.picking import PickList
from tests.mobile.builders import pick_list
from tests.simulation.worked_out_once import LISTS_WRITTEN_MAX, KnownTexts


def test_a_list_is_written_once_for_all_phones_that_hold_it() -> None:
    texts, walk = KnownTexts(), pick_list()
    text = texts.written(walk)
    assert PickList.model_validate_json(text) == walk
    assert texts.written(walk) is text


def test_another_list_of_the_same_id_is_another_text() -> None:
    texts, walk = KnownTexts(), pick_list()
    later = walk.model_copy(update={"revision": walk.revision + 1})
    assert texts.written(walk) != texts.written(later)
    assert PickList.model_validate_json(texts.written(later)) == later


def test_old_texts_are_forgotten_and_written_anew() -> None:
    texts, first = KnownTexts(), pick_list()
    text = texts.written(first)
    others = [first.model_copy(update={"revision": number}) for number in range(LISTS_WRITTEN_MAX)]
    for other in others:
        texts.written(other)
    assert texts.written(first) is not text
    assert texts.written(first) == text
