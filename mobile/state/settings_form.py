"""A form whose fields are a driver's or adapter's settings: what is typed outlasts a refusal, no secret comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile.state.asking import AskingState
from mobile.state.settings_fields import FieldKind, FieldWrong, SettingsField, typed_of, values_of
from mobile.state.shift_state import ShiftState


class SettingsForm(AskingState):
    """`wrong` is the field that cannot be read."""

    typed: dict[str, str]
    secrets_set: frozenset[str]
    is_enabled: bool

    def __init__(self, shift: ShiftState) -> None:
        super().__init__(shift)
        self._clear()

    @property
    def fields(self) -> list[SettingsField]:
        raise NotImplementedError

    def called(self, name: str, language: str) -> str:
        """What a field is called on the screen."""
        return next((each.title_in(language) for each in self.fields if each.name == name), name)

    def type_name(self, name: str) -> None:
        self.name = name

    def type(self, name: str, text: str) -> None:
        self.typed = {**self.typed, name: text}

    def switch(self) -> None:
        """On or off, once it is saved."""
        self.is_enabled = not self.is_enabled

    @property
    def _secret_names(self) -> set[str]:
        return {each.name for each in self.fields if each.kind is FieldKind.SECRET}

    def _values(self) -> dict[str, Any] | None:
        """What was typed; None, and what is wrong is said, where it cannot be sent."""
        if not self.name.strip():
            self.problem, self.wrong = "gateway.name_invalid", "name"
            return None
        try:
            return values_of(self.fields, self.typed)
        except FieldWrong as error:
            self.problem, self.wrong = "gateway.field_wrong", str(error.args[0])
            return None

    def _saved(self, values: Mapping[str, Any]) -> None:
        """Secrets are typed once."""
        self.name, self.is_new, self.is_saved = self.name.strip(), False, True
        self.secrets_set |= self._secret_names & values.keys()
        self.typed = {name: text for name, text in self.typed.items() if name not in self._secret_names}

    def _take(self, settings: Mapping[str, Any]) -> None:
        self.typed = typed_of(self.fields, settings)
        self.secrets_set = frozenset(self._secret_names & settings.keys())

    def _put_answer_away(self) -> None:
        super()._put_answer_away()
        self.wrong, self.is_saved = "", False

    def _clear(self) -> None:
        self.name = ""
        self.typed, self.secrets_set = {}, frozenset()
        self.is_new = self.is_enabled = True
        self.is_loaded = self.is_busy = False
        self._put_answer_away()
