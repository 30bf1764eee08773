"""Digits that are typed, by a thumb or by printed codes: what for, and how far. Whoever draws a keypad shows them."""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft


class KeypadState(ft.Observable):
    """One keypad is in use at a time: what was typed for something else counts as not typed."""

    def __init__(self) -> None:
        self.in_use = ("", "")  # what for, and what was typed: they change together

    def typed(self, purpose: str) -> str:
        in_use_for, typed = self.in_use
        return typed if purpose == in_use_for else ""

    def type(self, purpose: str, typed: str) -> None:
        self.in_use = (purpose, typed)


@dataclass(frozen=True, slots=True)
class Digits:
    """What is typed for one purpose, at most `digits_max` of them; `take` gives it away and begins anew.

    It asks the keypad each time: a tap counts on what was typed, not on what has been drawn.
    """

    keypad: KeypadState
    purpose: str
    digits_max: int

    @property
    def shown(self) -> str:
        return self.keypad.typed(self.purpose)

    @property
    def count(self) -> int:
        return len(self.shown)

    def press(self, digit: str) -> None:
        self.keypad.type(self.purpose, (self.shown + digit)[: self.digits_max])

    def delete(self) -> bool:
        """The last digit is taken back. False where there is none."""
        if not self.shown:
            return False
        self.keypad.type(self.purpose, self.shown[:-1])
        return True

    def take(self) -> str:
        typed = self.shown
        self.keypad.type(self.purpose, "")
        return typed
