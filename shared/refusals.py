"""Of the commands the backend refused, those somebody has to hear of: the phone's picker and the supervisor alike."""

from __future__ import annotations

from shared.commands import FinishPickList

PICKS_STILL_OPEN = "picks_still_open"


def is_worth_saying(command_name: str, problem_code: str) -> bool:
    """Not that a walk the phone took for done has more to do. A finish carries no pick, so nothing is lost with it.

    What was added meanwhile is shown as such, and a pick that was refused before is worth saying by itself.
    """
    return (command_name, problem_code) != (FinishPickList.name, PICKS_STILL_OPEN)
