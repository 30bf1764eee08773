"""What of the backend's refusals a picker has to hear."""

from __future__ import annotations

import pytest

from mobile.services.kept_problems import is_worth_saying
from shared.errors import Problem
from shared.sync.envelope import Command
from tests.mobile.builders import START


@pytest.mark.parametrize(
    ("name", "code", "is_said"),
    [
        ("pick_list.finish", "picks_still_open", False),
        ("pick_list.finish", "pick_list_not_found", True),
        ("order.pack", "picks_still_open", True),
        ("pick.confirm", "pick_cancelled", True),
    ],
)
def test_more_to_do_is_no_news_of_its_own(name: str, code: str, is_said: bool) -> None:
    command = Command(id="cmd_1", name=name, made_at=START, body={})
    assert is_worth_saying(command, Problem(code=code, detail="")) is is_said
