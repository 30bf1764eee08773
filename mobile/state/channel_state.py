"""One channel as a supervisor adds, changes or pauses it, gives it a new secret or a key."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from mobile.services.channels_api import Adapter, Channel, ChannelKey, ChannelsApi
from mobile.state.settings_fields import SettingsField, fields_of
from mobile.state.settings_form import SettingsForm
from mobile.state.shift_state import ShiftState


class ChannelState(SettingsForm):
    """`new_key` is shown until the form is left; `has_leaked`: the secret before shall be good no longer."""

    last_secret_until: datetime | None
    keys: tuple[ChannelKey, ...]
    captions: ClassVar = {
        "channel_settings_invalid": "channel.invalid",
        "channel_name_taken": "channel.name_taken",
    }

    def __init__(self, api: ChannelsApi, shift: ShiftState) -> None:
        self._api = api
        self.adapters: tuple[Adapter, ...] = ()
        super().__init__(shift)

    @property
    def adapter(self) -> Adapter | None:
        return next((adapter for adapter in self.adapters if adapter.name == self.kind), None)

    @property
    def fields(self) -> list[SettingsField]:
        return fields_of(self.adapter.settings) if self.adapter is not None else []

    @property
    def has_new_secret(self) -> bool:
        """Whether a secret that is set already is typed anew."""
        return any(self.typed.get(name) for name in self.secrets_set)

    def add(self) -> None:
        """A form for a new one."""
        self._clear()

    def change(self, channel: Channel) -> None:
        """A form for one there is; its settings come with `load`."""
        self._clear()
        self.channel_id, self.name, self.kind = channel.id, channel.name, channel.adapter
        self.is_new, self.is_enabled = False, channel.is_enabled

    async def load(self) -> None:
        """The adapters there are, and how it is set up now."""

        async def ask(token: str, store_id: str) -> None:
            self.adapters = tuple(await self._api.adapters(token))
            if self.channel_id and not self.is_loaded:
                await self._read(token)
            self.is_loaded = True

        await self._try(ask)

    def choose_adapter(self, kind: str) -> None:
        self.kind, self.typed, self.secrets_set = kind, {}, frozenset()

    def say_leaked(self, *, has_leaked: bool) -> None:
        self.has_leaked = has_leaked

    async def save(self) -> None:
        """Kept at once, or refused with the adapter's words; what was typed stays."""
        values = self._values()
        if values is None:
            return
        name = self.name.strip()

        async def ask(token: str, store_id: str) -> None:
            if not self.channel_id:
                self.channel_id = await self._api.add(token, self.kind, name, values)
            else:
                await self._api.change(
                    token,
                    self.channel_id,
                    name=name,
                    settings=values,
                    is_enabled=self.is_enabled,
                    keeps_last_secret=not self.has_leaked,
                )
            self._saved(values)
            self.has_leaked = False
            await self._read(token)

        await self._try(ask)

    async def make_key(self) -> None:
        """One more key for our own interface, shown this once."""

        async def ask(token: str, store_id: str) -> None:
            key, _ = await self._api.add_key(token, self.channel_id)
            await self._read(token)
            self.new_key = key

        await self._try(ask)

    async def end_key(self, key_id: str) -> None:
        """Whoever calls with it is refused from now on."""

        async def ask(token: str, store_id: str) -> None:
            await self._api.end_key(token, self.channel_id, key_id)
            await self._read(token)

        await self._try(ask)

    async def _read(self, token: str) -> None:
        answer = await self._api.settings(token, self.channel_id)
        self._take(answer.settings)
        self.last_secret_until, self.keys = answer.last_secret_until, tuple(answer.keys)

    def _put_answer_away(self) -> None:
        super()._put_answer_away()
        self.new_key = ""

    def _clear(self) -> None:
        super()._clear()
        self.channel_id = self.kind = ""
        self.has_leaked = False
        self.last_secret_until, self.keys = None, ()
