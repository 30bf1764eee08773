"""A product past its date never goes into a tote; one that is near it is pointed out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mobile.services.signals import Signal
from mobile.state.scan_outcome import OutcomeKind
from shared.store_rules import StoreRules
from tests.mobile.builders import gtin, pick
from tests.mobile.test_pick_state import kinds, said, scanned, signals, walking

# The clock of these tests stands at 5 January 2026.
PACK = f"]C101{gtin(0).zfill(14)}17"


class TestExpired:
    @pytest.mark.parametrize("day", ["260104", "251200", "991231"])
    def test_is_refused_with_its_date(self, tmp_path: Path, day: str) -> None:
        app, outcomes = scanned(tmp_path, [pick(0)], PACK + day)
        assert kinds(outcomes) == [OutcomeKind.EXPIRED]
        assert outcomes[0].is_bad
        assert outcomes[0].last_day is not None
        assert signals(app)[-1] is Signal.WRONG
        assert app.pick.current is not None

    def test_is_told_with_the_scan(self, tmp_path: Path) -> None:
        async def scenario() -> list[str]:
            app = await walking(tmp_path, [pick(0)])
            await app.pick.scan(PACK + "260104")
            await asyncio.gather(*app.pick._telling)
            return said(app)

        assert asyncio.run(scenario())[-1] == "scan.record_wrong"

    def test_a_fresh_one_follows(self, tmp_path: Path) -> None:
        _, outcomes = scanned(tmp_path, [pick(0)], PACK + "260104", PACK + "270101")
        assert kinds(outcomes) == [OutcomeKind.EXPIRED, OutcomeKind.PICKED]
        assert outcomes[1].last_day is None

    def test_of_another_product_it_is_the_wrong_product(self, tmp_path: Path) -> None:
        _, outcomes = scanned(tmp_path, [pick(0)], f"01{gtin(7).zfill(14)}17260104")
        assert kinds(outcomes) == [OutcomeKind.WRONG_PRODUCT]


class TestNear:
    @pytest.mark.parametrize(("day", "is_near"), [("260105", True), ("260106", True), ("260107", False)])
    def test_is_picked_and_pointed_out(self, tmp_path: Path, day: str, is_near: bool) -> None:
        app, outcomes = scanned(tmp_path, [pick(0)], PACK + day)
        assert kinds(outcomes) == [OutcomeKind.PICKED]
        assert (outcomes[0].last_day is not None) is is_near
        assert outcomes[0].closes_itself is not is_near
        assert signals(app)[-1] is (Signal.ATTENTION if is_near else Signal.OK)

    def test_the_store_says_how_near(self, tmp_path: Path) -> None:
        async def scenario() -> bool:
            app = await walking(tmp_path, [pick(0)])
            app.work.store_rules = StoreRules(near_expiry_days=30)
            return (await app.pick.scan(PACK + "260201")).last_day is not None

        assert asyncio.run(scenario())

    def test_what_is_said_next_carries_no_date(self, tmp_path: Path) -> None:
        _, outcomes = scanned(tmp_path, [pick(0), pick(1)], PACK + "260105", gtin(1))
        assert [outcome.last_day is not None for outcome in outcomes] == [True, False]
