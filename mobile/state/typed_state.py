"""What is typed, by a thumb or by printed digits: a PIN, grams, a code, bags; and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.services.signals import Signal
from mobile.state.keypad_state import Digits, KeypadState
from mobile.state.screens import Screen
from mobile.state.shift_state import PIN_DIGITS_MAX, PIN_DIGITS_MIN
from shared.handover import PIN_DIGITS
from shared.printed_codes import PrintedCode, digit_in
from shared.products import UnitOfMeasure

if TYPE_CHECKING:
    from mobile.state.app_state import AppState

GRAMS_DIGITS_MAX = 5
BAGS_DIGITS_MAX = 2
CODE_DIGITS_MAX = 14
CODE_DIGITS_MIN = 4  # a SKU may be short; a barcode has 8 or more


class TypedState:
    """One keypad for all of them: what was typed for one question is nothing for the next."""

    def __init__(self, app: AppState) -> None:
        self.keypad = KeypadState()
        self._app = app

    @property
    def digits(self) -> Digits | None:
        """What a keypad types where we are; None where nothing is to be typed."""
        app = self._app
        screen, pick, order, tote = app.screen, app.pick.current, app.handover.order, app.packing.current
        if screen is Screen.SIGN_IN and app.shift.badge:
            return Digits(self.keypad, f"PIN of {app.shift.badge}", PIN_DIGITS_MAX)
        if screen is Screen.WEIGHT and pick is not None:
            return Digits(self.keypad, f"grams of {pick.id}", GRAMS_DIGITS_MAX)
        if screen is Screen.TYPED_CODE and pick is not None:
            return Digits(self.keypad, f"code at {pick.id}", CODE_DIGITS_MAX)
        if screen is Screen.SUBSTITUTE and app.substitute.scanned is not None:
            return Digits(self.keypad, f"instead: {app.substitute.scanned.product.id}", GRAMS_DIGITS_MAX)
        if screen is Screen.FINISH and tote is not None and app.work.store_rules.counts_bags:
            return Digits(self.keypad, f"bags of {tote.order_id}", BAGS_DIGITS_MAX)
        if screen is Screen.HANDOVER and order is None:
            return Digits(self.keypad, "courier's code", CODE_DIGITS_MAX)
        if screen is Screen.HANDOVER and order is not None and order.asks_pin:
            return Digits(self.keypad, f"PIN of {order.id}", PIN_DIGITS)
        return None

    async def sign_in(self) -> None:
        """With the PIN that was typed."""
        pin = self.digits
        if pin is not None and pin.count >= PIN_DIGITS_MIN:
            await self._app.shift.sign_in(pin.take())

    def put_badge_away(self) -> None:
        """It was another's: nothing of a PIN stays behind."""
        if (pin := self.digits) is not None:
            pin.take()
        self._app.shift.show_badge("")

    async def take_weight(self) -> None:
        """The grams that were typed."""
        digits = self.digits
        outcome = await self._app.pick.enter_grams(int(digits.take() or 0)) if digits is not None else None
        if outcome is not None and outcome.is_good and self._app.aside is Screen.WEIGHT:
            self._app.back()

    async def take_typed(self) -> None:
        """The digits of a barcode, for the stop or for its substitute; of a tote where one is to be shown."""
        digits, is_tote = self.digits, self._app.pick.in_hand is not None
        if digits is None or digits.count < (1 if is_tote else CODE_DIGITS_MIN):
            return
        code = digits.take()
        self._app.back()
        if is_tote:
            code = self._app.work.store_rules.tote_prefix + code
        if not self._app.substitute.scan(code, "typed"):
            await self._app.pick.scan(code, "typed")

    def open_keypad(self) -> None:
        """For the grams of a weighed product, else for a code."""
        pick = self._app.pick.current
        is_weighed = pick is not None and pick.product.unit is UnitOfMeasure.GRAM
        is_stop = self._app.substitute.pick is None and self._app.pick.in_hand is None
        self._app.open(Screen.WEIGHT if is_weighed and is_stop else Screen.TYPED_CODE)

    async def take_code(self, screen: Screen, raw: str) -> bool:
        """A printed digit, or the last one taken back. False where it is neither."""
        digits, digit = self.digits, digit_in(raw)
        if digit is not None and digits is not None:
            digits.press(digit)
        elif digit is not None:
            self._app.work.signal(Signal.DECIDE)
            return True
        elif raw != PrintedCode.UNDO or digits is None or not digits.delete():
            return False
        self._app.work.signal(Signal.COUNTED)
        if screen is Screen.FINISH:
            await self._app.packing.count(int(digits.shown or 0))
        elif screen is Screen.SUBSTITUTE:
            self._app.substitute.take_quantity(int(digits.shown or 0))
        elif screen is Screen.HANDOVER and self._app.handover.order is not None and digits.count == PIN_DIGITS:
            await self._app.handover.take(digits.take())
        return True
