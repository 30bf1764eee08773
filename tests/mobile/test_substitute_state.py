"""Another product for what is missing, as the phone goes about it, with and without network."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mobile.services.signals import Signal
from mobile.services.synced import Picker
from mobile.state.scan_outcome import OutcomeKind
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from shared.errors import Problem
from shared.picking import Pick, PickStatus, ShortReason
from shared.products import UnitOfMeasure
from shared.substitution import PickSubstitution, SubstituteCandidate, SubstitutionStatus, SubstitutionWish
from shared.sync.envelope import Result
from tests.factories import keyed
from tests.mobile.builders import PICKER_ID, START, VirtualTime, gtin, pick, scale_label
from tests.mobile.test_stops_state import Walk, tell

ASK, ALLOW, REFUSE = SubstitutionWish.ASK, SubstitutionWish.ALLOW, SubstitutionWish.REFUSE
EMPTY = ShortReason.NOT_ON_SHELF


def candidate(number: int, **parts: Any) -> SubstituteCandidate:
    like = pick(number, unit=parts.pop("unit", UnitOfMeasure.EACH))
    return SubstituteCandidate(product=like.product.model_copy(update=parts), location=like.location)


def wishing(wish: SubstitutionWish = ASK, quantity: int = 2, **parts: Any) -> Pick:
    """Stop 0, for which 10, 11 or 12 may be given."""
    given = {"wish": wish, "candidates": [candidate(10), candidate(11), candidate(12)], **parts}
    return pick(0, quantity=quantity).model_copy(update=given)


def lying(status: SubstitutionStatus, **parts: Any) -> PickSubstitution:
    one = candidate(10)
    return PickSubstitution(id="sub_1", product=one.product, location=one.location, quantity=2, status=status, **parts)


def look(walk: Walk, found: int = 0) -> None:
    assert walk.app.substitute.look(EMPTY, found)
    walk.app.open(Screen.SUBSTITUTE)


def done(walk: Walk) -> list[str]:
    """What the picker said, besides where they look: that is written beside what they do."""
    return [name for name, _ in walk.said if name != "substitute.seek"]


class TestLooking:
    def test_what_is_scanned_is_given_and_the_walk_goes_on(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            assert walk.app.screen is Screen.SUBSTITUTE
            await walk.app.take_scan(gtin(11))
            assert walk.app.substitute.quantity == 2
            await walk.app.take_scan(PRIMARY_ACTION_SCAN)
            (name, body) = walk.said[-1]
            assert (name, body["product_id"], body["quantity"]) == ("pick.substitute", "prd_11", 2)
            assert (body["quantity_found"], body["reason"], body["scan"]) == (0, "not_on_shelf", gtin(11))
            assert walk.app.screen is Screen.STOP
            assert walk.stops == ["pck_1"]
            assert walk.app.pick.outcome is not None
            assert walk.app.pick.outcome.kind is OutcomeKind.SUBSTITUTED
            assert walk.app.link.waiting_picks == 1

        tell(tmp_path, story, [wishing(), pick(1)])

    @pytest.mark.parametrize(
        ("wish", "status", "lies"),
        [
            (ASK, PickStatus.PROPOSED, SubstitutionStatus.PROPOSED),
            (ALLOW, PickStatus.SUBSTITUTED, SubstitutionStatus.GIVEN),
        ],
    )
    def test_the_phone_knows_at_once_what_becomes_of_it(
        self, tmp_path: Path, wish: SubstitutionWish, status: PickStatus, lies: SubstitutionStatus
    ) -> None:
        async def story(walk: Walk) -> None:
            look(walk, found=1)
            await walk.app.take_scan(gtin(10))
            await walk.app.give_substitute()
            assert walk.app.work.active is not None
            done = walk.app.work.active.picks[0]
            assert (done.status, done.quantity_picked, done.short_reason) == (status, 1, EMPTY)
            assert done.substitution is not None
            assert (done.substitution.status, done.substitution.quantity) == (lies, 1)

        tell(tmp_path, story, [wishing(wish), pick(1)])

    def test_a_mistake_is_taken_back_by_another_scan(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(11))
            walk.app.substitute.change_quantity(-1)
            await walk.app.take_scan(gtin(12))
            assert walk.app.substitute.scanned == candidate(12)
            assert walk.app.substitute.quantity == 2

        tell(tmp_path, story, [wishing()])

    def test_never_more_than_is_missing_nor_fewer_than_one(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(11))
            walk.app.substitute.change_quantity(1)
            assert walk.app.substitute.quantity == 2
            for _ in range(3):
                walk.app.substitute.change_quantity(-1)
            assert walk.app.substitute.quantity == 1
            assert walk.app.substitute.is_possible

        tell(tmp_path, story, [wishing()])

    def test_the_ordered_product_may_turn_up_after_all(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(0))
            assert done(walk) == ["pick.confirm"]
            assert walk.app.screen is Screen.STOP

        tell(tmp_path, story, [wishing(quantity=1), pick(1)])

    def test_anything_else_is_wrong(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(77))
            assert walk.app.pick.outcome is not None
            assert walk.app.pick.outcome.kind is OutcomeKind.WRONG_PRODUCT
            assert walk.app.substitute.scanned is None
            assert await walk.app.substitute.give() is None

        tell(tmp_path, story, [wishing()])

    def test_a_barcode_that_cannot_be_scanned_is_typed(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            walk.app.open(Screen.TYPED_CODE)
            walk.app.back()
            assert walk.app.screen is Screen.SUBSTITUTE
            walk.app.open(Screen.TYPED_CODE)
            await walk.scans(*keyed(candidate(12).product.sku), PRIMARY_ACTION_SCAN, PRIMARY_ACTION_SCAN)
            assert (walk.said[-1][1]["product_id"], walk.said[-1][1]["entered_by"]) == ("prd_12", "typed")

        tell(tmp_path, story, [wishing()])

    def test_going_back_gives_nothing(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(11))
            walk.app.back()
            assert walk.app.screen is Screen.STOP
            assert walk.app.substitute.pick is None
            walk.app.open(Screen.TYPED_CODE)
            await walk.scans(*keyed(gtin(11)), PRIMARY_ACTION_SCAN)
            assert done(walk) == ["scan.record_wrong"]

        tell(tmp_path, story, [wishing(), pick(1)])

    def test_a_stop_that_falls_away_ends_it(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(11))
            await walk.hears(wishing(status=PickStatus.CANCELLED), pick(1))
            assert walk.app.screen is Screen.STOP
            assert walk.app.substitute.pick is None
            assert await walk.app.substitute.give() is None

        tell(tmp_path, story, [wishing(), pick(1)])

    def test_scale_labels_say_how_heavy_it_is(self, tmp_path: Path) -> None:
        plums = candidate(10, unit=UnitOfMeasure.GRAM, gtins=[], article="00010")
        apples = pick(0, quantity=1_000, unit=UnitOfMeasure.GRAM).model_copy(
            update={"wish": ASK, "candidates": [plums]}
        )

        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(scale_label(10, 400))
            await walk.app.take_scan(scale_label(10, 450))
            assert walk.app.substitute.quantity == 850
            await walk.app.give_substitute()
            assert walk.said[-1][1]["quantity"] == 850

        tell(tmp_path, story, [apples])


class TestSeeking:
    def test_the_backend_hears_to_which_one_the_picker_goes(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await VirtualTime().settle()
            walk.app.substitute.seek("prd_12")
            walk.app.substitute.seek("prd_12")
            await VirtualTime().settle()
            sought = [body["product_id"] for name, body in walk.said if name == "substitute.seek"]
            assert sought == ["prd_10", "prd_12"]
            assert walk.app.link.waiting_picks == 0, "nobody need know that it waits to be sent"

        tell(tmp_path, story, [wishing()])


class TestCandidates:
    def test_none_where_the_shopper_wants_none(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            assert not walk.app.substitute.look(EMPTY, 0)

        tell(tmp_path, story, [wishing(REFUSE)])

    def test_none_that_this_picker_may_not_pick(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.app._outbox.remember_picker(Picker(person_id=PICKER_ID, may_not_pick=("wine",)))
            assert [one.product.id for one in walk.app.substitute.candidates(walk.app.pick.open_picks[0])] == ["prd_11"]

        tell(tmp_path, story, [wishing(candidates=[candidate(10, department="Wine"), candidate(11)])])

    @pytest.mark.parametrize("found", [-1, 2, 3])
    def test_not_for_what_was_found(self, tmp_path: Path, found: int) -> None:
        async def story(walk: Walk) -> None:
            assert not walk.app.substitute.look(EMPTY, found)

        tell(tmp_path, story, [wishing()])


class TestWhatTheBackendSays:
    def test_a_refused_command_brings_the_stop_back(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.app.take_scan(gtin(11))
            await walk.app.give_substitute()
            command = walk.app._outbox.waiting()[-1]
            problem = Problem(code="substitute_not_allowed", detail="this product may not be given")
            walk.app._outbox.hear([], [Result(command_id=command.id, is_applied=False, problem=problem)])
            walk.app.documents_changed()
            assert walk.stops == ["pck_0"]

        tell(tmp_path, story, [wishing()])

    def test_a_refusal_is_heard_once_and_said_done(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            refused = {"status": PickStatus.SHORT, "substitution": lying(SubstitutionStatus.REFUSED)}
            await walk.hears(wishing(**refused), pick(1))
            await walk.hears(wishing(**refused), pick(1, tote="A"))
            assert walk.signals.count(Signal.ATTENTION) == 1
            assert [one.id for one in walk.app.substitute.to_put_back] == ["pck_0"]
            assert await walk.app.substitute.put_back("pck_0")
            assert not await walk.app.substitute.put_back("pck_0")
            assert walk.said == [("substitute.put_back", {"pick_list_id": "pkl_1", "pick_id": "pck_0"})]
            assert walk.app.substitute.to_put_back == []

        tell(tmp_path, story, [wishing(status=PickStatus.PROPOSED), pick(1)])


class TestFinishing:
    def test_it_waits_for_whoever_is_asked(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            late, soon = START + timedelta(seconds=300), START + timedelta(seconds=60)
            asked = [
                pick(number).model_copy(
                    update={
                        "status": PickStatus.PROPOSED,
                        "substitution": lying(SubstitutionStatus.PROPOSED, answer_by=answer_by),
                    }
                )
                for number, answer_by in ((0, None), (1, late), (2, soon))
            ]
            await walk.hears(*asked)
            assert walk.app.screen is Screen.FINISH
            assert [one.id for one in walk.app.substitute.undecided] == ["pck_2", "pck_1", "pck_0"]
            assert not await walk.app.work.finish()
            given = {"status": PickStatus.SUBSTITUTED, "substitution": lying(SubstitutionStatus.APPROVED)}
            await walk.hears(*(one.model_copy(update=given) for one in asked))
            assert await walk.app.work.finish()

        tell(tmp_path, story, [pick(0), pick(1), pick(2)])

    def test_it_waits_until_what_was_refused_is_out_of_the_tote(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.hears(wishing(status=PickStatus.SHORT, substitution=lying(SubstitutionStatus.REFUSED)))
            await walk.app.take_scan(PRIMARY_ACTION_SCAN)
            assert walk.said == []
            await walk.app.substitute.put_back("pck_0")
            await walk.app.take_scan(PRIMARY_ACTION_SCAN)
            assert [name for name, _ in walk.said] == ["substitute.put_back", "pick_list.finish"]

        tell(tmp_path, story, [wishing()])
