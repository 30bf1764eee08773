"""One gateway as a supervisor adds, changes, tries, switches off or removes it. Passwords go in and never come out."""

from __future__ import annotations

from typing import ClassVar

from mobile.services.gateways_api import Driver, GatewaysApi, TestedGateway
from mobile.services.labels_api import Gateway
from mobile.state.settings_fields import SettingsField, fields_of
from mobile.state.settings_form import SettingsForm
from mobile.state.shift_state import ShiftState

NAME_MAX = 60


class GatewayState(SettingsForm):
    """`detail` are the driver's own words."""

    tested: TestedGateway | None
    captions: ClassVar = {
        "gateway_settings_invalid": "gateway.invalid",
        "gateway_in_use": "gateway.in_use",
        "rejected": "gateway.name_invalid",
    }

    def __init__(self, api: GatewaysApi, shift: ShiftState) -> None:
        self._api = api
        self.drivers: tuple[Driver, ...] = ()
        self.domain = ""
        super().__init__(shift)

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

    async def save(self) -> None:
        """Kept and opened at once, or refused with the driver's words; what was typed stays."""
        values = self._values()
        if values is None:
            return

        async def ask(token: str, store_id: str) -> None:
            await self._api.save(token, store_id, self.name.strip(), self.domain, values, is_enabled=self.is_enabled)
            self._saved(values)

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

    def _put_answer_away(self) -> None:
        super()._put_answer_away()
        self.tested = None

    def _clear(self) -> None:
        super()._clear()
        self.domain = ""
