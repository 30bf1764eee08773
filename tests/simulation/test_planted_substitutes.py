"""Mistakes planted against what is promised of substitutes: its own invariant finds each of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from backend.orders.substituted import SubstitutedLines
from backend.picking import deciding, proposals
from backend.picking.deciding import Deciding
from backend.picking.substituting import Substituting
from mobile.state import work_state
from shared.picking import PickStatus
from shared.substitution import PickSubstitution, SubstitutionStatus, SubstitutionWish
from tests.simulation.test_hour import SHORT
from tests.simulation.test_planted import Plant, find

# Much is sold out, so that shoppers are asked in every short hour.
SOLD_OUT = replace(SHORT, sold_out_share=0.4, platform_share=0)


def what_was_refused_is_kept(patch: pytest.MonkeyPatch) -> None:
    """The substitute lies in the tote already: the line counts as substituted, whatever the shopper says."""
    mark_substituted = SubstitutedLines.mark_substituted
    statuses = proposals.pick_status_of

    def generous(status: SubstitutionStatus) -> PickStatus:
        return PickStatus.SUBSTITUTED if status is SubstitutionStatus.REFUSED else statuses(status)

    patch.setattr(proposals, "pick_status_of", generous)
    patch.setattr(SubstitutedLines, "mark_refused", mark_substituted)


def silence_is_never_decided(patch: pytest.MonkeyPatch) -> None:
    """The note for the deadline is read, and nothing comes of it."""
    patch.setattr(Deciding, "decide", lambda *_: False)


def an_answer_is_applied_twice(patch: pytest.MonkeyPatch) -> None:
    """The same answer again decides once more."""
    answer = Deciding.answer

    def forgetful(deciding: Deciding, store_id: str, line_id: str, proposal_id: str, said: Any, tx: Any) -> Any:
        row = proposals.get_substitution(tx.session, store_id, proposal_id)
        if row is not None and row.decided_by == "shopper":
            row.status, row.decided_by = SubstitutionStatus.PROPOSED, None
            tx.session.add(row)
            tx.session.flush()
        return answer(deciding, store_id, line_id, proposal_id, said, tx)

    patch.setattr(Deciding, "answer", forgetful)


def a_late_answer_counts(patch: pytest.MonkeyPatch) -> None:
    """The rule comes a minute late, and until then everybody may answer."""
    is_late = proposals.is_answer_late

    def patient(row: Any, now: Any) -> bool:
        return is_late(row, now) and row.answer_by.second % 2 == 0

    patch.setattr(deciding.proposals, "is_answer_late", patient)


def nobody_says_what_to_put_back(patch: pytest.MonkeyPatch) -> None:
    """The phone forgets that a refused substitute lies in the tote."""
    patch.setattr(PickSubstitution, "is_to_put_back", property(lambda _: False))


def the_trolley_does_not_wait_for_answers(patch: pytest.MonkeyPatch) -> None:
    """The picker is quicker than the shopper, and nobody minds."""
    is_settled = work_state._is_settled
    patch.setattr("backend.picking.service.refuse_undecided", lambda *_: None)
    patch.setattr(work_state, "_is_settled", lambda pick: pick.status is PickStatus.PROPOSED or is_settled(pick))
    patch.setattr("mobile.state.substitute_state.SubstituteState.undecided", property(lambda _: []))


def everybody_is_said_to_allow_it(patch: pytest.MonkeyPatch) -> None:
    """Why ask."""
    row_of = Substituting._row

    def hasty(substituting: Substituting, asked: Any, pick: Any, product: Any, wish: Any, *rest: Any) -> Any:
        return row_of(substituting, asked, pick, product, SubstitutionWish.ALLOW, *rest)

    patch.setattr(Substituting, "_row", hasty)


@pytest.mark.parametrize(
    ("plant", "finds"),
    [
        (what_was_refused_is_kept, r"the substitute is refused: line \S+"),
        (silence_is_never_decided, r"is undecided \d+ s after its time"),
        (an_answer_is_applied_twice, r"was decided twice"),
        (a_late_answer_counts, r"was decided by shopper after its time|is undecided \d+ s after its time"),
        (nobody_says_what_to_put_back, r"were refused, and handed over all the same"),
        (the_trolley_does_not_wait_for_answers, r"is ready with open lines|were refused, and handed over all the same"),
        (everybody_is_said_to_allow_it, r"a substitute for a shopper who said ask, not allow"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_promised_of_substitutes_is_watched(plant: Plant, finds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    sentence = find(SOLD_OUT)
    assert re.search(finds, sentence), sentence
