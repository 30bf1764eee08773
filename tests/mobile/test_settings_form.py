"""What is typed into a form of settings outlasts a refusal, and a secret is typed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobile.services.backend_api import BackendUnreachable
from mobile.state.settings_fields import FieldKind, SettingsField
from mobile.state.settings_form import SettingsForm
from mobile.state.shift_state import ShiftState
from tests.mobile.supervising import supervisors_phone


class Form(SettingsForm):
    """Two fields; `sent` are the settings that got through."""

    def __init__(self, shift: ShiftState) -> None:
        super().__init__(shift)
        self.sent: list[dict[str, object]] = []
        self.is_reachable = True

    @property
    def fields(self) -> list[SettingsField]:
        return [
            SettingsField("port", FieldKind.INTEGER, is_needed=True),
            SettingsField("password", FieldKind.SECRET, is_needed=True),
        ]

    async def save(self) -> None:
        values = self._values()
        if values is None:
            return

        async def ask(token: str, store_id: str) -> None:
            if not self.is_reachable:
                raise BackendUnreachable("no network")
            self.sent.append(values)
            self._saved(values)

        await self._try(ask)


@pytest.fixture
def form(run: Callable, tmp_path: Path) -> Iterator[Form]:
    phone = run(supervisors_phone(tmp_path))
    yield Form(phone.app.shift)
    phone.app.close()


class TestSave:
    def test_a_secret_is_typed_once(self, run: Callable, form: Form) -> None:
        form.type_name(" Market ")
        form.type("port", "8080")
        form.type("password", "hush")
        run(form.save())
        assert form.sent == [{"port": 8080, "password": "hush"}]
        assert (form.name, form.is_new, form.is_saved) == ("Market", False, True)
        assert (form.typed, form.secrets_set) == ({"port": "8080"}, {"password"})
        run(form.save())
        assert form.sent[1:] == [{"port": 8080}]

    def test_what_cannot_be_read_is_named(self, run: Callable, form: Form) -> None:
        run(form.save())
        assert (form.problem, form.wrong) == ("gateway.name_invalid", "name")
        form.type_name("Market")
        form.type("port", "eighty")
        run(form.save())
        assert (form.problem, form.wrong) == ("gateway.field_wrong", "port")
        assert form.sent == []

    def test_without_network_everything_typed_stays(self, run: Callable, form: Form) -> None:
        form.type_name("Market")
        form.type("port", "8080")
        form.type("password", "hush")
        form.is_reachable = False
        run(form.save())
        assert (form.problem, form.typed["password"], form.is_saved) == ("problem.unreachable", "hush", False)
        form.is_reachable = True
        run(form.save())
        assert (form.problem, form.is_saved) == ("", True)

    def test_on_or_off_counts_once_it_is_saved(self, form: Form) -> None:
        form.switch()
        assert not form.is_enabled
