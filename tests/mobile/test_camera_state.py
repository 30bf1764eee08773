"""The camera as the app sees it: open or not, and why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from mobile.services.camera import CameraProblem, NoCamera
from mobile.state.camera_state import CameraState

WORDS = {"hint": "Hold it", "close": "Close", "torch": "Light"}


class FakeCamera:
    is_possible = True

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.tell: Callable[[bool, str], None] = lambda is_open, problem: None

    def open(self, words: Mapping[str, str]) -> None:
        self.asked.append(dict(words))

    def close(self) -> None:
        self.asked.append("close")

    def listen(self, on_change: Callable[[bool, str], None]) -> None:
        self.tell = on_change


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera()


@pytest.fixture
def state(camera: FakeCamera) -> CameraState:
    state = CameraState(camera)
    state.connect()
    return state


class TestLooking:
    def test_a_second_tap_closes_it(self, state: CameraState, camera: FakeCamera) -> None:
        state.look(WORDS)
        camera.tell(True, "")
        state.look(WORDS)
        assert camera.asked == [WORDS, "close"]

    def test_it_may_rest_by_itself(self, state: CameraState, camera: FakeCamera) -> None:
        camera.tell(True, "")
        camera.tell(False, "")
        assert not state.is_open
        assert state.problem is None
        state.close()
        assert camera.asked == []


class TestProblems:
    @pytest.mark.parametrize("problem", list(CameraProblem))
    def test_are_shown_until_put_away_or_tried_again(
        self, state: CameraState, camera: FakeCamera, problem: CameraProblem
    ) -> None:
        camera.tell(False, problem.value)
        assert state.problem is problem
        state.put_problem_away()
        assert state.problem is None
        camera.tell(False, problem.value)
        state.look(WORDS)
        assert state.problem is None

    def test_one_of_a_newer_page_is_still_one(self, state: CameraState, camera: FakeCamera) -> None:
        camera.tell(False, "upside_down")
        assert state.problem is CameraProblem.FAILED


def test_a_device_without_a_page_offers_none() -> None:
    state = CameraState(NoCamera())
    state.connect()
    state.look(WORDS)
    assert (state.is_possible, state.is_open, state.problem) == (False, False, None)
