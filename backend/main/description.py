"""The OpenAPI description made whole: what FastAPI cannot know of guards, doors and problems, added for every route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from backend.core.errors import Overloaded, Rejected, TooLarge
from backend.core.openapi import PROBLEM_SCHEMA, ProblemAnswer, Responses, inlined, problems
from backend.people.errors import (
    ChannelKeyRefused,
    NotSignedIn,
    RoleNotAllowed,
    SessionEnded,
    SessionLocked,
    StoreNotYours,
)
from backend.people.http import require_channel, require_picker, require_principal, require_supervisor

SESSION, CHANNEL_KEY, DEVICE_TOKEN = "session", "channelKey", "deviceToken"
SECURITY_SCHEMES = {
    SESSION: {
        "type": "http",
        "scheme": "bearer",
        "description": "A picker's or a supervisor's session token (`ses_...`), as signing in gave it",
    },
    CHANNEL_KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "A channel's key (`bpk_...`), as a supervisor made it",
    },
    DEVICE_TOKEN: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Device-Token",
        "description": "A phone's own token, as enrolling gave it",
    },
}
TAGS = {
    "channels": "Orders in and what becomes of them; for supervisors: channels, their messages, orders that are held",
    "people": "Phones are enrolled, people sign in, supervisors look after both",
    "stores": "The store's map, and aisles one cannot get through",
    "catalog": "Products, what is sold out, and new prices",
    "picking": "Trolleys and pick lists; phones pick over the websocket `/api/v1/sync`",
    "handover": "The desk where orders are fetched, and what is printed for it",
    "labels": "Shelf labels and their gateways: what blinks, what they show, how they do",
    "insight": "The supervisor's board, and everything that happened to an order",
    "demo": "The simulated delivery platform; in the demo only",
    "health": "For load balancers and monitors",
}
# These two check the sender themselves: asking the guard for it would cost the busiest route, or there is none.
GUARDED_BY_HAND = {("post", "/api/v1/orders"): CHANNEL_KEY, ("post", "/api/v1/people/sign-in"): DEVICE_TOKEN}
GUARDS: dict[Callable[..., Any], tuple[str, Responses]] = {
    require_principal: (SESSION, problems(NotSignedIn, SessionEnded, SessionLocked)),
    require_picker: (SESSION, problems(RoleNotAllowed)),
    require_supervisor: (SESSION, problems(RoleNotAllowed)),
    require_channel: (CHANNEL_KEY, problems(ChannelKeyRefused)),
}
PARAMETERS_OR_BODY = problems(Rejected)
BODY = problems(TooLarge)
INTERFACE = problems(Overloaded)
OF_A_STORE = problems(StoreNotYours)


def complete(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Have `app.openapi()` say what these routers' guards and the house's doors answer besides."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = app.openapi_schema
        if document is None:
            document = describe()
            _complete(document, routers)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _complete(document: dict[str, Any], routers: Sequence[APIRouter]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas[PROBLEM_SCHEMA] = {"title": PROBLEM_SCHEMA, **inlined(ProblemAnswer.model_json_schema())}
    components["securitySchemes"] = SECURITY_SCHEMES
    guards = dict(_guards(routers))
    used = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            key = (method, path)
            operation["responses"] = _responses(path, operation, guards.get(key, ()))
            scheme = next((GUARDS[guard][0] for guard in guards.get(key, ())), GUARDED_BY_HAND.get(key))
            operation["security"] = [{scheme: []}] if scheme else []
            used.update(operation["tags"])
    for left in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left, None)
    document["tags"] = [{"name": name, "description": what} for name, what in TAGS.items() if name in used]


def _responses(path: str, operation: dict[str, Any], guards: Sequence[Callable[..., Any]]) -> dict[str, Any]:
    """Its own, and what everything of its kind may answer besides; two words about one status stand together."""
    own = dict(operation["responses"])
    if "HTTPValidationError" in str(own.get("422")):
        del own["422"]
    added = [GUARDS[guard][1] for guard in guards]
    if "{store_id}" in path:
        added.append(OF_A_STORE)
    if "requestBody" in operation or operation.get("parameters"):
        added.append(PARAMETERS_OR_BODY)
    if "requestBody" in operation:
        added.append(BODY)
    if path.startswith("/api/"):
        added.append(INTERFACE)
    for responses in added:
        for status, answer in responses.items():
            own[str(status)] = _together(own.get(str(status)), answer)
    return {status: own[status] for status in sorted(own)}


def _together(first: dict[str, Any] | None, second: dict[str, Any]) -> dict[str, Any]:
    if first is None or second["description"] in first["description"]:
        return first or second
    return {**first, "description": f"{first['description']}\n\n{second['description']}"}


def _guards(routers: Sequence[APIRouter]) -> Iterator[tuple[tuple[str, str], list[Callable[..., Any]]]]:
    """Which of the guards each route asks, by method and path."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                asked = [call for call in _calls(route.dependant) if call in GUARDS]
                for method in route.methods or ():
                    yield (method.lower(), route.path_format), asked


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from _calls(inner)
