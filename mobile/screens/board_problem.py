"""What needs a look, on the board: in the supervisor's words, and below what a driver or a platform said of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import flet as ft

from mobile import theme
from mobile.captions import Say, is_caption
from mobile.components.due_time import clock_caption
from mobile.components.mark import mark
from mobile.screens.top import refused_caption
from mobile.state.board_state import BoardProblem


def board_problem(say: Say, number: int, problem: BoardProblem) -> ft.Control:
    key = f"board.problem.{problem.what}"
    at = clock_caption(problem.at) if problem.at else ""
    lines = [ft.Text(f"{at}  {say(key) if is_caption(key) else problem.what}".strip(), style=theme.bold(18))]
    about, evidence = told(say, problem)
    if about:
        lines.append(ft.Text(about, size=theme.TEXT_SP, max_lines=3))
    if evidence:
        words = say("evidence", words=evidence)
        lines.append(ft.Text(words, size=theme.TEXT_SP, color=theme.QUIET, max_lines=3))
    return mark(f"board-problem-{number}", ft.Column([*lines], spacing=0, tight=True))


def told(say: Say, problem: BoardProblem) -> tuple[str, str]:
    """What it is about in words, and the evidence as it came. An older backend gives no facts: its sentence is that."""
    facts = problem.facts
    if not facts:
        is_names = problem.what.startswith("deadline.")
        return (problem.detail, "") if is_names else ("", problem.detail)
    try:
        about = _about(say, problem.what, facts)
    except (KeyError, ValueError):  # a newer backend tells of something else
        return "", problem.detail
    return about, facts.get("evidence", "")


def _about(say: Say, what: str, facts: Mapping[str, str]) -> str:
    match what:
        case "command.refused":
            key = f"command.{facts['command']}"
            return f"{say(key) if is_caption(key) else facts['command']}: {refused_caption(say, facts['code'])}"
        case "label.silent":
            return facts["label"]
        case "order.stuck":
            key = f"board.stuck.{facts['obstacle']}"
            return say(key, order=facts["order"], sku=facts["sku"], address=facts["address"])
        case "trolley.left":
            return say("board.left", picker=facts["picker"])
        case "cold.over":
            clock = clock_caption(datetime.fromisoformat(facts["began_at"]))
            temperature = say(f"cold.{facts['temperature']}")
            return say("board.cold", order=facts["order"], picker=facts["picker"], temperature=temperature, clock=clock)
        case _:
            return ""
