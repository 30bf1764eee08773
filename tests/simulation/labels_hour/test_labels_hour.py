"""A small hour: the same every time, lit as it should be, and a planted mistake is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from backend.labels.lights import Command
from backend.labels.pictures import queue
from backend.labels.reconcile import Reconciler
from tests.simulation.labels_hour.experiment import Case, Task, run_one
from tests.simulation.labels_hour.hour import Lived, live
from tests.simulation.labels_hour.radios import BLUETOOTH_LABELS, EVERY_KIND, WAKING_LABELS
from tests.simulation.labels_hour.tables import SMALL, small_row
from tests.simulation.labels_hour.watching import EARLY_S

PAGE = Path(__file__).parents[3] / "docs" / "labels.md"
LATER_BY_AT_MOST = 1.1
LASTING_PICTURES = replace(WAKING_LABELS.radio, picture_s=3.0, picture_holds_lights=False)  # over all of the hour


@cache
def small(kind: int, case: Case) -> Lived:
    return run_one(Task(kind, case, 1), SMALL)


BLUETOOTH, WAKING = EVERY_KIND.index(BLUETOOTH_LABELS), EVERY_KIND.index(WAKING_LABELS)


def test_a_label_that_one_picker_wants_is_lit_in_time_once_a_walk_has_begun() -> None:
    for kind in (BLUETOOTH, WAKING):
        ahead, aim = small(kind, Case.AHEAD), EVERY_KIND[kind].aim
        assert aim is not None
        alone = [each for each in ahead.later if not each.is_shared and each.since_start_s >= EARLY_S]
        assert sum(each.is_lit for each in alone) / len(alone) >= aim


def test_lighting_only_the_stop_one_goes_to_is_late_for_labels_that_wake_seldom() -> None:
    one_by_one = small(WAKING, Case.ONE_BY_ONE)
    assert one_by_one.share_lit < 0.5 < small(WAKING, Case.AHEAD).share_lit


def test_the_page_has_the_small_hour_to_the_digit() -> None:
    assert small_row(small(BLUETOOTH, Case.AHEAD), small(WAKING, Case.AHEAD)) in PAGE.read_text(encoding="utf-8")


def test_pictures_do_not_hold_up_lights_and_if_they_went_first_it_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not are_held_up()
    pictures_go_first(monkeypatch)
    assert are_held_up()


def are_held_up() -> bool:
    """Whether 95 of 100 lights take a tenth longer while every label gets a picture; so few have no steady median."""
    idle, busy = small(WAKING, Case.AHEAD), live(LASTING_PICTURES, 1, SMALL)
    return busy.light_within_s(95) > LATER_BY_AT_MOST * idle.light_within_s(95)


def pictures_go_first(patch: pytest.MonkeyPatch) -> None:
    """All places of the gateway are theirs, and a light waits while one picture waits."""
    due = Reconciler.due

    def after_pictures(lights: Reconciler, now: datetime, slots: int, others_pending: int = 0) -> list[Command]:
        return due(lights, now, 0 if others_pending else slots, others_pending)

    patch.setattr(queue, "SHARE_OF_PENDING", 1.0)
    patch.setattr(Reconciler, "due", after_pictures)
