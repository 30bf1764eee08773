"""Keeps one living adapter per channel, made when first needed and made anew when its settings change."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from backend.channels.errors import ChannelSettingsInvalid
from backend.channels.models import ChannelRow
from backend.channels.port import ChannelAdapter, Edge
from backend.channels.registry import AdapterRegistry

REFERENCE = "env:"
VARIABLE_PREFIX = "BLINKPICK_SECRET_"


class OpenAdapters:
    """`secrets` is the process's environment, or a test's own mapping. Safe to use from the writer's thread."""

    def __init__(self, registry: AdapterRegistry, edge: Edge, secrets: Mapping[str, str]) -> None:
        self._registry = registry
        self._edge = edge
        self._secrets = secrets
        self._open: dict[str, tuple[dict[str, Any], ChannelAdapter]] = {}
        self._replaced: list[ChannelAdapter] = []
        self._lock = threading.Lock()

    def of(self, channel: ChannelRow | Any) -> ChannelAdapter:
        """The channel's adapter. Raises AdapterUnknown, ChannelSettingsInvalid."""
        with self._lock:
            entry = self._open.get(channel.id)
            if entry is not None and entry[0] == channel.settings:
                return entry[1]
            adapter = self._registry.adapter(channel.adapter).make_adapter(self.resolve(channel.settings), self._edge)
            if entry is not None:
                self._replaced.append(entry[1])
            self._open[channel.id] = (dict(channel.settings), adapter)
            return adapter

    def resolve(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with every `env:NAME` looked up. Only names made for us are read, so that nobody who may
        edit a channel can read the rest of the environment through it.
        """
        return {name: self._resolve(name, value) for name, value in settings.items()}

    def _resolve(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(REFERENCE):
            return value
        variable = value.removeprefix(REFERENCE)
        if not variable.startswith(VARIABLE_PREFIX) or variable not in self._secrets:
            raise ChannelSettingsInvalid(
                f"the setting {name} refers to a secret that is not set; its name begins with {VARIABLE_PREFIX}",
                places=[name],
            )
        return self._secrets[variable]

    async def aclose(self) -> None:
        for adapter in [*(adapter for _, adapter in self._open.values()), *self._replaced]:
            await adapter.aclose()
        self._open.clear()
        self._replaced.clear()
