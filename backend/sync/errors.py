"""Why a phone's command is refused before any room has seen it."""

from __future__ import annotations

from backend.core.errors import NotAllowed, Rejected


class CommandUnknown(Rejected):
    """No command of this name: the app is older or newer than the backend."""


class CommandMalformed(Rejected):
    """The body is not what the command needs."""


class NotAPicker(NotAllowed):
    """Only a picker on shift picks."""
