"""The guards at the doors: who may pass, for requests and for websockets (before they are accepted)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from backend.people.errors import ChannelKeyRefused, NotSignedIn, OriginNotAllowed, RoleNotAllowed, StoreNotYours
from backend.people.models import Role
from backend.people.principals import ChannelPrincipal, Principal
from backend.people.service import PeopleService
from shared.sync.envelope import TOKEN_SUBPROTOCOL_PREFIX

_BEARER = "bearer "
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def people_of(connection: HTTPConnection) -> PeopleService:
    """The one service, wherever backend/main.py assembled it."""
    people: PeopleService = connection.app.state.house.people
    return people


PeopleDep = Annotated[PeopleService, Depends(people_of)]


async def require_principal(connection: HTTPConnection, people: PeopleDep) -> Principal:
    """Whoever is signed in. Raises NotSignedIn, SessionEnded or SessionLocked."""
    return await people.authenticate(_bearer(connection.headers) or _no_token())


async def require_picker(principal: Annotated[Principal, Depends(require_principal)]) -> Principal:
    """Raises RoleNotAllowed besides."""
    return _in_role(principal, Role.PICKER)


async def require_supervisor(principal: Annotated[Principal, Depends(require_principal)]) -> Principal:
    """Raises RoleNotAllowed besides."""
    return _in_role(principal, Role.SUPERVISOR)


async def require_channel(connection: HTTPConnection, people: PeopleDep) -> ChannelPrincipal:
    """The channel whose key came as `Authorization: Bearer bpk_...`. Raises ChannelKeyRefused."""
    return await people.authenticate_channel(_bearer(connection.headers) or _no_key())


PrincipalDep = Annotated[Principal, Depends(require_principal)]
PickerDep = Annotated[Principal, Depends(require_picker)]
SupervisorDep = Annotated[Principal, Depends(require_supervisor)]
ChannelDep = Annotated[ChannelPrincipal, Depends(require_channel)]


async def authenticate_socket(
    people: PeopleService, headers: Mapping[str, str], subprotocols: Iterable[str], allowed_origins: Iterable[str]
) -> Principal:
    """Call before `accept`. The token comes as a bearer header or, from a browser, as a subprotocol `token.ses_...`.

    Raises OriginNotAllowed, NotSignedIn, SessionEnded or SessionLocked. Answer with the plain subprotocol only: the
    token must not be repeated.
    """
    require_origin(headers, allowed_origins)
    token = _socket_token(headers, subprotocols) or _no_token()
    return await people.authenticate(token, is_touch=False)  # a phone in a drawer connects again and again


async def authenticate_channel(
    people: PeopleService, headers: Mapping[str, str], subprotocols: Iterable[str]
) -> ChannelPrincipal:
    """Call before `accept`. Channels are servers, not pages: a browser's Origin is refused outright.

    Raises OriginNotAllowed or ChannelKeyRefused.
    """
    if headers.get("origin") is not None:
        raise OriginNotAllowed("a channel's connection does not come from a web page")
    return await people.authenticate_channel(_socket_token(headers, subprotocols) or _no_key())


def require_origin(headers: Mapping[str, str], allowed_origins: Iterable[str]) -> None:
    """Our own pages, the listed ones, and clients that are no browser (no Origin). Raises OriginNotAllowed."""
    origin = headers.get("origin")
    if origin is None:
        return
    normal = _origin_key(origin)
    if normal is None:
        raise OriginNotAllowed("this page may not connect")
    if any(_origin_key(allowed) == normal for allowed in allowed_origins):
        return
    host = headers.get("host", "")
    scheme, name, port = normal
    if host and _origin_key(f"{scheme}://{host}") == (scheme, name, port):
        return
    raise OriginNotAllowed("this page may not connect")


def require_own_store(principal: Principal | ChannelPrincipal, store_id: str) -> None:
    """Another store is not there for you: 404, whether it exists or not. Raises StoreNotYours."""
    if principal.store_id != store_id:
        raise StoreNotYours("there is no such store")


def _in_role(principal: Principal, role: Role) -> Principal:
    if principal.role is not role:
        raise RoleNotAllowed(f"this is for a {role.value}")
    return principal


def _bearer(headers: Mapping[str, str]) -> str | None:
    value = headers.get("authorization", "")
    return value[len(_BEARER) :].strip() or None if value.lower().startswith(_BEARER) else None


def _socket_token(headers: Mapping[str, str], subprotocols: Iterable[str]) -> str | None:
    from_browser = (
        name.removeprefix(TOKEN_SUBPROTOCOL_PREFIX)
        for name in subprotocols
        if name.startswith(TOKEN_SUBPROTOCOL_PREFIX)
    )
    return _bearer(headers) or next(from_browser, None)


def _origin_key(origin: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port to compare by; None for `null` and for what is no origin."""
    try:
        parts = urlsplit(origin.strip().lower())
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme)


def _no_token() -> Any:
    raise NotSignedIn("sign in first")


def _no_key() -> Any:
    raise ChannelKeyRefused("send your key as Authorization: Bearer bpk_...")
