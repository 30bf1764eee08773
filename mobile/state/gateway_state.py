"""One gateway as a supervisor adds, changes, tries, switches off or removes it. Passwords go in and never come out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.gateways_api import Driver, GatewaysApi, TestedGateway
from mobile.services.labels_api import Gateway
from mobile.state.asking import caption_of
from mobile.state.settings_fields import FieldKind, FieldWrong, SettingsField, fields_of, typed_of, values_of
from mobile.state.shift_state import ShiftState

CAPTIONS = {
    "gateway_settings_invalid": "gateway.invalid",
    "gateway_in_use": "gateway.in_use",
    "rejected": "gateway.name_invalid",
}
NAME_MAX = 60


class GatewayState(ft.Observable):
    """`problem` names a caption, `detail` are the driver's own words for it, `wrong` the field that cannot be read."""

    def __init__(self, api: GatewaysApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.drivers: tuple[Driver, ...] = ()
        self.name = self.domain = ""
        self.typed: dict[str, str] = {}
        self.secrets_set: frozenset[str] = frozenset()
        self.is_new = self.is_enabled = True
        self.is_loaded = self.is_busy = self.is_saved = False
        self.problem = self.detail = self.wrong = ""
        self.tested: TestedGateway | None = None

    @property
    def driver(self) -> Driver | None:
        return next((driver for driver in self.drivers if driver.domain == self.domain), None)

    @property
    def fields(self) -> list[SettingsField]:
        return fields_of(self.driver.settings) if self.driver is not None else []

    def add(self) -> None:
        """A form for a new one."""
        self._clear()

    def change(self, gateway: Gateway) -> None:
        """A form for one there is; its settings come with `load`."""
        self._clear()
        self.name, self.is_new, self.is_enabled = gateway.name, False, gateway.is_enabled

    async def load(self) -> None:
        """The drivers there are, and how it is set up now."""

        async def ask(token: str, store_id: str) -> None:
            self.drivers = tuple(await self._api.drivers(token, store_id))
            if not self.is_new and not self.is_loaded:
                answer = await self._api.settings(token, store_id, self.name)
                self.domain = answer.domain
                self._take(answer.settings)
            self.is_loaded = True

        await self._try(ask)

    def choose_driver(self, domain: str) -> None:
        self.domain, self.typed, self.secrets_set = domain, {}, frozenset()

    def type_name(self, name: str) -> None:
        self.name = name

    def type(self, name: str, text: str) -> None:
        self.typed = {**self.typed, name: text}

    def switch(self) -> None:
        """On, or left alone, once it is saved."""
        self.is_enabled = not self.is_enabled

    async def save(self) -> None:
        """Kept and opened at once, or refused with the driver's words; what was typed stays."""
        if not self.name.strip():
            self.problem, self.wrong = "gateway.name_invalid", "name"
            return
        try:
            values = values_of(self.fields, self.typed)
        except FieldWrong as error:
            self.problem, self.wrong = "gateway.field_wrong", str(error.args[0])
            return

        async def ask(token: str, store_id: str) -> None:
            await self._api.save(token, store_id, self.name.strip(), self.domain, values, is_enabled=self.is_enabled)
            self.name, self.is_new, self.is_saved = self.name.strip(), False, True
            secrets = {each.name for each in self.fields if each.kind is FieldKind.SECRET}
            self.secrets_set |= secrets & values.keys()
            self.typed = {name: text for name, text in self.typed.items() if name not in secrets}

        await self._try(ask)

    async def test(self) -> None:
        """Whether it answers as it is saved, and which labels it hears."""

        async def ask(token: str, store_id: str) -> None:
            self.tested = await self._api.test(token, store_id, self.name)

        await self._try(ask)

    async def remove(self) -> bool:
        """Whether it is gone."""

        async def ask(token: str, store_id: str) -> None:
            await self._api.remove(token, store_id, self.name)

        await self._try(ask)
        return not self.problem

    def _take(self, settings: Mapping[str, Any]) -> None:
        fields = self.fields
        self.typed = typed_of(fields, settings)
        self.secrets_set = frozenset(
            each.name for each in fields if each.kind is FieldKind.SECRET and each.name in settings
        )

    async def _try(self, ask: Callable[[str, str], Awaitable[None]]) -> None:
        if self.is_busy:
            return
        self.is_busy, self.problem, self.detail, self.wrong = True, "", "", ""
        self.is_saved, self.tested = False, None
        try:
            await ask(self._shift.session_token, self._shift.store_id)
        except BackendRefused as error:
            self.problem, self.detail = caption_of(error, CAPTIONS), error.detail
        except BackendUnreachable as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False

    def _clear(self) -> None:
        self.name, self.domain, self.typed, self.secrets_set = "", "", {}, frozenset()
        self.is_new = self.is_enabled = True
        self.is_loaded = self.is_busy = self.is_saved = False
        self.problem, self.detail, self.wrong, self.tested = "", "", "", None
