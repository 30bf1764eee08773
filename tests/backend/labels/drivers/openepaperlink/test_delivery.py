"""What label records say about a command, in the orders in which they really come."""

from collections.abc import Sequence

from backend.labels.drivers.openepaperlink.delivery import DeliveryTracker, Outcome, Verdict, pressed_button
from backend.labels.drivers.openepaperlink.records import TagRecord

MAC = "0000021234567890"
FLASH, PICTURE = "81030114000000000000000000000000", "0123456789abcdef0000000000000000"


def record(pending: int = 0, count: int = 7, seen_s: int = 100, reason: int = 0, digest: str = "") -> TagRecord:
    return TagRecord.model_validate(
        {
            "mac": MAC,
            "pending": pending,
            "updatecount": count,
            "lastseen": seen_s,
            "wakeupReason": reason,
            "hash": digest,
        }
    )


def tracker_with(under_way: str | None = "t1", digest: str = "", **parts: int) -> DeliveryTracker:
    tracker = DeliveryTracker()
    tracker.record_heard(record(**parts))
    if under_way is not None:
        tracker.sending(MAC, under_way, digest)
        tracker.handed_over(MAC, under_way)
    return tracker


def with_picture(tracker: DeliveryTracker, token: str = "p1") -> DeliveryTracker:
    tracker.sending_picture(MAC, token)
    tracker.handed_over(MAC, token)
    return tracker


def said(verdicts: Sequence[Verdict]) -> list[tuple[str, Outcome]]:
    return [(verdict.token, verdict.outcome) for verdict in verdicts]


DELIVERED, DROPPED = [("t1", Outcome.DELIVERED)], [("t1", Outcome.DROPPED)]


class TestDelivered:
    def test_when_the_count_steps(self) -> None:
        tracker = tracker_with()
        assert said(tracker.record_heard(record(pending=1))) == []
        assert said(tracker.record_heard(record(count=8))) == DELIVERED

    def test_only_after_what_was_queued_before(self) -> None:
        tracker = tracker_with(pending=1)
        tracker.record_heard(record(pending=2))
        assert said(tracker.record_heard(record(pending=1, count=8))) == []  # that was the image
        assert said(tracker.record_heard(record(pending=0, count=9))) == DELIVERED

    def test_a_pending_left_over_from_a_timeout_does_not_hide_it(self) -> None:
        tracker = tracker_with(pending=1)  # stale: nothing waits
        assert said(tracker.record_heard(record(pending=0, count=8))) == DELIVERED

    def test_the_hash_tells_it_even_when_a_stale_pending_counted_one_too_many(self) -> None:
        tracker = tracker_with(digest=FLASH, pending=1)  # stale: nothing waits
        tracker.record_heard(record(pending=1))
        assert said(tracker.record_heard(record(pending=1, count=8, digest=FLASH))) == DELIVERED

    def test_the_hash_tells_that_something_else_came_first(self) -> None:
        tracker = tracker_with(digest=FLASH)
        tracker.record_heard(record(pending=2))  # another client's picture was drawn just before
        assert said(tracker.record_heard(record(pending=1, count=8, digest=PICTURE))) == []
        assert said(tracker.record_heard(record(pending=0, count=9, digest=FLASH))) == DELIVERED

    def test_a_late_record_of_the_time_before_is_no_delivery_and_no_loss(self) -> None:
        tracker = tracker_with(count=8)
        assert said(tracker.record_heard(record(pending=1, count=7))) == []
        assert said(tracker.record_heard(record(pending=0, count=8))) == []
        assert list(tracker.waiting_macs) == [MAC]


class TestDropped:
    def test_when_the_queue_empties_without_a_step(self) -> None:
        tracker = tracker_with()
        tracker.record_heard(record(pending=1))
        assert said(tracker.record_heard(record(pending=0))) == DROPPED

    def test_after_a_reboot_that_forgot_it(self) -> None:
        tracker = tracker_with()
        verdicts = tracker.record_heard(record(count=3), tracker.ask(), is_fresh_start=True)
        assert said(verdicts) == DROPPED

    def test_not_by_an_answer_that_was_asked_for_before(self) -> None:
        tracker = tracker_with(under_way=None)
        asked = tracker.ask()
        tracker.sending(MAC, "t1")
        assert said(tracker.record_heard(record(), asked)) == []

    def test_not_by_an_answer_that_is_older_than_what_the_websocket_said(self) -> None:
        tracker = tracker_with(under_way=None)
        asked = tracker.ask()
        tracker.sending(MAC, "t1")
        tracker.record_heard(record(pending=1))
        assert said(tracker.record_heard(record(pending=0), asked)) == []

    def test_when_the_transfer_times_out_everything_for_the_label_goes(self) -> None:
        tracker = with_picture(tracker_with())
        tracker.record_heard(record(pending=2))
        assert said(tracker.timed_out(MAC)) == [("t1", Outcome.DROPPED), ("p1", Outcome.DROPPED)]
        assert said(tracker.timed_out(MAC)) == []

    def test_what_a_timed_out_label_is_said_to_wait_for_counts_no_more(self) -> None:
        tracker = tracker_with()
        tracker.record_heard(record(pending=1))
        assert tracker.labels_pending == {MAC}
        tracker.timed_out(MAC)
        tracker.record_heard(record(pending=1, seen_s=140))  # the firmware leaves it as it was
        assert tracker.labels_pending == set()
        tracker.sending(MAC, "t2")
        tracker.record_heard(record(pending=2, seen_s=140))
        tracker.record_heard(record(pending=1, seen_s=140))
        assert said(tracker.record_heard(record(count=8, seen_s=180))) == [("t2", Outcome.DELIVERED)]


class TestPicture:
    def test_it_is_queued_once_drawn_and_there_when_the_count_steps(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        assert said(tracker.record_heard(record(pending=0))) == []
        assert said(tracker.record_heard(record(pending=0), tracker.ask())) == [], "not drawn yet"
        assert said(tracker.record_heard(record(pending=1))) == []
        assert said(tracker.record_heard(record(count=8))) == [("p1", Outcome.DELIVERED)]

    def test_behind_a_flash_the_first_step_is_the_flash(self) -> None:
        tracker = with_picture(tracker_with(digest=FLASH))
        tracker.record_heard(record(pending=2))
        assert said(tracker.record_heard(record(pending=1, count=8, digest=FLASH))) == DELIVERED
        assert said(tracker.record_heard(record(count=9, digest=PICTURE))) == [("p1", Outcome.DELIVERED)]

    def test_a_step_of_the_flash_with_an_empty_queue_is_not_the_picture(self) -> None:
        tracker = with_picture(tracker_with(digest=FLASH))
        assert said(tracker.record_heard(record(count=8, digest=FLASH))) == DELIVERED
        assert tracker.pictures_waiting == {MAC}

    def test_both_may_have_arrived_since_the_last_word(self) -> None:
        tracker = with_picture(tracker_with(digest=FLASH))
        verdicts = tracker.record_heard(record(count=9, digest=PICTURE))
        assert said(verdicts) == [*DELIVERED, ("p1", Outcome.DELIVERED)]

    def test_what_another_client_had_queued_is_not_ours(self) -> None:
        tracker = with_picture(tracker_with(under_way=None, pending=1))
        tracker.record_heard(record(pending=2))
        assert said(tracker.record_heard(record(pending=1, count=8))) == []
        assert said(tracker.record_heard(record(count=9))) == [("p1", Outcome.DELIVERED)]

    def test_one_it_shows_already_has_arrived(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.drawing(MAC)
        assert said(tracker.same_picture()) == [("p1", Outcome.DELIVERED)]
        assert said(tracker.same_picture()) == []

    def test_one_that_cannot_be_drawn_is_refused(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.drawing(MAC)
        assert said(tracker.not_drawn("invalid jpg")) == [("p1", Outcome.REFUSED)]

    def test_what_is_said_of_another_label_is_not_about_it(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.drawing("0000021234567891")
        assert said(tracker.same_picture()) == said(tracker.not_drawn("invalid jpg")) == []

    def test_it_is_gone_when_somebody_clears_the_queue_or_the_access_point_restarts(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.record_heard(record(pending=1))
        assert said(tracker.record_heard(record())) == [("p1", Outcome.DROPPED)]
        with_picture(tracker, "p2")
        tracker.lost_touch()
        verdicts = tracker.record_heard(record(), tracker.ask(), is_fresh_start=True)
        assert said(verdicts) == [("p2", Outcome.DROPPED)]

    def test_a_first_look_at_an_access_point_that_never_went_away_loses_none(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        verdicts = tracker.record_heard(record(), tracker.ask(), is_fresh_start=True)
        assert said(verdicts) == [], "not drawn yet"


class TestMakingWay:
    def test_only_a_picture_that_waits_alone_is_put_aside(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        assert tracker.put_picture_aside(MAC) is None, "not drawn yet: clearing would not reach it"
        tracker.record_heard(record(pending=2))
        assert tracker.put_picture_aside(MAC) is None, "somebody else's things wait as well"
        tracker.record_heard(record(pending=1))
        assert tracker.put_picture_aside(MAC) == "p1"
        assert tracker.put_picture_aside(MAC) is None, "once is enough"

    def test_an_answer_on_its_way_since_before_does_not_hide_that_it_waits(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        asked = tracker.ask()
        tracker.record_heard(record(pending=1))
        assert said(tracker.record_heard(record(pending=0), asked)) == []
        assert tracker.put_picture_aside(MAC) == "p1"

    def test_one_that_is_being_fetched_stays(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.record_heard(record(pending=1))
        tracker.transferring(MAC)
        assert tracker.put_picture_aside(MAC) is None

    def test_aside_it_is_not_lost_and_is_waited_for_again_when_sent_again(self) -> None:
        tracker = with_picture(tracker_with(under_way=None))
        tracker.record_heard(record(pending=1))
        tracker.put_picture_aside(MAC)
        assert said(tracker.record_heard(record())) == []
        tracker.sending(MAC, "t1", FLASH)
        with_picture(tracker)
        tracker.record_heard(record(pending=2))
        assert said(tracker.record_heard(record(pending=1, count=8, digest=FLASH))) == DELIVERED
        assert said(tracker.record_heard(record(count=9, digest=PICTURE))) == [("p1", Outcome.DELIVERED)]


class TestFollowingAClear:
    def test_how_the_queue_was_emptied_for_it_may_be_heard_late(self) -> None:
        tracker = tracker_with(under_way=None)
        tracker.sending(MAC, "t1", FLASH, follows_clear=True)
        assert said(tracker.record_heard(record(pending=1))) == [], "what was there before"
        assert said(tracker.record_heard(record(pending=0))) == [], "emptied"
        assert said(tracker.record_heard(record(pending=1))) == []
        assert said(tracker.record_heard(record(count=8, digest=FLASH))) == DELIVERED

    def test_it_is_missed_if_it_is_emptied_once_more(self) -> None:
        tracker = tracker_with(under_way=None)
        tracker.sending(MAC, "t1", FLASH, follows_clear=True)
        for pending in (1, 0, 1):
            tracker.record_heard(record(pending=pending))
        assert said(tracker.record_heard(record(pending=0))) == DROPPED


class TestTakingBack:
    def test_a_flash_that_waits_alone_can_be(self) -> None:
        tracker = tracker_with()
        tracker.record_heard(record(pending=1))
        assert tracker.flash_alone(MAC) == "t1"
        assert said(tracker.take_back_flash(MAC)) == DROPPED
        assert said(tracker.take_back_flash(MAC)) == []

    def test_not_with_a_picture_behind_it(self) -> None:
        assert with_picture(tracker_with()).flash_alone(MAC) is None


class TestButton:
    def test_a_press_is_said_once(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=101, reason=4)) == 1
        assert pressed_button(record(seen_s=101, reason=4), record(seen_s=101, reason=4)) is None

    def test_nfc_is_button_0(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=101, reason=3)) == 0

    def test_a_timed_wake_up_is_no_press(self) -> None:
        assert pressed_button(record(seen_s=100), record(seen_s=140)) is None
