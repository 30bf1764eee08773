"""What can go wrong between a channel and a store, as the channel sees it."""

from __future__ import annotations

from typing import Any

from shared.errors import BlinkpickError


class RequestRefused(BlinkpickError):
    """The store's last word is no: asking again gets the same. `problem` is what it said, by RFC 9457."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.problem_code = str(problem.get("code", ""))
        said = str(problem.get("detail") or problem.get("title") or f"the store answered {status}")
        super().__init__(said, status=status, problem_code=self.problem_code)


class StoreUnreachable(BlinkpickError):
    """The store did not answer, or said "later", as often as it was asked. What was asked may have been done."""

    is_retryable = True


class StreamRefused(BlinkpickError):
    """The stream is over for good: the key is no longer good, or the position was never reached."""


class SignatureWrong(BlinkpickError):
    """A webhook that nobody with the secret has just sent."""
