"""Which refusals a person has to hear of."""

from __future__ import annotations

import pytest

from shared.refusals import is_worth_saying


@pytest.mark.parametrize(
    ("name", "code", "is_said"),
    [
        ("pick_list.finish", "picks_still_open", False),
        ("pick_list.finish", "pick_list_not_found", True),
        ("pick_list.finish", "proposals_undecided", True),
        ("order.pack", "picks_still_open", True),
        ("pick.confirm", "pick_cancelled", True),
        ("pick.confirm", "picks_still_open", True),
    ],
)
def test_more_to_do_is_no_news_of_its_own(name: str, code: str, is_said: bool) -> None:
    assert is_worth_saying(name, code) is is_said
