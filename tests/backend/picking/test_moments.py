"""When something happened: by the phone's clock, as far as it can be believed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.clock import ManualClock
from shared.commands import FinishPickList, StartPickList
from shared.events import PickConfirmed
from tests.backend.picking.steps import confirm
from tests.backend.rooms import Rooms
from tests.factories import OPENING, make_asker

ADA = make_asker("Ada")
START_S = 100
NOW_S = 200


@pytest.mark.parametrize(
    ("phone_s", "kept_s"),
    [
        pytest.param(150, 150, id="a pick made while the phone was offline keeps its moment"),
        pytest.param(START_S - 1, START_S, id="not before the walk began"),
        pytest.param(-86_400, START_S, id="a phone a day behind"),
        pytest.param(NOW_S + 1, NOW_S, id="not in the future"),
        pytest.param(86_400 * 365, NOW_S, id="a phone a year ahead"),
    ],
)
def test_a_pick_lies_between_the_walks_start_and_now(
    rooms: Rooms, clock: ManualClock, phone_s: float, kept_s: float
) -> None:
    pick_list = rooms.planned(o1=["A-1-1"])
    clock.advance(START_S)
    rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
    clock.advance(NOW_S - START_S)
    confirm(rooms, ADA, "A-1-1", made_at=OPENING + timedelta(seconds=phone_s))

    kept_at = OPENING + timedelta(seconds=kept_s)
    pick = rooms.pick_of("A-1-1")
    assert (pick.done_at, pick.recorded_at) == (kept_at, OPENING + timedelta(seconds=NOW_S))
    assert next(event.at for event in rooms.events() if isinstance(event, PickConfirmed)) == kept_at


def test_a_walk_does_not_start_before_its_trolley_was_released(rooms: Rooms, clock: ManualClock) -> None:
    clock.advance(50)
    pick_list = rooms.planned(o1=["A-1-1"])
    clock.advance(50)
    rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id), made_at=OPENING)

    assert rooms.pick_list(pick_list.id).started_at == OPENING + timedelta(seconds=50)


def test_a_walk_does_not_end_before_it_started(rooms: Rooms, clock: ManualClock) -> None:
    pick_list = rooms.planned(o1=["A-1-1"])
    clock.advance(START_S)
    rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
    confirm(rooms, ADA, "A-1-1")
    rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id), made_at=OPENING)

    finished = rooms.pick_list(pick_list.id)
    assert finished.finished_at == finished.started_at == OPENING + timedelta(seconds=START_S)
