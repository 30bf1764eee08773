"""What is remembered is good until it is changed: here at once, beside us at once, elsewhere soon."""

from __future__ import annotations

import pytest

from backend.core.database import Database
from backend.core.remembered import Remembered
from shared.clock import ManualClock
from tests.backend.databases import both_databases


@pytest.fixture
def remembered(database: Database, clock: ManualClock) -> Remembered[str]:
    remembered: Remembered[str] = Remembered(database, clock)
    remembered.keep("a", "one", remembered.mark())
    return remembered


@both_databases
class TestRemembered:
    def test_it_is_found_until_somebody_else_may_have_written(
        self, remembered: Remembered[str], database: Database, clock: ManualClock
    ) -> None:
        clock.advance(database.look_again_s - 0.01)
        assert (remembered.find("a"), remembered.find("b")) == ("one", None)
        clock.advance(0.01)
        assert remembered.find("a") is None

    def test_forgotten_at_once(self, remembered: Remembered[str]) -> None:
        remembered.forget()
        assert remembered.find("a") is None

    def test_what_was_read_before_a_change_is_not_remembered_after_it(self, remembered: Remembered[str]) -> None:
        mark = remembered.mark()
        remembered.forget()
        remembered.keep("a", "old", mark)
        assert remembered.find("a") is None


def test_another_process_at_the_file_is_heard(
    remembered: Remembered[str], database: Database, clock: ManualClock
) -> None:
    other: Remembered[str] = Remembered(Database(database.url.render_as_string(hide_password=False)), clock)
    other.forget()
    assert remembered.find("a") is None
