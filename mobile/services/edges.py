"""What the world must give the phone: the catalogue of edges that `mobile.main` fills for browser, device or test."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from mobile.services.camera import Camera, NoCamera
from mobile.services.display import Display, FixedDisplay
from mobile.services.files import DialogFiles, Files
from mobile.services.scanner import ScanFeed
from mobile.services.scanner_tuning import NoTuning, ScannerTuning
from mobile.services.signals import Signals
from mobile.settings import PhoneSettings
from shared.clock import Clock
from shared.errors import BlinkpickError
from shared.ids import IdSource

Sleep = Callable[[float], Awaitable[None]]
Flush = Callable[[], Awaitable[None]]


class SocketClosed(BlinkpickError):
    """The websocket is gone. `facts["code"]` is the close code; 1006 when the network simply went away."""


class HandshakeRefused(BlinkpickError):
    """The backend did not accept the websocket. `facts["status"]` is the HTTP status, 0 where it cannot be known."""


class Socket(Protocol):
    """One open websocket, text only."""

    async def send(self, text: str) -> None:
        """Put one message on the wire. Raises SocketClosed."""
        ...

    async def receive(self) -> str:
        """The next message. Raises SocketClosed when there will be none."""
        ...

    async def close(self) -> None:
        """Close from our side; never raises, may be called twice."""
        ...


class Connector(Protocol):
    """Opens a websocket. Raises HandshakeRefused or SocketClosed, and nothing else."""

    async def __call__(self, url: str, subprotocols: list[str], /) -> Socket: ...


class Notices(Protocol):
    """Tells when the page came back: online again, or visible again. Then it pays to try at once."""

    def listen(self, on_notice: Callable[[], None]) -> None: ...


class AppUpdates(Protocol):
    """New versions of the app itself. One that has arrived waits until it is applied, or until the next start."""

    def listen(self, on_ready: Callable[[], None]) -> None: ...

    def look(self) -> None:
        """Ask now whether there is one."""
        ...

    def apply(self) -> None:
        """Restart into it. Everything that is kept stays."""
        ...


class NoUpdates:
    """Where the app's store brings new versions."""

    def listen(self, on_ready: Callable[[], None]) -> None:
        return None

    def look(self) -> None:
        return None

    def apply(self) -> None:
        return None


@dataclass(frozen=True)
class Edges:
    """Everything outside, in one place. `http` needs no base address: the settings carry the backend's."""

    settings: PhoneSettings
    clock: Clock
    ids: IdSource
    random: random.Random
    sleep: Sleep
    connect: Connector
    http: httpx.AsyncClient
    outbox_path: Path
    flush: Flush
    scans: ScanFeed
    signals: Signals
    notices: Notices
    camera: Camera = field(default_factory=NoCamera)
    display: Display = field(default_factory=FixedDisplay)
    updates: AppUpdates = field(default_factory=NoUpdates)
    files: Files = field(default_factory=DialogFiles)
    tuning: ScannerTuning = field(default_factory=NoTuning)
