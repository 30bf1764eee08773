"""How a phone becomes one of ours, and stops being it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.writer import Transaction
from backend.people import repository
from backend.people.access import record
from backend.people.commands import CreateEnrolmentCode, EnrolDevice, RevokeDevice, UnlockDevice
from backend.people.errors import DeviceNotFound, EnrolmentCodeInvalid
from backend.people.models import DeviceRow, EndReason, EnrolmentRow
from backend.people.pins import PinHasher
from backend.people.sessions import Sessions
from backend.people.tokens import DEVICE_PREFIX, TokenSource, new_code, new_token, token_digest

CODE_PURPOSE = "enrolment code"
ENROLMENT_MAX_S = 600


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """Shown once, to whoever asked for it."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EnrolledDevice:
    """The token is told this once; we keep its digest."""

    device_token: str
    device_id: str
    store_id: str


class Enrolment:
    """Carries out the commands about phones."""

    def __init__(self, sessions: Sessions, hasher: PinHasher, tokens: TokenSource) -> None:
        self._sessions = sessions
        self._hasher = hasher
        self._tokens = tokens

    def create_code(self, command: CreateEnrolmentCode, tx: Transaction) -> EnrolmentCode:
        """A fresh code for one phone, valid for ten minutes at most."""
        code = new_code(self._tokens)
        now = tx.now()
        expires_at = now + timedelta(seconds=min(command.valid_s, ENROLMENT_MAX_S))
        tx.session.add(
            EnrolmentRow(
                code_hash=self._hasher.keyed_digest(CODE_PURPOSE, code),
                store_id=command.store_id,
                created_by=command.created_by,
                created_at=now,
                expires_at=expires_at,
            )
        )
        record(tx, command.store_id, "enrolment_code.created", command.created_by)
        return EnrolmentCode(code, expires_at)

    def enrol(self, command: EnrolDevice, tx: Transaction) -> EnrolledDevice:
        """Trade a code for a device token. Raises EnrolmentCodeInvalid."""
        now = tx.now()
        enrolment = repository.find_open_enrolment(tx.session, command.code_hash, now)
        if enrolment is None or not repository.use_enrolment(tx.session, command.code_hash, now):
            raise code_invalid()
        token = new_token(self._tokens, DEVICE_PREFIX)
        device = DeviceRow(
            id=tx.ids.new("device"),
            store_id=enrolment.store_id,
            name=command.device_name,
            token_hash=token_digest(token),
            enrolled_at=now,
            last_seen_at=now,
        )
        tx.session.add(device)
        record(tx, device.store_id, "device.enrolled", enrolment.created_by, device_id=device.id)
        return EnrolledDevice(token, device.id, device.store_id)

    def revoke(self, command: RevokeDevice, tx: Transaction) -> None:
        """The phone is lost or sold: its token and every session on it end now. Raises DeviceNotFound."""
        device = self._device(command.store_id, command.device_id, tx)
        if device.revoked_at is None:
            device.revoked_at = tx.now()
            tx.session.add(device)
            record(tx, device.store_id, "device.revoked", command.caused_by, device_id=device.id)
        sessions = repository.find_open_sessions(tx.session, device.store_id, device_id=device.id)
        self._sessions.end(sessions, EndReason.DEVICE_REVOKED, command.caused_by, tx)

    def unlock(self, command: UnlockDevice, tx: Transaction) -> None:
        """Raises DeviceNotFound."""
        device = self._device(command.store_id, command.device_id, tx)
        repository.forgive_attempts(tx.session, device.store_id, device_id=device.id)
        record(tx, device.store_id, "device.unlocked", command.caused_by, device_id=device.id)

    def _device(self, store_id: str, device_id: str, tx: Transaction) -> DeviceRow:
        device = repository.find_device(tx.session, store_id, device_id)
        if device is None:
            raise DeviceNotFound("there is no such phone in this store")
        return device


def code_invalid() -> EnrolmentCodeInvalid:
    return EnrolmentCodeInvalid("this code is wrong, used or expired; ask for a new one")
