"""How phones enrol, people sign in, and supervisors look after both, over HTTP."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar

import segno
from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field, SecretStr

from backend.core.errors import TooManyAttempts
from backend.core.http import StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.errors import DeviceNotEnrolled, DeviceNotFound, EnrolmentCodeInvalid, PersonNotFound, SignInRefused
from backend.people.http import PeopleDep, PrincipalDep, SupervisorDep
from backend.people.models import Role
from backend.people.principals import Principal, StoreFacts
from backend.people.service import PeopleService
from backend.people.tokens import TOKEN_MAX_CHARACTERS
from shared.barcode import WeighedRule
from shared.labels import BlinkPattern, LightColour
from shared.store_rules import StoreRules

BODY_MAX_BYTES = 2_048
B = TypeVar("B", bound=BaseModel)

router = APIRouter(prefix="/api/v1/people", tags=["people"])


class EnrolBody(StrictModel):
    code: SecretStr = Field(max_length=40)
    device_name: str = Field(min_length=1, max_length=60)


class SignInBody(StrictModel):
    badge: str = Field(min_length=1, max_length=64)
    pin: SecretStr = Field(max_length=40)


class EnrolledAnswer(BaseModel):
    device_token: str
    device_id: str
    store_id: str
    store_name: str


class ShiftAnswer(BaseModel):
    id: str
    colour: LightColour
    pattern: BlinkPattern


class PersonAnswer(BaseModel):
    """Who is signed in, and what their phone must know of the store."""

    person_id: str
    name: str
    role: Role
    language: str
    store_id: str
    store_name: str
    languages: list[str]
    weighed_rules: list[WeighedRule]
    currency: str
    rules: StoreRules
    shift: ShiftAnswer | None
    idle_lock_s: float
    may_not_pick: list[str]


class SignInAnswer(PersonAnswer):
    session_token: str


class EnrolmentCodeAnswer(BaseModel):
    code: str
    expires_at: datetime
    url: str
    qr_svg: str


class DeviceAnswer(BaseModel):
    id: str
    name: str
    enrolled_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None


class ListedPersonAnswer(BaseModel):
    id: str
    name: str
    role: Role
    badge: str
    language: str
    is_active: bool


def _body_of(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """A dependency that reads a small, strict body: nothing doubled, nothing unknown, nothing echoed."""

    async def read(request: Request) -> B:
        return parse_body(await read_body(request, BODY_MAX_BYTES), model)

    return read


@router.post(
    "/enrol",
    openapi_extra=described(EnrolBody),
    summary="Enrol a phone",
    responses=problems(EnrolmentCodeInvalid, TooManyAttempts),
)
async def enrol(
    request: Request, people: PeopleDep, body: Annotated[EnrolBody, Depends(_body_of(EnrolBody))]
) -> EnrolledAnswer:
    """Trade a one-time code for a device token, which the phone keeps. Codes that are unknown, used or expired are
    answered alike.
    """
    client = request.client.host if request.client else "unknown"
    device = await people.enrol(body.code.get_secret_value(), body.device_name, client)
    store = await people.store_facts(device.store_id)
    return EnrolledAnswer(
        device_token=device.device_token, device_id=device.device_id, store_id=device.store_id, store_name=store.name
    )


@router.post(
    "/sign-in",
    openapi_extra=described(SignInBody),
    summary="Sign in on an enrolled phone",
    responses=problems(DeviceNotEnrolled, SignInRefused, TooManyAttempts),
)
async def sign_in(
    people: PeopleDep,
    body: Annotated[SignInBody, Depends(_body_of(SignInBody))],
    x_device_token: Annotated[str, Header()] = "",
) -> SignInAnswer:
    """Badge and PIN, on the phone that sends its own token as X-Device-Token. After too many wrong tries phone and
    badge wait.
    """
    if not x_device_token or len(x_device_token) > TOKEN_MAX_CHARACTERS:
        raise DeviceNotEnrolled("send the phone's own token as X-Device-Token")
    signed_in = await people.sign_in(x_device_token, body.badge, body.pin.get_secret_value())
    answer = _person_answer(people, signed_in.principal, signed_in.store)
    return SignInAnswer(session_token=signed_in.session_token, **dict(answer))


@router.post("/sign-out", status_code=204, summary="Sign out")
async def sign_out(people: PeopleDep, principal: PrincipalDep) -> None:
    """End session and shift now."""
    await people.sign_out(principal)


@router.post("/still-here", status_code=204, summary="Keep a session open")
async def still_here(people: PeopleDep, principal: PrincipalDep) -> None:
    """Somebody touches the phone: the idle lock starts anew. A phone says so at touches, never by itself."""
    await people.note_seen(principal)


@router.get("/me", summary="Who is signed in")
async def me(people: PeopleDep, principal: PrincipalDep) -> PersonAnswer:
    """Who is signed in here, with their shift and what the store asks of phones."""
    return _person_answer(people, principal, await people.store_facts(principal.store_id))


@router.post("/enrolment-codes", summary="Make an enrolment code")
async def create_enrolment_code(request: Request, people: PeopleDep, supervisor: SupervisorDep) -> EnrolmentCodeAnswer:
    """A one-time code for one more phone, to read aloud, to type or to scan."""
    code = await people.create_enrolment_code(supervisor.store_id, supervisor.person_id)
    base_url = people.public_url or str(request.base_url)
    url = f"{base_url.rstrip('/')}/#/enrol/{code.code}"
    return EnrolmentCodeAnswer(code=code.code, expires_at=code.expires_at, url=url, qr_svg=qr_svg(url))


@router.get("", summary="The people of the store")
async def list_people(people: PeopleDep, supervisor: SupervisorDep) -> list[ListedPersonAnswer]:
    """Everybody of the supervisor's own store, those who left too."""
    rows = await people.list_people(supervisor.store_id)
    return [ListedPersonAnswer.model_validate(row, from_attributes=True) for row in rows]


@router.get("/devices", summary="The phones of the store")
async def list_devices(people: PeopleDep, supervisor: SupervisorDep) -> list[DeviceAnswer]:
    """Every phone of the supervisor's own store, the revoked ones too."""
    rows = await people.list_devices(supervisor.store_id)
    return [DeviceAnswer.model_validate(row, from_attributes=True) for row in rows]


@router.delete("/devices/{device_id}", status_code=204, summary="Revoke a phone", responses=problems(DeviceNotFound))
async def revoke_device(device_id: str, people: PeopleDep, supervisor: SupervisorDep) -> None:
    """The phone is lost: its token and every session on it end now."""
    await people.revoke_device(supervisor.store_id, device_id, supervisor.person_id)


@router.post(
    "/devices/{device_id}/unlock", status_code=204, summary="Unlock a phone", responses=problems(DeviceNotFound)
)
async def unlock_device(device_id: str, people: PeopleDep, supervisor: SupervisorDep) -> None:
    """Forgive the wrong tries on one phone."""
    await people.unlock_device(supervisor.store_id, device_id, supervisor.person_id)


@router.post("/{person_id}/unlock", status_code=204, summary="Unlock a person", responses=problems(PersonNotFound))
async def unlock_person(person_id: str, people: PeopleDep, supervisor: SupervisorDep) -> None:
    """Forgive the wrong tries with one person's badge."""
    await people.unlock_person(supervisor.store_id, person_id, supervisor.person_id)


@router.delete("/{person_id}", status_code=204, summary="Let a person go", responses=problems(PersonNotFound))
async def deactivate_person(person_id: str, people: PeopleDep, supervisor: SupervisorDep) -> None:
    """Somebody works here no more: every session of theirs ends now."""
    await people.deactivate_person(supervisor.store_id, person_id, supervisor.person_id)


def qr_svg(text: str) -> str:
    """The text as a QR code that can stand inside a page."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, scale=6, border=4, omitsize=False)
    return out.getvalue().decode()


def _person_answer(people: PeopleService, principal: Principal, store: StoreFacts) -> PersonAnswer:
    shift = None
    if principal.shift_id and principal.colour and principal.pattern:
        shift = ShiftAnswer(id=principal.shift_id, colour=principal.colour, pattern=principal.pattern)
    return PersonAnswer(
        person_id=principal.person_id,
        name=principal.name,
        role=principal.role,
        language=principal.language,
        store_id=principal.store_id,
        store_name=store.name,
        languages=list(store.languages),
        weighed_rules=list(store.weighed_rules),
        currency=store.currency,
        rules=store.rules,
        shift=shift,
        idle_lock_s=people.idle_lock_s,
        may_not_pick=list(principal.may_not_pick),
    )
