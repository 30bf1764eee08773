"""Who holds this phone: enrolled or not, signed in or not, and how to change that."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

import flet as ft

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable, EnrolmentCode, SignIn
from mobile.services.outbox import DEVICE_TOKEN, PROFILE, SESSION_TOKEN, NotStoredOnPhone, Outbox
from mobile.services.synced import Picker
from shared.labels import BlinkPattern, LightColour

ENROL_MARK = "/enrol/"
PIN_DIGITS_MIN = 4
PIN_DIGITS_MAX = 8
TOO_MANY_ATTEMPTS_STATUS = 429
DEVICE_GONE = "device_not_enrolled"


class ShiftState(ft.Observable):
    """The phone's enrolment and the picker's shift. `problem` names the caption of what went wrong, "" if nothing."""

    def __init__(self, api: BackendApi, outbox: Outbox, on_signed_in: Callable[[], None]) -> None:
        self._api = api
        self._outbox = outbox
        self._on_signed_in = on_signed_in
        self.is_busy = False
        self.problem = ""
        self.badge = ""
        self.offered_code = ""
        self.enrolment_code: EnrolmentCode | None = None
        self.is_enrolled = outbox.recall(DEVICE_TOKEN) is not None
        self.is_signed_in = outbox.recall(SESSION_TOKEN) is not None
        self.profile: SignIn | None = None
        self.store_name = outbox.recall("store_name") or ""
        self._recall_profile()

    @property
    def is_supervisor(self) -> bool:
        return self.profile is not None and self.profile.role == "supervisor"

    @property
    def colour(self) -> LightColour | None:
        shift = self.profile.shift if self.profile else None
        return shift.colour if shift else None

    @property
    def pattern(self) -> BlinkPattern | None:
        shift = self.profile.shift if self.profile else None
        return shift.pattern if shift else None

    @property
    def store_id(self) -> str:
        return self.profile.store_id if self.profile else ""

    @property
    def currency(self) -> str:
        """The store's, ISO 4217; "" where the backend has not said it yet."""
        return self.profile.currency if self.profile else ""

    @property
    def session_token(self) -> str:
        return self._outbox.recall(SESSION_TOKEN) or ""

    async def enrol(self, text: str) -> bool:
        """Make this phone known to the store, by a code that is typed, or by the address a QR code holds."""
        code = code_in(text)
        if not code or self.is_busy:
            return False
        self._begin()
        try:
            enrolment = await self._api.enrol(code)
            await self._outbox.remember("store_name", enrolment.store_name)
            await self._outbox.remember(DEVICE_TOKEN, enrolment.device_token)
        except BackendRefused:
            return self._fail("problem.enrolment")
        except (BackendUnreachable, NotStoredOnPhone) as error:
            return self._fail_outside(error)
        self.store_name = enrolment.store_name
        self.is_enrolled = True
        return self._succeed()

    def show_badge(self, badge: str) -> None:
        """The badge was scanned or typed; the PIN follows."""
        self.badge = badge.strip()
        self.problem = ""

    async def sign_in(self, pin: str) -> bool:
        """Begin a shift with the badge shown before. The PIN is used once and kept nowhere."""
        if self.is_busy or not self.badge:
            return False
        self._begin()
        try:
            answer = await self._api.sign_in(self._outbox.recall(DEVICE_TOKEN) or "", self.badge, pin)
            await self._keep(answer)
        except BackendRefused as refused:
            if refused.problem_code == DEVICE_GONE:
                with contextlib.suppress(NotStoredOnPhone):  # then the backend says it again next time
                    await self._outbox.remember(DEVICE_TOKEN, None)
                self.is_enrolled = False
                return self._fail("problem.device")
            is_locked = refused.status == TOO_MANY_ATTEMPTS_STATUS
            return self._fail("problem.too_many" if is_locked else "problem.sign_in")
        except (BackendUnreachable, NotStoredOnPhone) as error:
            return self._fail_outside(error)
        self.badge = ""
        self.is_signed_in = True
        self._on_signed_in()
        return self._succeed()

    async def sign_out(self) -> None:
        """End the shift. Waiting commands stay and go out with the next sign-in; offline the backend ends it later.

        A phone that cannot forget its session stays signed in and says why: a restart would bring it back.
        """
        token = self.session_token
        self._begin()
        try:
            await self.forget_session()
        except NotStoredOnPhone as error:
            self._fail_outside(error)
            return
        with contextlib.suppress(BackendRefused, BackendUnreachable):  # it is forgotten here whatever the backend says
            await self._api.sign_out(token)
        self._succeed()

    async def forget_session(self) -> None:
        """The session is over, by our wish or the backend's."""
        if self._outbox.recall(SESSION_TOKEN) is not None:
            await self._outbox.remember(SESSION_TOKEN, None)
        self.is_signed_in = False
        self.badge = ""

    async def new_enrolment_code(self) -> None:
        """A supervisor lets another phone in."""
        self._begin()
        self.enrolment_code = None
        try:
            self.enrolment_code = await self._api.new_enrolment_code(self.session_token)
        except BackendRefused:
            self._fail("problem.refused")
            return
        except BackendUnreachable as error:
            self._fail_outside(error)
            return
        self._succeed()

    def put_problem_away(self) -> None:
        """It was about another screen."""
        self.problem = ""

    async def _keep(self, answer: SignIn) -> None:
        kept = answer.model_dump(mode="json")
        kept.pop("session_token")
        shift = answer.shift
        picker = Picker(
            person_id=answer.person_id,
            name=answer.name,
            colour=shift.colour if shift else None,
            pattern=shift.pattern if shift else None,
            may_not_pick=tuple(answer.may_not_pick),
        )
        await self._outbox.remember(PROFILE, json.dumps(kept))
        await self._outbox.remember_picker(picker)
        await self._outbox.remember(SESSION_TOKEN, answer.session_token)
        self.profile = answer.model_copy(update={"session_token": ""})
        self.store_name = answer.store_name

    def _recall_profile(self) -> None:
        kept = self._outbox.recall(PROFILE)
        if kept is None:
            return
        try:
            self.profile = SignIn.model_validate({**json.loads(kept), "session_token": ""})
        except ValueError:
            self.is_signed_in = False

    def _begin(self) -> None:
        self.is_busy, self.problem = True, ""

    def _succeed(self) -> bool:
        self.is_busy = False
        return True

    def _fail(self, problem: str) -> bool:
        self.is_busy, self.problem = False, problem
        return False

    def _fail_outside(self, error: BackendUnreachable | NotStoredOnPhone) -> bool:
        self.is_busy = False
        self.problem = "problem.not_stored" if isinstance(error, NotStoredOnPhone) else "problem.unreachable"
        return False


def code_in(text: str) -> str:
    """The enrolment code in what was typed or scanned: the code itself, or an address that ends in `#/enrol/CODE`."""
    tail = text.strip().rpartition(ENROL_MARK)[2]
    return "".join(character for character in tail if character.isalnum() or character == "-").upper()
