"""Walks that are over go from the phone: the last ones stay for a while, whatever is still open stays anyway."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mobile.services.past_walks import KEPT_MAX, without_older
from mobile.services.synced import PickLists, fold_update
from shared.picking import PickList, PickListStatus
from shared.sync.envelope import Update
from tests.mobile.builders import START, pick_list


def over(number: int, status: PickListStatus = PickListStatus.FINISHED) -> PickList:
    finished_at = START + timedelta(minutes=number) if status is PickListStatus.FINISHED else None
    return pick_list(number=100 + number, status=status).model_copy(update={"finished_at": finished_at})


def held(*pick_lists: PickList) -> PickLists:
    return {one.id: one for one in pick_lists}


@pytest.mark.parametrize("status", [PickListStatus.READY, PickListStatus.PICKING])
def test_what_is_open_stays_however_much_there_is(status: PickListStatus) -> None:
    lists: dict[str, PickList] = held()
    for number in range(10):
        lists = without_older(lists, pick_list(number=number, status=status))
    assert len(without_older(lists, over(1))) == 11


def test_of_those_that_are_over_the_last_stay() -> None:
    lists: dict[str, PickList] = held(pick_list())
    for number in range(5):
        lists = without_older(lists, over(number))
    assert sorted(lists) == ["pkl_1", *(f"pkl_{100 + number}" for number in range(5 - KEPT_MAX, 5))]


def test_what_has_just_come_stays_although_it_ended_before_the_others() -> None:
    lists = without_older(held(over(8), over(9)), over(1))
    assert sorted(lists) == ["pkl_101", "pkl_109"]


def test_a_cancelled_walk_goes_before_a_finished_one() -> None:
    lists = without_older(held(over(3, PickListStatus.CANCELLED), over(1)), over(2))
    assert sorted(lists) == ["pkl_101", "pkl_102"]


def test_a_phone_holds_no_more_of_them_however_many_it_has_walked() -> None:
    lists: PickLists = {}
    for number in range(20):
        body = over(number).model_dump(mode="json")
        lists = fold_update(lists, Update(sequence=number + 1, name="pick_list", at=START, body=body))
    assert len(lists) == KEPT_MAX
