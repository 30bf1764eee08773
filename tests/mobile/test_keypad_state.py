"""Digits are typed by printed codes as by a thumb, each for one thing only: a PIN, grams, a code, bags."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from mobile.services.outbox import DEVICE_TOKEN, Outbox
from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.keypad_state import Digits, KeypadState
from mobile.state.scan_outcome import OutcomeKind
from mobile.state.screens import Screen
from shared.printed_codes import PrintedCode
from shared.products import UnitOfMeasure
from shared.store_rules import StoreRules
from tests.factories import keyed
from tests.mobile.builders import VirtualTime, edges, gtin, no_flush, pick
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_handover_state import Desk, at_desk, scans
from tests.mobile.test_pick_state import said, signals, walking
from tests.mobile.test_shift_state import SIGN_IN
from tests.mobile.test_stops_state import Walk, tell
from tests.mobile.test_substitute_state import look, wishing

OK, UNDO, BACK = PrintedCode.OK, PrintedCode.UNDO, PrintedCode.BACK
MELON = pick(0, quantity=500, unit=UnitOfMeasure.GRAM)


class TestDigits:
    def test_no_more_than_are_asked_for_and_the_last_is_taken_back(self) -> None:
        digits = Digits(KeypadState(), "PIN", 3)
        for digit in "1234":
            digits.press(digit)
        assert digits.shown == "123"
        assert digits.delete()
        assert (digits.take(), digits.count) == ("12", 0)
        assert not digits.delete()

    def test_what_was_typed_for_something_else_is_not_there(self) -> None:
        keypad = KeypadState()
        Digits(keypad, "PIN of BP-1", 8).press("7")
        other = Digits(keypad, "PIN of BP-2", 8)
        assert other.shown == ""
        other.press("1")
        assert other.shown == "1"


async def enrolled(folder: Path) -> tuple[AppState, FakeBackend]:
    """A phone of the store, in nobody's hands."""
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.remember(DEVICE_TOKEN, "dvt_1")
    outbox.close()
    time = VirtualTime()
    backend = FakeBackend(time.clock)
    return AppState(edges(folder, backend.connect, time=time, http=backend.http)), backend


class TestSignIn:
    def test_the_pin_is_scanned_digit_by_digit(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, backend = await enrolled(tmp_path)
            answer = {"session_token": "tok_1", "person_id": "per_1", "name": "Bea", "role": "picker"}
            answer |= {"store_id": "sto_1", "store_name": "Shop"}
            backend.http_answers[SIGN_IN] = httpx.Response(200, json=answer)
            await scans(app, "BP-1", *keyed("519"), OK)
            assert (app.screen, app.typed.digits and app.typed.digits.shown) == (
                Screen.SIGN_IN,
                "519",
            )  # too few to be one
            await scans(app, UNDO, *keyed("84"), OK)
            assert app.screen is Screen.WORK
            assert [body for _, path, body, _ in backend.asked if path == SIGN_IN[1]] == [
                {"badge": "BP-1", "pin": "5184"}
            ]
            assert app.typed.keypad.in_use[1] == ""

        asyncio.run(scenario())

    @pytest.mark.parametrize("codes", [(BACK,), (BACK, "BP-2"), ("BP-2",)])
    def test_nothing_of_a_pin_stays_for_another_badge(self, tmp_path: Path, codes: tuple[str, ...]) -> None:
        async def scenario() -> None:
            app, _ = await enrolled(tmp_path)
            await scans(app, "BP-1", *keyed("5184"), *codes)
            assert app.shift.badge == ("BP-2" if "BP-2" in codes else "")
            assert app.typed.digits is None or app.typed.digits.shown == ""

        asyncio.run(scenario())

    def test_a_printed_code_is_nobodys_badge(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app, _ = await enrolled(tmp_path)
            await scans(app, OK, PrintedCode.DESK, *keyed("1"), BACK)
            assert app.shift.badge == ""
            assert signals(app) == [Signal.DECIDE]  # a digit, where nothing is to be typed

        asyncio.run(scenario())


class TestOnTheWalk:
    def test_grams_of_a_product_without_a_scale_label(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.scans(gtin(0))
            assert walk.app.screen is Screen.WEIGHT
            await walk.scans(*keyed("51"), UNDO, *keyed("20"), OK)
            name, body = walk.said[-1]
            assert (name, body["quantity"], body["entered_by"]) == ("pick.confirm", 520, "typed")
            assert walk.app.pick.current is not None
            assert walk.app.pick.current.id == "pck_1"

        tell(tmp_path, story, [MELON, pick(1)])

    def test_the_keypad_is_opened_by_its_code_for_grams_or_for_a_code(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.scans(PrintedCode.TYPE)
            assert walk.app.screen is Screen.WEIGHT
            await walk.scans(*keyed("500"), OK, PrintedCode.TYPE)
            assert walk.app.screen is Screen.TYPED_CODE
            await walk.scans(*keyed("761"), OK)
            assert walk.app.screen is Screen.TYPED_CODE  # too few to be a code
            await walk.scans(*keyed(gtin(1)[3:]), OK)
            assert [name for name, _ in walk.said] == ["pick.confirm", "pick.confirm"]
            assert walk.said[-1][1]["scan"] == gtin(1)

        tell(tmp_path, story, [MELON, pick(1), pick(2)])

    def test_fewer_of_a_substitute_than_are_missing(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            look(walk)
            await walk.scans(gtin(11), *keyed("1"))
            assert walk.app.substitute.quantity == 1
            await walk.scans(UNDO)
            assert walk.app.substitute.quantity == 2
            await walk.scans(*keyed("1"), OK)
            assert walk.said[-1][1]["quantity"] == 1

        tell(tmp_path, story, [wishing(), pick(1)])

    def test_an_aisle_one_cannot_get_through(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.scans(PrintedCode.BLOCKED)
            assert walk.said[-1] == ("aisle.report_blocked", {"pick_list_id": "pkl_1", "aisle": "A1"})

        tell(tmp_path, story)

    def test_a_digit_is_no_wrong_product(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.scans(*keyed("3"))
            assert (walk.app.pick.outcome, walk.said, walk.signals[-1]) == (None, [], Signal.DECIDE)

        tell(tmp_path, story)

    def test_without_anything_typed_undo_takes_the_last_pick_back(self, tmp_path: Path) -> None:
        async def story(walk: Walk) -> None:
            await walk.scans(gtin(0), PrintedCode.TYPE, UNDO)
            assert walk.app.pick.outcome is not None
            assert walk.app.pick.outcome.kind is OutcomeKind.UNDONE

        tell(tmp_path, story)


def test_bags_that_carry_no_code_are_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        app = await walking(tmp_path, [pick(0)])
        app.work.store_rules = StoreRules(counts_bags=True)
        await scans(app, gtin(0), *keyed("13"))
        assert app.packing.bags == 13
        await scans(app, UNDO)
        assert app.packing.bags == 1
        await scans(app, UNDO, *keyed("2"), OK)
        assert said(app)[-1] == "order.pack"
        assert app._outbox.waiting()[-1].body["bags"] == 2

    asyncio.run(scenario())


class TestHandOver:
    def test_a_pin_that_was_said_aloud_and_bags_without_codes(self, tmp_path: Path) -> None:
        desk = Desk()
        codes = ("#17", PrintedCode.ALL_HERE, PrintedCode.AGE, *keyed("479"), UNDO, *keyed("11"))
        app = at_desk(tmp_path, desk, lambda app: scans(app, *codes))
        ((_, body),) = desk.given
        assert (body["shown"], body["bags"], body["bag_codes"]) == ("4711", 2, [])
        assert app.handover.given is not None

    def test_a_couriers_number_is_typed(self, tmp_path: Path) -> None:
        app = at_desk(tmp_path, Desk(), lambda app: scans(app, *keyed("99"), UNDO, OK, *keyed("9917"), OK))
        assert app.handover.problem == "handover.unknown"
        app = at_desk(tmp_path, Desk(), lambda app: scans(app, *keyed("17"), OK))
        assert app.handover.order is not None
        assert app.handover.order.display_code == "#17"
