"""The scanner's check in real Chromium, with real keys: a good scanner, then a slow one that loses the separator."""

from __future__ import annotations

import pytest

from shared.scanner_check import GROUP_SEPARATOR, TEST_CODES
from tests.e2e import phone as phones
from tests.e2e.phone import Phone
from tests.e2e.walking import picture, shown, tap
from tests.e2e.wire import Wire

pytestmark = pytest.mark.browser

UNDO = "Listen as designed again"


def test_before_anybody_is_enrolled_a_scanner_is_checked_and_what_helps_is_used(
    wire: Wire, used_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = used_phone
    phone.page.goto(wire.url)
    phone.turn_on_semantics()
    shown(phone, "screen-enrol")

    phone.scan("BLINKPICK-CHECK")
    shown(phone, "screen-scanner-check")
    for number, code in enumerate(TEST_CODES, 1):
        phone.scan(code)
        shown(phone, f"check-found-{number}")
    shown(phone, "check-all-fine")
    picture(phone, "scanner-right")

    tap(phone, "check-again")
    phone.by_identifier("check-found-1").first.wait_for(state="detached")
    monkeypatch.setattr(phones, "KEY_PAUSE_S", 0.12)
    for number, code in enumerate(TEST_CODES, 1):
        phone.scan(code.replace(GROUP_SEPARATOR, ""), end=None)
        shown(phone, "check-part" if code.count(GROUP_SEPARATOR) else f"check-found-{number}")
        if GROUP_SEPARATOR in code:
            tap(phone, "check-that-was-all")
    shown(phone, "check-advice-separator")
    shown(phone, "check-proposal")
    picture(phone, "scanner-slow")
    tap(phone, "check-apply")
    phone.button(UNDO).wait_for()
    assert phone.complaints == []
