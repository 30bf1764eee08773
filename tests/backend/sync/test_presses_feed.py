"""A phone hears of every press of the last seconds, also where several come between two words."""

from __future__ import annotations

from datetime import timedelta

from backend.sync.presses_feed import PressesFeed
from shared.clock import ManualClock
from shared.labels import PRESS_LASTS_S, LabelPressed
from tests.backend.sync.test_lights_feed import HOME, OTHER, Said


def test_the_last_word_names_all_presses_of_the_last_seconds_of_its_store() -> None:
    said, clock = Said(), ManualClock()
    feed = PressesFeed(said, clock)

    def note(store_id: str, label_id: str) -> None:
        feed.note(store_id, LabelPressed(label_id=label_id, location_id="loc_1", pressed_at=clock.now()))

    note(HOME, "lbl_1")
    clock.advance(PRESS_LASTS_S - 1)
    note(HOME, "lbl_2")
    note(OTHER, "lbl_9")
    assert [(store, topic, [each["label_id"] for each in body["presses"]]) for store, topic, body in said] == [
        (HOME, "presses", ["lbl_1"]),
        (HOME, "presses", ["lbl_1", "lbl_2"]),
        (OTHER, "presses", ["lbl_9"]),
    ]
    clock.advance(2)
    note(HOME, "lbl_3")
    assert [each["label_id"] for each in said[-1][2]["presses"]] == ["lbl_2", "lbl_3"]


def test_a_gateway_whose_clock_is_late_is_heard_all_the_same() -> None:
    said, clock = Said(), ManualClock()
    late = clock.now() - timedelta(hours=1)
    PressesFeed(said, clock).note(HOME, LabelPressed(label_id="lbl_1", location_id="loc_1", pressed_at=late))
    assert [each["label_id"] for each in said[-1][2]["presses"]] == ["lbl_1"]
