"""What every endpoint shares: strict bodies, problem+json, and the doors FastAPI leaves open, closed."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from backend.core.errors import BackendError, Rejected, TooLarge
from shared.errors import BlinkpickError

PROBLEM_TYPE_BASE = "https://blinkpick.org/problems/"
PROBLEMS_MAX = 20
INTERNAL = ("Internal error", "something went wrong on our side; it is logged", "internal")  # title, detail, code
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,39}")

_log = structlog.get_logger("http")
M = TypeVar("M", bound=BaseModel)


class StrictModel(BaseModel):
    """Base of every body we take in: no unknown fields, no coercion, no NaN, and no value echoed back."""

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True, str_strip_whitespace=True
    )


async def get_house(connection: HTTPConnection) -> Any:
    """The assembled house; backend/main.py puts it there. Works for requests and websockets.

    A coroutine, for FastAPI would send anything else to a thread and back for every request.
    """
    return connection.app.state.house


HouseDep = Annotated[Any, Depends(get_house)]


class PlainRoute(Route):
    """A way to an endpoint past FastAPI's own, for the busiest: the application asks it before all the others."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # FastAPI's router names only its own, and the metrics go by this name
        await super().handle(scope, receive, send)


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The raw body, never more than `limit_bytes` of it in memory. Raises TooLarge."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit_bytes:
        raise TooLarge(f"the body has {declared} bytes; at most {limit_bytes} are taken", limit_bytes=limit_bytes)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit_bytes:
            raise TooLarge(f"the body has more than {limit_bytes} bytes", limit_bytes=limit_bytes)
    return bytes(body)


def parse_body(raw: bytes, model: type[M]) -> M:
    """A checked `model` from JSON bytes. Raises Rejected with every place that is wrong and what was expected."""
    try:
        checked = model.model_validate_json(raw)
    except ValidationError as error:
        raise rejected_from(error) from None
    refuse_ambiguous_json(raw)
    return checked


def refuse_ambiguous_json(raw: bytes) -> None:
    """The same key twice, NaN or 1e999 mean two things to two readers; we read none of them. Raises Rejected."""

    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = _shown(next(key for key in keys if keys.count(key) > 1))
            raise Rejected(
                f"the key {twice!r} stands twice in one object", problems=[{"at": twice, "problem": "twice"}]
            )
        return found

    def finite(text: str) -> float:
        if not math.isfinite(number := float(text)):
            raise Rejected("the body holds a number that is none", problems=[{"at": "body", "problem": "not finite"}])
        return number

    try:
        json.loads(raw, object_pairs_hook=check, parse_constant=finite, parse_float=finite)
    except (ValueError, RecursionError):
        raise _not_json() from None


def _not_json() -> Rejected:
    return Rejected("the body is not JSON", problems=[{"at": "body", "problem": "not JSON"}])


def rejected_from(error: ValidationError | RequestValidationError) -> Rejected:
    """Say where and what, never the value: it may be a PIN."""
    problems = [{"at": _place(entry), "problem": str(entry["msg"])} for entry in error.errors()[:PROBLEMS_MAX]]
    first = problems[0] if problems else {"at": "body", "problem": "wrong"}
    return Rejected(f"{first['at']}: {first['problem']}", problems=problems)


def _place(entry: Any) -> str:
    """Where it is wrong. A key of the sender's own is repeated only if it looks like a name: it may be a PIN."""
    return ".".join(_shown(str(part)) if isinstance(part, str) else str(part) for part in entry["loc"]) or "body"


def _shown(key: str) -> str:
    return key if _NAME.fullmatch(key) else "(a key)"


def problem_response(
    status: int, title: str, detail: str, code: str, facts: dict[str, Any] | None = None, instance: str = ""
) -> Response:
    """RFC 9457 problem details."""
    facts = facts or {}
    body = _problem_body(status, title, detail, code, facts)
    if instance:
        body["instance"] = instance
    headers = {}
    if "retry_after_s" in facts:
        headers["Retry-After"] = str(max(1, round(float(facts["retry_after_s"]))))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body), status, headers, media_type="application/problem+json")


def _problem_body(status: int, title: str, detail: str, code: str, facts: dict[str, Any]) -> dict[str, Any]:
    own = {"type": PROBLEM_TYPE_BASE + code, "title": title, "status": status, "detail": detail, "code": code}
    safe = json_safe({**facts, **own})  # a fact never hides what the problem is
    body: dict[str, Any] = json.loads(json.dumps(safe, default=str, allow_nan=False))
    return body


def json_safe(value: Any) -> Any:
    """The same with NaN and infinities as text: JSON has no word for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: json_safe(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(entry) for entry in value]
    return value


def problem_from(error: BlinkpickError) -> Response:
    return problem_response(_status_of(error), _title_of(error), error.detail, error.code, error.facts)


def problem_of(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and body of what HTTP would answer, for those who answer otherwise."""
    if not isinstance(error, BlinkpickError):
        return 500, _problem_body(500, *INTERNAL, {})
    status = _status_of(error)
    return status, _problem_body(status, _title_of(error), error.detail, error.code, error.facts)


def _status_of(error: BlinkpickError) -> int:
    return error.status if isinstance(error, BackendError) else 422


def _title_of(error: BlinkpickError) -> str:
    return error.code.replace("_", " ").capitalize()


def install_error_handlers(app: FastAPI) -> None:
    """One translation from our errors to HTTP, for the whole application."""

    @app.exception_handler(BlinkpickError)
    async def ours(_request: Request, error: BlinkpickError) -> Response:
        return problem_from(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return problem_from(rejected_from(error))

    @app.exception_handler(StarletteHTTPException)
    async def plain(_request: Request, error: StarletteHTTPException) -> Response:
        if error.status_code == 400:  # the framework's word for bytes it could not even read as text
            return problem_from(_not_json())
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return problem_response(error.status_code, str(error.detail), str(error.detail), code)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _log.error("unexpected error", path=request.url.path, exc_info=error)
        return problem_response(500, *INTERNAL)
