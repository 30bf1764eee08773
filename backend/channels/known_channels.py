"""Which channels there are, for whoever needs one now: its row, read again once it was changed, and its adapter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from backend.channels import repository
from backend.channels.commands import SealSettings
from backend.channels.errors import ChannelDisabled, ChannelNotFound
from backend.channels.models import ChannelRow
from backend.channels.open_adapters import OpenAdapters
from backend.channels.port import ChannelAdapter, Intake, RawMessage, SignatureInvalid
from backend.core.database import Database
from backend.core.remembered import Remembered
from shared.clock import Clock
from shared.errors import BlinkpickError

_ALL = ""

_log = structlog.get_logger("channels")


class KnownChannels:
    """Every channel of the house, as the database has it."""

    def __init__(
        self,
        database: Database,
        adapters: OpenAdapters,
        clock: Clock,
        handle: Callable[[Any], Awaitable[Any]],
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._handle = handle
        self._known: Remembered[ChannelRow] = Remembered(database, clock)
        self._pollable: Remembered[list[tuple[str, float]]] = Remembered(database, clock)

    def open(self, channel_id: str, *, is_outward: bool = False) -> tuple[ChannelRow, ChannelAdapter]:
        """A channel and its adapter. A channel that is switched off sends nothing in, but still hears what is due."""
        channel = self._known.find(channel_id)
        if channel is None:
            mark = self._known.mark()
            with self._database.reading() as session:
                channel = repository.get_channel(session, channel_id)
            if channel is None:
                raise ChannelNotFound("there is no such channel")
            self._known.keep(channel_id, channel, mark)
        if not channel.is_enabled and not is_outward:
            raise ChannelDisabled("this channel is switched off")
        return channel, self._adapters.of(channel)

    def verify(self, channel: ChannelRow, adapter: ChannelAdapter, message: RawMessage) -> None:
        """With the channel's secrets, and while they are replaced with the ones before. Raises SignatureInvalid."""
        try:
            adapter.verify(message)
        except SignatureInvalid:
            last = self._adapters.last_of(channel)
            if last is None:
                raise
            last.verify(message)

    def forget(self) -> None:
        """A channel was added or changed: each is read again before it is used again."""
        self._known.forget()
        self._pollable.forget()

    def pollable(self) -> list[tuple[str, float]]:
        """(channel id, seconds between polls) of every channel that is asked for news."""
        known = self._pollable.find(_ALL)
        if known is None:
            mark = self._pollable.mark()
            known = self._read_pollable()
            self._pollable.keep(_ALL, known, mark)
        return known

    def _read_pollable(self) -> list[tuple[str, float]]:
        with self._database.asking() as connection:
            channels = repository.find_enabled_channels(connection)
        found = []
        for channel in channels:
            try:
                capability = self._adapters.of(channel).capability
            except BlinkpickError as error:
                _log.error("channel cannot be opened", channel_id=channel.id, error=error.detail)
                continue
            if Intake.POLL in capability.intake and capability.poll_interval_s > 0:
                found.append((channel.id, float(capability.poll_interval_s)))
        return found

    async def seal_secrets(self) -> None:
        """What an older version stored as it was given is sealed, once at a start."""
        with self._database.reading() as session:
            channels = repository.get_channels(session)
        for channel in channels:
            try:
                if self._adapters.keeps_secrets_plain(channel):
                    await self._handle(SealSettings(channel.id))
                    _log.info("a channel's secrets were sealed", channel_id=channel.id)
            except BlinkpickError as error:  # it cannot be opened either, and then says so
                _log.error("a channel's secrets were not sealed", channel_id=channel.id, detail=error.detail)
