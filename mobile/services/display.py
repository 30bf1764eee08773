"""What the phone's screen itself can be told: how large letters are."""

from __future__ import annotations

from typing import Protocol


class Display(Protocol):
    """The page or the device. Must never raise."""

    def set_text_percent(self, percent: int) -> None:
        """100 is as designed; controls grow with their letters."""
        ...


class FixedDisplay:
    """Remembers instead: for tests, and for devices, whose own setting the letters follow already."""

    def __init__(self) -> None:
        self.text_percent = 100

    def set_text_percent(self, percent: int) -> None:
        self.text_percent = percent
