"""What a screen says when the backend did not do what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from mobile.services.backend_api import BackendRefused, BackendUnreachable

REFUSED = "problem.refused"
UNREACHABLE = "problem.unreachable"


def caption_of(error: BackendRefused | BackendUnreachable, captions: Mapping[str, str] | None = None) -> str:
    """The caption's name. `captions`: problem code -> caption, where a refusal has words of its own."""
    if isinstance(error, BackendUnreachable):
        return UNREACHABLE
    return (captions or {}).get(error.problem_code, REFUSED)
