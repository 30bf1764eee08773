"""What label records say about a command, in the orders in which they really come."""

from backend.labels.drivers.openepaperlink.delivery import DeliveryTracker, Outcome, pressed_button
from backend.labels.drivers.openepaperlink.protocol import TagRecord

MAC = "0000021234567890"


def record(pending: int = 0, count: int = 7, seen_s: int = 100, reason: int = 0) -> TagRecord:
    return TagRecord.model_validate(
        {"mac": MAC, "pending": pending, "updatecount": count, "lastseen": seen_s, "wakeupReason": reason}
    )


def tracker_with(under_way: str | None = "t1", **parts: int) -> DeliveryTracker:
    tracker = DeliveryTracker()
    tracker.record_heard(record(**parts))
    if under_way is not None:
        tracker.sending(MAC, under_way)
        tracker.handed_over(MAC, under_way)
    return tracker


class TestDelivered:
    def test_when_the_count_steps(self) -> None:
        tracker = tracker_with()
        assert tracker.record_heard(record(pending=1)) is None
        verdict = tracker.record_heard(record(count=8))
        assert verdict is not None
        assert (verdict.token, verdict.outcome) == ("t1", Outcome.DELIVERED)

    def test_only_after_what_was_queued_before(self) -> None:
        tracker = tracker_with(pending=1)
        tracker.record_heard(record(pending=2))
        assert tracker.record_heard(record(pending=1, count=8)) is None  # that was the image
        assert tracker.record_heard(record(pending=0, count=9)) is not None

    def test_a_pending_left_over_from_a_timeout_does_not_hide_it(self) -> None:
        tracker = tracker_with(pending=1)  # stale: nothing waits
        verdict = tracker.record_heard(record(pending=0, count=8))
        assert verdict is not None
        assert verdict.outcome is Outcome.DELIVERED

    def test_a_late_record_of_the_time_before_is_no_delivery_and_no_loss(self) -> None:
        tracker = tracker_with(count=8)
        assert tracker.record_heard(record(pending=1, count=7)) is None
        assert tracker.record_heard(record(pending=0, count=8)) is None
        assert list(tracker.waiting_macs) == [MAC]


class TestDropped:
    def test_when_the_queue_empties_without_a_step(self) -> None:
        tracker = tracker_with()
        tracker.record_heard(record(pending=1))
        verdict = tracker.record_heard(record(pending=0))
        assert verdict is not None
        assert verdict.outcome is Outcome.DROPPED

    def test_after_a_reboot_that_forgot_it(self) -> None:
        tracker = tracker_with()
        verdict = tracker.record_heard(record(count=3), tracker.handed_over_tokens, is_fresh_start=True)
        assert verdict is not None
        assert verdict.outcome is Outcome.DROPPED

    def test_not_by_an_answer_that_was_asked_for_before(self) -> None:
        tracker = tracker_with(under_way=None)
        must_know = tracker.handed_over_tokens
        tracker.sending(MAC, "t1")
        assert tracker.record_heard(record(), must_know) is None

    def test_not_by_an_answer_that_is_older_than_what_the_websocket_said(self) -> None:
        tracker = tracker_with(under_way=None)
        must_know = tracker.handed_over_tokens
        tracker.sending(MAC, "t1")
        tracker.record_heard(record(pending=1))
        assert tracker.record_heard(record(pending=0), must_know) is None

    def test_when_the_transfer_times_out(self) -> None:
        tracker = tracker_with()
        tracker.record_heard(record(pending=1))
        verdict = tracker.timed_out(MAC)
        assert verdict is not None
        assert verdict.outcome is Outcome.DROPPED
        assert tracker.timed_out(MAC) is None


class TestButton:
    def test_a_press_is_said_once(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=101, reason=4)) == 1
        assert pressed_button(record(seen_s=101, reason=4), record(seen_s=101, reason=4)) is None

    def test_nfc_is_button_0(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=101, reason=3)) == 0

    def test_a_timed_wake_up_is_no_press(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=140)) is None
