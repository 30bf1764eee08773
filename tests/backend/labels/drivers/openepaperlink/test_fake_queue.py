"""The fake access point's queue for one label behaves as the firmware's two halves do."""

from backend.labels.drivers.openepaperlink.fake_queue import LabelQueue
from backend.labels.drivers.openepaperlink.sync_packets import DATA_TYPE_IMAGE, PendingItem, led_command

MAC = "0000021234567890"
FLASH = led_command(MAC, bytes.fromhex("810301140000000000000F00"))
STOP = led_command(MAC, bytes(12))
PICTURE = PendingItem(MAC, bytes(range(8)), 3, DATA_TYPE_IMAGE)


def queue_of(*items: tuple[PendingItem, bytes | None]) -> LabelQueue:
    queue = LabelQueue()
    for pending, content in items:
        queue.add(pending, content, 0)
    return queue


class TestQueue:
    def test_first_in_first_out_and_two_bring_the_label_back_after_5_s(self) -> None:
        queue = queue_of((FLASH, None), (PICTURE, b"jpg"))
        assert queue.count == 2
        first, second = queue.fetch(1), queue.fetch(6)
        assert first is not None
        assert second is not None
        assert (first.pending.led_pattern, first.pending.check_in_s) == (FLASH.led_pattern, 5)
        assert (second.content, second.pending.check_in_s) == (b"jpg", None)
        assert queue.fetch(46) is None
        assert queue.count == 0

    def test_clearing_does_not_reach_the_radio(self) -> None:
        queue = queue_of((FLASH, None))
        queue.clear()
        fetched = queue.fetch(1)
        assert fetched is not None
        assert fetched.pending.led_pattern == FLASH.led_pattern

    def test_the_next_thing_takes_its_place_there(self) -> None:
        queue = queue_of((FLASH, None))
        queue.clear()
        queue.add(STOP, None, 0)
        fetched = queue.fetch(1)
        assert fetched is not None
        assert fetched.pending.led_pattern == STOP.led_pattern
        assert queue.fetch(2) is None

    def test_a_picture_that_was_cleared_makes_it_cancel_everything(self) -> None:
        queue = queue_of((PICTURE, b"jpg"))
        queue.clear()
        fetched = queue.fetch(1)
        assert fetched is not None
        assert fetched.is_cancelled
        assert queue.fetch(2) is None

    def test_giving_up_drops_all_and_leaves_the_count(self) -> None:
        queue = queue_of((FLASH, None), (PICTURE, b"jpg"))
        assert queue.gives_up_at_s == 20 * 60
        queue.give_up()
        assert (queue.count, len(queue), queue.fetch(1)) == (2, 0, None)

    def test_a_reboot_forgets_both_halves(self) -> None:
        queue = queue_of((FLASH, None))
        queue.forget()
        assert (queue.count, queue.fetch(1)) == (0, None)
