"""A front desk on a real database, with two stores, cheap PIN hashes and seeded secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import col, select

from backend.core.bus import Bus, Handler
from backend.core.database import Database
from backend.core.errors import NotFound
from backend.core.writer import Writer
from backend.people import commands
from backend.people.importing import NewPerson
from backend.people.limits import SessionLimits
from backend.people.models import AccessRow, Role
from backend.people.pins import PinHasher
from backend.people.principals import Principal, StoreFacts
from backend.people.service import PeopleService, SignedIn
from backend.people.tokens import SeededTokenSource
from shared.barcode import DEFAULT_WEIGHED_RULES
from shared.clock import ManualClock
from shared.events import Event, ShiftEnded, ShiftStarted

HOME = "sto_home"
OTHER = "sto_other"
PIN = "482913"
WRONG_PIN = "738264"
LIMITS = SessionLimits(idle_s=900, absolute_s=43_200, seen_every_s=30)


class StoreUnknown(NotFound):
    """No such store in these tests."""


def store_facts(store_id: str) -> StoreFacts:
    names = {HOME: "Home Street", OTHER: "Other Street"}
    if store_id not in names:
        raise StoreUnknown("there is no such store")
    return StoreFacts(names[store_id], ("en", "pt-BR"), DEFAULT_WEIGHED_RULES, "EUR")


def handlers_of(people: PeopleService) -> dict[type, Handler]:
    """This room's lines of flow.py."""
    return {
        commands.CreateEnrolmentCode: people.enrolment.create_code,
        commands.EnrolDevice: people.enrolment.enrol,
        commands.RevokeDevice: people.enrolment.revoke,
        commands.UnlockDevice: people.enrolment.unlock,
        commands.CountAttempt: people.sessions.count_attempt,
        commands.OpenSession: people.sessions.open,
        commands.NoteSessionSeen: people.sessions.note_seen,
        commands.EndSession: people.sessions.end_one,
        commands.EndExpiredSessions: people.sessions.end_expired,
        commands.ImportPeople: people.staff.import_people,
        commands.DeactivatePerson: people.staff.deactivate,
        commands.UnlockPerson: people.staff.unlock,
        commands.CreateChannelKey: people.staff.create_channel_key,
        commands.RevokeChannelKeys: people.staff.revoke_channel_keys,
    }


@dataclass
class Desk:
    """The service and short ways to what tests need again and again."""

    people: PeopleService
    bus: Bus
    database: Database
    clock: ManualClock
    run: Callable[..., Any]
    events: list[Event] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def hire(self, badge: str, role: Role = Role.PICKER, *, store_id: str = HOME, pin: str = PIN) -> str:
        """Add a person; returns the id."""
        person = NewPerson(badge, f"Person {badge}", role, pin, "en")
        self.run(self.people.import_people(store_id, [person], "test"))
        return next(row.id for row in self.run(self.people.list_people(store_id)) if row.badge == badge)

    def code(self, store_id: str = HOME) -> str:
        return str(self.run(self.people.create_enrolment_code(store_id, "test")).code)

    def phone(self, store_id: str = HOME) -> tuple[str, str]:
        """Enrol a phone; returns its token and id."""
        device = self.run(self.people.enrol(self.code(store_id), "Phone", "10.0.0.1"))
        return device.device_token, device.device_id

    def sign_in(self, device_token: str, badge: str, pin: str = PIN) -> SignedIn:
        signed_in: SignedIn = self.run(self.people.sign_in(device_token, badge, pin))
        return signed_in

    def who(self, session_token: str) -> Principal:
        principal: Principal = self.run(self.people.authenticate(session_token))
        return principal

    def access(self, store_id: str = HOME) -> list[AccessRow]:
        with self.database.reading() as session:
            query = select(AccessRow).where(AccessRow.store_id == store_id).order_by(col(AccessRow.sequence))
            return list(session.exec(query).all())


@pytest.fixture(scope="session")
def hasher() -> Iterator[PinHasher]:
    """As cheap as argon2 goes: these tests are about who may pass, not about how slow a guess is."""
    hasher = PinHasher(b"a pepper for the tests", memory_kib=8, passes=1)
    yield hasher
    hasher.close()


@pytest.fixture
def desk(database: Database, writer: Writer, clock: ManualClock, run: Callable[..., Any], hasher: PinHasher) -> Desk:
    bus = Bus(writer)
    people = PeopleService(
        database=database,
        clock=clock,
        hasher=hasher,
        tokens=SeededTokenSource(seed=1),
        store_facts=store_facts,
        handle=bus.handle,
        limits=LIMITS,
        public_url="https://pick.example",
    )
    bus.handlers = handlers_of(people)
    desk = Desk(people, bus, database, clock, run)
    writer.listeners = {
        event: [lambda happened, _tx: desk.events.append(happened)] for event in (ShiftStarted, ShiftEnded)
    }
    people.on_sessions_ended(desk.ended.extend)
    return desk
