"""The phone's camera as a scanner: asked to look, it shows what it sees and hands codes to the scanner's feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol


class CameraProblem(StrEnum):
    """Why the camera did not open, or closed by itself. The value is part of its caption's name."""

    REFUSED = "refused"  # the browser was told not to let us
    MISSING = "missing"
    BUSY = "busy"  # another app has it
    INSECURE = "insecure"  # browsers give it out over https only
    FAILED = "failed"


class Camera(Protocol):
    """`is_possible` says whether it pays to offer it. Codes come through the `ScanFeed`; after each it rests."""

    @property
    def is_possible(self) -> bool: ...

    def open(self, words: Mapping[str, str]) -> None:
        """`words` names `hint`, `close` and `torch` in the picker's language."""
        ...

    def close(self) -> None: ...

    def listen(self, on_change: Callable[[bool, str], None]) -> None:
        """Call with whether it is open, and a `CameraProblem` or nothing."""
        ...


class NoCamera:
    """A device without a page to show pictures in, or a test."""

    is_possible = False

    def open(self, words: Mapping[str, str]) -> None:
        return None

    def close(self) -> None:
        return None

    def listen(self, on_change: Callable[[bool, str], None]) -> None:
        return None
