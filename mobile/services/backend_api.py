"""The few questions a phone asks over HTTP: enrolment, signing in, the store's map, and the supervisor's decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mobile.settings import PhoneSettings
from shared.barcode import WeighedRule
from shared.errors import BlinkpickError
from shared.ids import Id
from shared.labels import BlinkPattern, LightColour
from shared.places import StoreMap
from shared.products import ProductNames
from shared.store_rules import DEFAULT_RULES, StoreRules

TIMEOUT_S = 15.0
HELD = "held"
NOT_MODIFIED = 304
PROBLEMS_SHOWN = 20
_API = "/api/v1"
Shape = TypeVar("Shape", bound=BaseModel)
Item = TypeVar("Item")
Value = TypeVar("Value")


class BackendUnreachable(BlinkpickError):
    """No answer, or an answer that is not the backend's. Nothing is wrong with what was asked; try again later."""

    is_retryable = True


class BackendRefused(BlinkpickError):
    """The backend said no. `facts`: status, problem_code, title; `problems` where it names several."""

    @property
    def status(self) -> int:
        return int(self.facts["status"])

    @property
    def problem_code(self) -> str:
        return str(self.facts["problem_code"])

    @property
    def problems(self) -> tuple[str, ...]:
        """Each in the backend's own words, with its place: `row 3, sku: ...`."""
        return tuple(self.facts.get("problems", ()))


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Enrolment(_Answer):
    device_token: str
    device_id: Id
    store_id: Id
    store_name: str


class ShiftLight(_Answer):
    """The shift and the light that belongs to it."""

    id: Id
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None


class SignIn(_Answer):
    session_token: str
    person_id: Id
    name: str
    role: Literal["picker", "supervisor"]
    language: str = ""  # a tag such as `zh` or `pt-BR`; an older backend does not say it
    store_id: Id
    store_name: str
    languages: list[str] = []
    weighed_rules: list[WeighedRule] = []
    rules: StoreRules = DEFAULT_RULES
    currency: str = ""  # ISO 4217; an older backend does not say it
    shift: ShiftLight | None = None
    idle_lock_s: float = 900.0
    may_not_pick: list[str] = []


class EnrolmentCode(_Answer):
    code: str
    expires_at: datetime
    url: str
    qr_svg: str


class LabelledLocation(_Answer):
    id: Id
    address: str
    x_m: float
    y_m: float
    label_id: Id | None = None


class IntakeException(_Answer):
    id: Id
    channel_name: str = ""
    external_id: str = ""
    reason: str = ""
    created_at: datetime | None = None


class Retried(_Answer):
    status: str


class Released(_Answer):
    pick_lists: int


class RefusedByBackend(_Answer):
    """What some phone of the store said and was not accepted, with its evidence."""

    command_id: str
    command_name: str
    at: datetime
    made_at: datetime | None = None
    picker_name: str = ""
    problem_code: str = ""
    detail: str = ""
    scan: str = ""
    quantity: int | None = None
    address: str = ""
    product_names: ProductNames | None = None


class TrolleyFound(_Answer):
    """Whose trolley a tote hangs on; `free_in_s` 0: it may be taken over now."""

    pick_list_id: str
    picker_name: str = ""
    is_own: bool = False
    free_in_s: int = 0
    picks_done: int = 0
    picks_total: int = 0


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Value]):
    """Something large that seldom changes; ask again with its `entity_tag`."""

    value: Value
    entity_tag: str


_LOCATIONS = TypeAdapter(list[LabelledLocation])
_REFUSED = TypeAdapter(list[RefusedByBackend])


class BackendApi:
    """One method per question. Each raises BackendUnreachable or BackendRefused, and nothing else."""

    def __init__(self, settings: PhoneSettings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http

    async def enrol(self, code: str) -> Enrolment:
        body = {"code": code, "device_name": self._settings.device_name}
        return read_answer(Enrolment, await self.ask("POST", "/people/enrol", body=body))

    async def sign_in(self, device_token: str, badge: str, pin: str) -> SignIn:
        headers = {"X-Device-Token": device_token}
        body = {"badge": badge, "pin": pin}
        return read_answer(SignIn, await self.ask("POST", "/people/sign-in", body=body, headers=headers))

    async def sign_out(self, session_token: str) -> None:
        await self.ask("POST", "/people/sign-out", token=session_token)

    async def still_here(self, session_token: str) -> None:
        """Somebody touches this phone."""
        await self.ask("POST", "/people/still-here", token=session_token)

    async def new_enrolment_code(self, session_token: str) -> EnrolmentCode:
        return read_answer(
            EnrolmentCode, await self.ask("POST", "/people/enrolment-codes", body={}, token=session_token)
        )

    async def store_map(self, session_token: str, store_id: str, known: str = "") -> Fetched[StoreMap] | None:
        """None: it is still the one whose entity tag is `known`."""
        answer = await self._send("GET", f"/stores/{store_id}/map", token=session_token, headers=_unless(known))
        return (
            None if answer.status_code == NOT_MODIFIED else Fetched(read_answer(StoreMap, _json(answer)), _tag(answer))
        )

    async def locations(
        self, session_token: str, store_id: str, known: str = ""
    ) -> Fetched[list[LabelledLocation]] | None:
        """None: they are still those whose entity tag is `known`."""
        answer = await self._send("GET", f"/stores/{store_id}/locations", token=session_token, headers=_unless(known))
        if answer.status_code == NOT_MODIFIED:
            return None
        return Fetched(read_list(_LOCATIONS, _json(answer)), _tag(answer))

    async def release_wave(self, session_token: str) -> int:
        answer = await self.ask("POST", "/picking/waves/release", body={}, token=session_token)
        return read_answer(Released, answer).pick_lists

    async def refused_commands(self, session_token: str) -> list[RefusedByBackend]:
        """The supervisor's inbox, newest first."""
        return read_list(_REFUSED, await self.ask("GET", "/insight/refused-commands", token=session_token))

    async def find_trolley(self, session_token: str, tote_code: str) -> TrolleyFound:
        answer = await self.ask("POST", "/picking/trolleys/find", body={"tote_code": tote_code}, token=session_token)
        return read_answer(TrolleyFound, answer)

    async def take_over(self, session_token: str, tote_code: str) -> None:
        """Asked twice it is done once: the second time it is one's own."""
        await self.ask("POST", "/picking/trolleys/take-over", body={"tote_code": tote_code}, token=session_token)

    async def retry_intake_exception(self, session_token: str, exception_id: str) -> bool:
        """Whether the order is accepted now; False if it still does not fit."""
        answer = await self.ask("POST", f"/intake/exceptions/{exception_id}/retry", body={}, token=session_token)
        return read_answer(Retried, answer).status != HELD

    async def dismiss_intake_exception(self, session_token: str, exception_id: str, reason: str) -> None:
        path = f"/intake/exceptions/{exception_id}/dismiss"
        await self.ask("POST", path, body={"reason": reason}, token=session_token)

    async def ask(
        self, method: str, path: str, *, body: Any = None, token: str = "", headers: dict[str, str] | None = None
    ) -> Any:
        """What is at `path` below the API: the JSON of the answer, None where there is none in it."""
        answer = await self._send(method, path, body=body, token=token, headers=headers)
        return _json(answer) if answer.content else None

    async def send_file(self, path: str, content: bytes, content_type: str, *, token: str) -> Any:
        """The JSON of the answer to a file."""
        headers = {"Content-Type": content_type}
        return _json(await self._send("POST", path, content=content, token=token, headers=headers))

    async def fetch_file(self, path: str, *, token: str) -> bytes:
        return (await self._send("GET", path, token=token)).content

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        if token:
            headers = {**(headers or {}), "Authorization": f"Bearer {token}"}
        try:
            answer = await self._http.request(
                method,
                self._settings.backend_url + _API + path,
                json=body,
                content=content,
                headers=headers,
                timeout=TIMEOUT_S,
            )
        except (httpx.HTTPError, OSError) as error:
            raise BackendUnreachable("the backend cannot be reached") from error
        is_still_known = answer.status_code == NOT_MODIFIED and "If-None-Match" in (headers or {})
        if answer.is_success or is_still_known:
            return answer
        raise _refusal(answer)


def _unless(entity_tag: str) -> dict[str, str]:
    return {"If-None-Match": entity_tag} if entity_tag else {}


def _tag(answer: httpx.Response) -> str:
    return str(answer.headers.get("ETag", ""))


def _refusal(answer: httpx.Response) -> BlinkpickError:
    problem = _json(answer)
    if answer.status_code >= 500 or not isinstance(problem, dict):
        return BackendUnreachable("the backend could not answer", status=answer.status_code)
    return BackendRefused(
        str(problem.get("detail") or problem.get("title") or ""),
        status=answer.status_code,
        problem_code=str(problem.get("code", "")),
        title=str(problem.get("title", "")),
        problems=_problems(problem.get("problems")),
    )


def _problems(given: Any) -> list[str]:
    """At most a screenful."""
    if not isinstance(given, list):
        return []
    return [
        f"{each.get('at', '')}: {each.get('problem', '')}" if isinstance(each, dict) else str(each)
        for each in given[:PROBLEMS_SHOWN]
    ]


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def read_answer(shape: type[Shape], body: Any) -> Shape:
    """Raises BackendUnreachable where the body is not of that shape."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise BackendUnreachable("the answer is not the backend's") from error


def read_list(shape: TypeAdapter[list[Item]], body: Any) -> list[Item]:
    items = body.get("items", body) if isinstance(body, dict) else body
    try:
        return shape.validate_python(items)
    except ValidationError as error:
        raise BackendUnreachable("the answer is not the backend's") from error
