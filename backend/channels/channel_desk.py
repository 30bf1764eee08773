"""Channels as a supervisor keeps them: added, changed, paused, given new secrets. Commands run inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from backend.channels import message_rows, repository
from backend.channels.commands import AddChannel, ChangeChannel, SealSettings
from backend.channels.errors import ChannelNameTaken, ChannelNotFound
from backend.channels.message_desk import TO_SEE_TO
from backend.channels.models import ChannelRow
from backend.channels.open_adapters import OpenAdapters
from backend.channels.supervision import CALL_TOPICS
from backend.core.database import Database
from backend.core.sealed_settings import keep_secrets
from backend.core.writer import Transaction
from backend.people.access import record

BOTH_SECRETS_VALID = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel and how it does: what waits for a supervisor, and what it has not heard or confirmed."""

    id: str
    adapter: str
    name: str
    is_enabled: bool
    last_message_at: datetime | None
    to_see_to: int
    held_orders: int
    undelivered: int
    unacknowledged: int


class ChannelDesk:
    """The room's commands about channels themselves, and how each of them does. `forget` runs after each command."""

    def __init__(self, database: Database, adapters: OpenAdapters, forget: Callable[[], None]) -> None:
        self._database = database
        self._adapters = adapters
        self._forget = forget

    def read(self, store_id: str, channel_id: str) -> ChannelRow:
        """Raises ChannelNotFound."""
        with self._database.reading() as session:
            return _require(session, store_id, channel_id)

    def views(self, store_id: str) -> list[ChannelState]:
        """Every channel of a store, by name."""
        with self._database.reading() as session:
            connection = session.connection()
            last = message_rows.last_by_channel(session, store_id)
            to_see_to = message_rows.count_by_channel(session, store_id, TO_SEE_TO)
            held = repository.count_open_exceptions(session, store_id)
            return [
                ChannelState(
                    id=row.id,
                    adapter=row.adapter,
                    name=row.name,
                    is_enabled=row.is_enabled,
                    last_message_at=last.get(row.id),
                    to_see_to=to_see_to.get(row.id, 0),
                    held_orders=held.get(row.id, 0),
                    undelivered=repository.count_dead_letters(connection, row.id, CALL_TOPICS),
                    unacknowledged=row.last_sequence - row.acknowledged_up_to,
                )
                for row in repository.get_channels_of_store(session, store_id)
            ]

    def add(self, command: AddChannel, tx: Transaction) -> str:
        """A new channel; returns its id. Raises AdapterUnknown, ChannelSettingsInvalid, ChannelNameTaken."""
        channel_id = tx.ids.new("channel")
        sealed = self._adapters.sealed(command.adapter, channel_id, command.settings)
        self._require_free_name(command.store_id, command.name, "", tx)
        channel = ChannelRow(
            id=channel_id,
            store_id=command.store_id,
            adapter=command.adapter,
            name=command.name,
            settings=sealed,
            created_at=tx.now(),
        )
        tx.session.add(channel)
        tx.session.flush()
        tx.after_commit(self._forget)
        return channel_id

    def change(self, command: ChangeChannel, tx: Transaction) -> None:
        """Raises ChannelNotFound, ChannelSettingsInvalid, ChannelNameTaken."""
        channel = _require(tx.session, command.store_id, command.channel_id)
        if command.name is not None and command.name != channel.name:
            self._require_free_name(command.store_id, command.name, channel.id, tx)
            channel.name = command.name
        if command.settings is not None:
            self._set(channel, command.settings, tx, keeps_last=command.keeps_last_secret)
        if command.is_enabled is not None:
            channel.is_enabled = command.is_enabled
        tx.session.add(channel)
        record(tx, channel.store_id, "channel.changed", command.caused_by, detail=_told(channel, command))
        tx.after_commit(self._forget)

    def seal(self, command: SealSettings, tx: Transaction) -> None:
        channel = repository.get_channel(tx.session, command.channel_id)
        if channel is not None:
            channel.settings = self._adapters.sealed(channel.adapter, channel.id, channel.settings)
            tx.session.add(channel)
            tx.after_commit(self._forget)

    def _set(self, channel: ChannelRow, given: Mapping[str, Any], tx: Transaction, *, keeps_last: bool) -> None:
        settings = keep_secrets(given, channel.settings)
        sealed = self._adapters.sealed(channel.adapter, channel.id, settings)
        before = self._adapters.opened(channel.id, channel.settings)
        if before == self._adapters.opened(channel.id, sealed):
            return
        channel.last_settings = channel.settings if keeps_last else None
        channel.last_settings_until = tx.now() + BOTH_SECRETS_VALID if keeps_last else None
        channel.settings = sealed

    def _require_free_name(self, store_id: str, name: str, channel_id: str, tx: Transaction) -> None:
        names = repository.get_channel_names(tx.session, store_id)
        if any(name == taken and each != channel_id for each, taken in names.items()):
            raise ChannelNameTaken(f"this store has a channel called {name} already", name=name)


def _require(session: Session, store_id: str, channel_id: str) -> ChannelRow:
    channel = repository.get_channel(session, channel_id)
    if channel is None or channel.store_id != store_id:
        raise ChannelNotFound("no such channel in this store", channel_id=channel_id)
    return channel


def _told(channel: ChannelRow, command: ChangeChannel) -> str:
    """For the record of who changed what; names of settings, no values."""
    parts = [channel.id]
    if command.name is not None:
        parts.append("name")
    if command.settings is not None:
        parts += sorted(command.settings)
    if command.is_enabled is not None:
        parts.append("on" if command.is_enabled else "paused")
    return " ".join(parts)[:200]
