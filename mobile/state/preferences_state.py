"""How each picker likes the phone: language, day or night, hand, letters, sound. Kept on the phone, never sent."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum

import flet as ft
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mobile.services.display import Display
from mobile.services.outbox import LANGUAGE, NotStoredOnPhone, Outbox
from mobile.services.signals import Signals
from mobile.settings import DEFAULT_LANGUAGE, LANGUAGES

VOLUMES = (0.0, 0.3, 0.65, 1.0)  # off, and three steps; the page plays at these shares of full scale
TEXT_PERCENTS = (100, 150, 200)


class Look(StrEnum):
    """Light or dark; `system` follows the phone."""

    SYSTEM = "system"
    DAY = "day"
    NIGHT = "night"


class Hand(StrEnum):
    """The hand that holds the phone: small buttons stand on its thumb's side."""

    RIGHT = "right"
    LEFT = "left"


class Preferences(BaseModel):
    """One picker's. `volume` counts the steps of VOLUMES."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: str = ""
    look: Look = Look.SYSTEM
    hand: Hand = Hand.RIGHT
    text_percent: int = 100
    volume: int = Field(default=len(VOLUMES) - 1, ge=0, lt=len(VOLUMES))
    vibrates: bool = True

    @field_validator("text_percent")
    @classmethod
    def _is_offered(cls, percent: int) -> int:
        if percent not in TEXT_PERCENTS:
            raise ValueError(f"letters of {percent} %")
        return percent

    @field_validator("language")
    @classmethod
    def _is_spoken(cls, language: str) -> str:
        if language and language not in LANGUAGES:
            raise ValueError(f"{language} is not spoken here")
        return language


class PreferencesState(ft.Observable):
    """Those of whoever is signed in; before, the phone's language and everything as designed."""

    def __init__(self, outbox: Outbox, signals: Signals, display: Display) -> None:
        self._outbox = outbox
        self._signals = signals
        self._display = display
        self._person_id = ""
        self.now = Preferences()
        self.follow("")

    @property
    def language(self) -> str:
        return self.now.language or DEFAULT_LANGUAGE

    def follow(self, person_id: str, language: str = "") -> None:
        """Somebody signed in or, with "", out. What cannot be read any more is as designed.

        `language` is a tag, the one the store wrote down for them: it counts until they choose another on this phone.
        """
        self._person_id = person_id
        kept = self._outbox.recall(_name(person_id)) if person_id else None
        try:
            found = Preferences.model_validate_json(kept) if kept else Preferences()
        except ValidationError:
            found = Preferences()
        if not found.language:
            wished = (language.partition("-")[0].lower(), self._outbox.recall(LANGUAGE) or "", DEFAULT_LANGUAGE)
            spoken = next(each for each in wished if each in LANGUAGES)
            found = found.model_copy(update={"language": spoken})
        self._apply(found)

    async def change(self, **changes: object) -> None:
        """One or more preferences by name. Raises ValidationError. On a full phone they last until the next start."""
        changed = Preferences.model_validate({**self.now.model_dump(), **changes})
        self._apply(changed)
        with suppress(NotStoredOnPhone):
            await self._outbox.remember(LANGUAGE, changed.language)
            if self._person_id:
                await self._outbox.remember(_name(self._person_id), changed.model_dump_json())

    def _apply(self, preferences: Preferences) -> None:
        self.now = preferences
        self._signals.tune(VOLUMES[preferences.volume], preferences.vibrates)
        self._display.set_text_percent(preferences.text_percent)


def _name(person_id: str) -> str:
    return f"preferences.{person_id}"
