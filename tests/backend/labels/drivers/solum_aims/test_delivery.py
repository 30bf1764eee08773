"""What status lines say about commands: only lines that were not there before count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.solum_aims.delivery import DeliveryTracker
from backend.labels.drivers.solum_aims.protocol import LabelStatus


def line(status: str, updated: str, label: str = "A") -> LabelStatus:
    return LabelStatus(labelCode=label, status=status, lastUpdated=updated)


@pytest.fixture
def tracker() -> DeliveryTracker:
    return DeliveryTracker()


class TestHeard:
    def test_a_line_of_the_command_before_says_nothing(self, tracker: DeliveryTracker) -> None:
        tracker.read_before([line("SUCCESS", "8:00")])
        tracker.sending("A", "t1", 0)
        assert tracker.heard([line("SUCCESS", "8:00")]) == []
        assert tracker.heard([line("PROCESSING", "8:01")]) == []
        (verdict,) = tracker.heard([line("SUCCESS", "8:02")])
        assert (verdict.token, verdict.is_delivered) == ("t1", True)

    def test_a_label_that_was_given_up_is_not_delivered(self, tracker: DeliveryTracker) -> None:
        tracker.sending("A", "t1", 0)
        (verdict,) = tracker.heard([line("TIMEOUT", "8:02")])
        assert (verdict.is_delivered, verdict.reason) == (False, "AIMS says TIMEOUT")

    def test_a_second_command_takes_the_place_of_the_first(self, tracker: DeliveryTracker) -> None:
        assert tracker.sending("A", "t1", 0) is None
        assert tracker.sending("A", "t2", 1) == "t1"

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["send", "SUCCESS", "TIMEOUT", "PROCESSING", "wait"]), st.sampled_from(["A", "B"])
            )
        )
    )
    def test_every_command_has_one_end(self, story: list[tuple[str, str]]) -> None:
        tracker, ended, sent, now_s = DeliveryTracker(), [], [], 0.0
        for step, label in story:
            now_s += 1
            if step == "send":
                sent.append(f"t{len(sent)}")
                replaced = tracker.sending(label, sent[-1], now_s)
                ended += [replaced] if replaced else []
            elif step == "wait":
                now_s += 50
                ended += [each.token for each in tracker.lost(now_s, 60)]
            else:
                ended += [each.token for each in tracker.heard([line(step, str(now_s), label)])]
        ended += [each.token for each in tracker.lost(now_s + 100, 60)]
        assert sorted(ended) == sorted(sent)
        assert not tracker.under_way


def test_who_is_long_in_coming_is_asked_after_in_turn() -> None:
    tracker = DeliveryTracker()
    for at_s, label in enumerate(("L1", "L2", "L3")):
        tracker.sending(label, f"t-{label}", float(at_s))
    assert tracker.overdue(29.0, 30.0, 2) == []
    assert tracker.overdue(33.0, 30.0, 2) == ["L1", "L2"]
    assert tracker.overdue(34.0, 30.0, 2) == ["L3"]
    assert tracker.overdue(35.0, 30.0, 2) == []
    assert tracker.overdue(63.0, 30.0, 2) == ["L1", "L2"]
