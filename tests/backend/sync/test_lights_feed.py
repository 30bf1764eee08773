"""The shelf view hears which labels shine: all of them each time, each store for itself."""

from __future__ import annotations

from typing import Any

import pytest

from backend.sync.lights_feed import LightsFeed
from backend.sync.live import Body
from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase, Look, Sharing

HOME, OTHER = "sto_home", "sto_other"


class Said(list[tuple[str, str, dict[str, Any]]]):
    """What was published; stands in for the hub."""

    def __call__(self, store_id: str, topic: str, body: Body) -> None:
        self.append((store_id, topic, body() if callable(body) else body))

    @property
    def shining(self) -> list[str]:
        """The labels of the last word."""
        return [label["label_id"] for label in self[-1][2]["labels"]]


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def feed(said: Said) -> LightsFeed:
    return LightsFeed(said)


def light(label_id: str, phase: LightPhase = LightPhase.LIT) -> LabelLight:
    return LabelLight(
        label_id=label_id,
        location_id=f"loc_{label_id}",
        phase=phase,
        colour=LightColour.BLUE,
        pattern=BlinkPattern.SLOW,
    )


class TestPickers:
    def test_they_hear_of_a_light_that_is_shared_and_when_it_is_no_longer(self, feed: LightsFeed, said: Said) -> None:
        shared = light("lab_1").model_copy(
            update={
                "sharing": Sharing.JOINT,
                "shared_by": (Look(LightColour.BLUE, BlinkPattern.SLOW), Look(LightColour.CYAN, BlinkPattern.SLOW)),
            }
        )
        feed.note(HOME, light("lab_1"))
        feed.note(HOME, shared)
        feed.note(HOME, light("lab_1"))
        told = [body["labels"] for _, topic, body in said if topic == "silent"]
        assert [[LabelLight.model_validate(each) for each in labels] for labels in told] == [[shared], []]


class TestNote:
    def test_a_light_is_told_as_the_phone_reads_it(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        ((store_id, topic, body),) = said
        assert (store_id, topic, body["is_full"]) == (HOME, "lights", True)
        assert [LabelLight.model_validate_json(LabelLight(**each).model_dump_json()) for each in body["labels"]] == [
            light("lab_1")
        ]

    def test_each_word_holds_every_light(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        feed.note(HOME, light("lab_2"))
        assert said.shining == ["lab_1", "lab_2"]

    @pytest.mark.parametrize("phase", [phase for phase in LightPhase if phase is not LightPhase.DARK])
    def test_whatever_is_not_dark_is_told_with_how_far_it_is(
        self, feed: LightsFeed, said: Said, phase: LightPhase
    ) -> None:
        feed.note(HOME, light("lab_1", phase))
        assert said[0][2]["labels"][0]["phase"] == phase.value

    def test_a_change_takes_the_place_of_what_was(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1", LightPhase.SENT))
        feed.note(HOME, light("lab_1", LightPhase.LIT))
        assert [each["phase"] for each in said[-1][2]["labels"]] == ["lit"]

    def test_a_dark_label_is_left_out(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        feed.note(HOME, light("lab_2"))
        feed.note(HOME, light("lab_1", LightPhase.DARK))
        assert said.shining == ["lab_2"]
        feed.note(HOME, light("lab_2", LightPhase.DARK))
        assert said.shining == []

    def test_dark_for_a_label_that_never_shone_is_no_trouble(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1", LightPhase.DARK))
        assert said == [(HOME, "lights", {"labels": [], "is_full": True})]

    def test_stores_do_not_see_each_others_lights(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        feed.note(OTHER, light("lab_2"))
        assert (said[-1][0], said.shining) == (OTHER, ["lab_2"])

    def test_what_was_said_does_not_change_afterwards(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        feed.note(HOME, light("lab_1", LightPhase.DARK))
        assert [len(body["labels"]) for _, _, body in said] == [1, 0]


class TestSilence:
    def test_a_label_that_does_not_answer_is_told_to_pickers_and_taken_back(self, feed: LightsFeed, said: Said) -> None:
        feed.note(HOME, light("lab_1"))
        feed.note(HOME, light("lab_2", LightPhase.SILENT))
        feed.note(HOME, light("lab_2", LightPhase.LIT))
        heard = [[each["label_id"] for each in body["labels"]] for _, topic, body in said if topic == "silent"]
        assert heard == [["lab_2"], []]

    def test_lights_that_shine_as_they_should_are_no_news_for_pickers(self, feed: LightsFeed, said: Said) -> None:
        for phase in (LightPhase.WANTED, LightPhase.SENT, LightPhase.LIT, LightPhase.DARK):
            feed.note(HOME, light("lab_1", phase))
        assert [topic for _, topic, _ in said] == ["lights"] * 4
