"""How the phone listens to its scanner: watched key by key while it is checked, and told what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from shared.scanner_check import KeyPress, ScannerSettings

OnKeys = Callable[[Sequence[KeyPress]], None]


class ScannerTuning(Protocol):
    """`is_possible` says whether this device shows the app what keys its scanner presses."""

    @property
    def is_possible(self) -> bool: ...

    def listen(self, on_keys: OnKeys) -> None:
        """Hear the keys of one burst after another, for as long as it is watched."""
        ...

    def watch(self, is_watched: bool) -> None: ...

    def tune(self, settings: ScannerSettings) -> None: ...


class NoTuning:
    """Where the device's own scanner service hands over finished codes."""

    is_possible = False

    def listen(self, on_keys: OnKeys) -> None:
        return None

    def watch(self, is_watched: bool) -> None:
        return None

    def tune(self, settings: ScannerSettings) -> None:
        return None
