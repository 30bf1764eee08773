"""What the desk sees of the orders that wait: everything but their PIN."""

from __future__ import annotations

from tests.backend.handover.conftest import Desk


def test_the_most_pressing_first_with_bags_and_place(desk: Desk) -> None:
    first = desk.ready("o1", "A-1-1", 2, "BAG-1", "BAG-2")
    second = desk.ready("o2", "B-1-1", 1)
    waiting = desk.waiting()
    assert [order.id for order in waiting] == [first, second]
    assert (waiting[0].bags, waiting[0].bag_codes, waiting[0].place) == (2, ["BAG-1", "BAG-2"], "STAGE-A1")
    assert desk.rooms.order("o1").handover_pin not in waiting[0].model_dump_json().replace(first, "")


def test_what_has_left_waits_no_more(desk: Desk) -> None:
    desk.give(desk.ready())
    assert desk.waiting() == []
