"""People come, change and go; and channels get their keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from backend.core.writer import Transaction
from backend.people import repository
from backend.people.access import record
from backend.people.commands import (
    CreateChannelKey,
    DeactivatePerson,
    ImportPeople,
    PersonEntry,
    RevokeChannelKeys,
    UnlockPerson,
)
from backend.people.errors import PersonNotFound
from backend.people.models import ChannelKeyRow, EndReason, PersonRow
from backend.people.sessions import Sessions
from backend.people.tokens import CHANNEL_KEY_PREFIX, TokenSource, new_row_id, new_token, token_digest


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """The key is told this once; we keep its digest. `key_id` is for revoking it."""

    key: str
    key_id: str


class Staff:
    """Carries out the commands about people and channel keys. `forget` runs after anything that narrows a person's
    access, `on_keys_revoked` after what narrows a channel's.
    """

    def __init__(self, sessions: Sessions, tokens: TokenSource, forget: Callable[[], None]) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._forget = forget
        self.on_keys_revoked: list[Callable[[str], None]] = []

    def import_people(self, command: ImportPeople, tx: Transaction) -> int:
        """Returns how many are new. Who gets another role or PIN has to sign in again."""
        added = 0
        for entry in command.people:
            person = repository.find_person_by_badge(tx.session, command.store_id, entry.badge)
            if person is None:
                self._add(entry, command, tx)
                added += 1
            else:
                self._change(person, entry, command.caused_by, tx)
        return added

    def deactivate(self, command: DeactivatePerson, tx: Transaction) -> None:
        """Every session of theirs ends now. Raises PersonNotFound."""
        person = self._person(command.store_id, command.person_id, tx)
        if person.is_active:
            person.is_active = False
            tx.session.add(person)
            record(tx, person.store_id, "person.deactivated", command.caused_by, person_id=person.id)
        self._end_sessions(person, EndReason.PERSON_DEACTIVATED, command.caused_by, tx)

    def unlock(self, command: UnlockPerson, tx: Transaction) -> None:
        """Raises PersonNotFound."""
        person = self._person(command.store_id, command.person_id, tx)
        badge_hash = self._sessions.badge_hash(person.store_id, person.badge)
        repository.forgive_attempts(tx.session, person.store_id, badge_hash=badge_hash)
        record(tx, person.store_id, "person.unlocked", command.caused_by, person_id=person.id)

    def create_channel_key(self, command: CreateChannelKey, tx: Transaction) -> ChannelKey:
        key = new_token(self._tokens, CHANNEL_KEY_PREFIX)
        row = ChannelKeyRow(
            id=new_row_id(self._tokens, "key"),
            store_id=command.store_id,
            channel_id=command.channel_id,
            key_hash=token_digest(key),
            created_at=tx.now(),
        )
        tx.session.add(row)
        record(tx, row.store_id, "channel_key.created", command.caused_by, detail=f"{row.channel_id} {row.id}")
        return ChannelKey(key, row.id)

    def revoke_channel_keys(self, command: RevokeChannelKeys, tx: Transaction) -> int:
        """Returns how many keys were open."""
        revoked = repository.revoke_channel_keys(
            tx.session, command.store_id, command.channel_id, command.key_id, tx.now()
        )
        record(tx, command.store_id, "channel_key.revoked", command.caused_by, detail=command.channel_id)
        for tell in self.on_keys_revoked:
            tx.after_commit(partial(tell, command.channel_id))
        return revoked

    def _add(self, entry: PersonEntry, command: ImportPeople, tx: Transaction) -> None:
        assert entry.pin_hash is not None, "a new person needs a PIN"
        person = PersonRow(
            id=tx.ids.new("person"),
            store_id=command.store_id,
            name=entry.name,
            role=entry.role.value,
            badge=entry.badge,
            pin_hash=entry.pin_hash,
            language=entry.language,
            may_not_pick=list(entry.may_not_pick),
        )
        tx.session.add(person)
        record(tx, person.store_id, "person.added", command.caused_by, person_id=person.id, detail=person.role)

    def _change(self, person: PersonRow, entry: PersonEntry, caused_by: str, tx: Transaction) -> None:
        narrows = person.role != entry.role or entry.pin_hash is not None
        person.name, person.role, person.language = entry.name, entry.role.value, entry.language
        person.pin_hash = entry.pin_hash or person.pin_hash
        person.may_not_pick = list(entry.may_not_pick)
        tx.session.add(person)
        if narrows:
            record(tx, person.store_id, "person.changed", caused_by, person_id=person.id, detail=person.role)
            self._end_sessions(person, EndReason.PERSON_CHANGED, caused_by, tx)
        tx.after_commit(self._forget)

    def _end_sessions(self, person: PersonRow, reason: EndReason, caused_by: str, tx: Transaction) -> None:
        sessions = repository.find_open_sessions(tx.session, person.store_id, person_id=person.id)
        self._sessions.end(sessions, reason, caused_by, tx)

    def _person(self, store_id: str, person_id: str, tx: Transaction) -> PersonRow:
        person = repository.find_person(tx.session, store_id, person_id)
        if person is None:
            raise PersonNotFound("there is no such person in this store")
        return person
