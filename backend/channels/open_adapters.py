"""Keeps one living adapter per channel, made when first needed and made anew when its settings change."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from backend.channels.errors import ChannelSettingsInvalid
from backend.channels.models import ChannelRow
from backend.channels.port import ChannelAdapter, Edge
from backend.channels.registry import AdapterRegistry
from backend.core.sealed_settings import has_plain_secrets, hide_secrets, open_secrets, seal_secrets
from backend.core.sealing import Sealer

REFERENCE = "env:"
VARIABLE_PREFIX = "BLINKPICK_SECRET_"


class OpenAdapters:
    """`secrets` is the process's environment, or a test's own mapping. Safe to use from the writer's thread."""

    def __init__(self, registry: AdapterRegistry, edge: Edge, secrets: Mapping[str, str], sealer: Sealer) -> None:
        self._registry = registry
        self._edge = edge
        self._secrets = secrets
        self._sealer = sealer
        self._open: dict[tuple[str, bool], tuple[dict[str, Any], ChannelAdapter]] = {}
        self._replaced: list[ChannelAdapter] = []
        self._lock = threading.Lock()

    def of(self, channel: ChannelRow | Any) -> ChannelAdapter:
        """The channel's adapter. Raises AdapterUnknown, ChannelSettingsInvalid, SealBroken."""
        return self._opened(channel, channel.settings, is_last=False)

    def last_of(self, channel: ChannelRow | Any) -> ChannelAdapter | None:
        """The adapter with the secrets before, while messages signed with them are still good."""
        until = channel.last_settings_until
        if channel.last_settings is None or until is None or until <= self._edge.clock.now():
            return None
        return self._opened(channel, channel.last_settings, is_last=True)

    # Settings as they are given, stored and shown

    def checked(self, adapter: str, channel_id: str, settings: Mapping[str, Any]) -> BaseModel:
        """Settings, stored or given, as their adapter knows them. Raises AdapterUnknown, ChannelSettingsInvalid,
        SealBroken.
        """
        return self._registry.adapter(adapter).read_settings(self._resolved(channel_id, settings))

    def sealed(self, adapter: str, channel_id: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What may be stored. Raises AdapterUnknown, ChannelSettingsInvalid, SealBroken."""
        checked = self.checked(adapter, channel_id, settings)
        opened = self.opened(channel_id, settings)
        return seal_secrets(opened, checked, lambda text, at: self._sealer.seal(text, _place(channel_id, at)))

    def opened(self, channel_id: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Stored settings as they were given. Raises SealBroken."""
        return open_secrets(settings, lambda sealed, at: self._sealer.open(sealed, _place(channel_id, at)))

    def shown(self, channel: ChannelRow) -> dict[str, Any]:
        """What may be shown: of a secret, that it is set. Raises AdapterUnknown, ChannelSettingsInvalid, SealBroken."""
        checked = self.checked(channel.adapter, channel.id, channel.settings)
        opened = self.opened(channel.id, channel.settings)
        return hide_secrets(seal_secrets(opened, checked, lambda text, at: ""))

    def keeps_secrets_plain(self, channel: ChannelRow) -> bool:
        """Whether an older version stored it. Raises AdapterUnknown, ChannelSettingsInvalid, SealBroken."""
        return has_plain_secrets(channel.settings, self.checked(channel.adapter, channel.id, channel.settings))

    async def aclose(self) -> None:
        for adapter in [*(adapter for _, adapter in self._open.values()), *self._replaced]:
            await adapter.aclose()
        self._open.clear()
        self._replaced.clear()

    def _opened(self, channel: ChannelRow | Any, settings: dict[str, Any], *, is_last: bool) -> ChannelAdapter:
        with self._lock:
            entry = self._open.get((channel.id, is_last))
            if entry is not None and entry[0] == settings:
                return entry[1]
            folder = self._registry.adapter(channel.adapter)
            adapter = folder.make_adapter(self._resolved(channel.id, settings), self._edge)
            if entry is not None:
                self._replaced.append(entry[1])
            self._open[channel.id, is_last] = (dict(settings), adapter)
            return adapter

    def _resolved(self, channel_id: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Opened, with every `env:NAME` looked up. Only names made for us are read, so that nobody who may edit a
        channel can read the rest of the environment through it.
        """
        return {name: self._look_up(name, value) for name, value in self.opened(channel_id, settings).items()}

    def _look_up(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(REFERENCE):
            return value
        variable = value.removeprefix(REFERENCE)
        if not variable.startswith(VARIABLE_PREFIX) or variable not in self._secrets:
            raise ChannelSettingsInvalid(
                f"the setting {name} refers to a secret that is not set; its name begins with {VARIABLE_PREFIX}",
                places=[name],
            )
        return self._secrets[variable]


def _place(channel_id: str, at: str) -> str:
    """What a secret is sealed for: this channel's setting and no other."""
    return f"channel {channel_id} {at}"
