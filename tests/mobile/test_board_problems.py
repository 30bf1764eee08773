"""What needs a look is said in the supervisor's language, whichever backend tells it; evidence stays as it came."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from backend.channels.resolution import HoldReason
from backend.picking.planning import Obstacle
from mobile.captions import captions_in, is_caption
from mobile.screens.board_problem import told
from mobile.screens.top import refused_caption, with_evidence
from mobile.state.board_state import BoardProblem

SAY = captions_in("pt")
NEWER = {"planet": "Mars", "evidence": "out of orbit"}
TOO_WARM = {"order": "W1", "picker": "Ada", "temperature": "chilled", "began_at": "2026-01-05T08:00:00+00:00"}
REFUSED = {"command": "pick.confirm", "code": "pick_already_done", "evidence": "this pick is short already"}


def problem(what: str, **facts: str) -> BoardProblem:
    return BoardProblem(what=what, detail="an English sentence", facts=facts)


@pytest.mark.parametrize(
    ("what", "facts", "about", "evidence"),
    [
        ("label.silent", {"label": "L0417", "evidence": "no answer"}, "L0417", "no answer"),
        ("trolley.left", {"picker": "Ada"}, "Ada já não anda com ele", ""),
        ("delivery.dead", {"evidence": "channels.deliver: gone"}, "", "channels.deliver: gone"),
        ("deadline.accept", {}, "an English sentence", ""),  # a channel's name and its number: no sentence at all
        ("label.silent", {}, "", "an English sentence"),  # an older backend
        ("order.stuck", NEWER, "", "an English sentence"),  # a newer one
        ("planet.lost", NEWER, "", "out of orbit"),
    ],
)
def test_what_it_is_about_and_the_evidence(what: str, facts: dict[str, str], about: str, evidence: str) -> None:
    assert told(SAY, problem(what, **facts)) == (about, evidence)


def test_a_refused_command_is_said_as_in_the_inbox() -> None:
    about, evidence = told(SAY, problem("command.refused", **REFUSED))
    assert about == f"{SAY('command.pick.confirm')}: {SAY('refused.pick_already_done')}"
    assert evidence == "this pick is short already"


def test_the_hour_is_the_phones_own() -> None:
    about, _ = told(SAY, problem("cold.over", **TOO_WARM))
    assert about.startswith(f"W1 (Ada): {SAY('cold.chilled')}")
    assert "UTC" not in about


@pytest.mark.parametrize("kind", get_args(get_type_hints(Obstacle)["kind"]))
def test_every_obstacle_has_words(kind: str) -> None:
    about, evidence = told(SAY, problem("order.stuck", order="W1", obstacle=kind, sku="20417", address="A7-3-2"))
    assert about.startswith("W1: ")
    assert evidence == ""


def test_every_reason_to_hold_an_order_has_words() -> None:
    assert [reason for reason in HoldReason if not is_caption(f"board.held.{reason}")] == []


def test_a_reason_without_words_yet_is_said_to_be_the_systems() -> None:
    assert refused_caption(SAY, "planet_lost") == SAY("refused.other")
    text = with_evidence(SAY, SAY("refused.other"), "out of orbit", "", "by far")
    assert text == "O sistema da loja não o aceitou.\nO sistema diz: out of orbit\nby far"
    assert with_evidence(SAY, "nada", "") == "nada"
