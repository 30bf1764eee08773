"""Each picker finds the phone as they like it, whoever held it before; none of it ever leaves the phone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from mobile.services.display import FixedDisplay
from mobile.services.outbox import LANGUAGE, Outbox
from mobile.services.signals import SilentSignals
from mobile.state.preferences_state import Hand, Look, Preferences, PreferencesState
from tests.mobile.builders import no_flush


class Phone:
    """A phone that can be switched off and on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.switch_on()

    def switch_on(self) -> None:
        self.signals, self.display = SilentSignals(), FixedDisplay()
        self.outbox = Outbox(self._folder / "outbox.sqlite3", no_flush)
        self.preferences = PreferencesState(self.outbox, self.signals, self.display)

    def switch_off(self) -> None:
        self.outbox.close()


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def change(phone: Phone, **changes: object) -> None:
    asyncio.run(phone.preferences.change(**changes))


def test_a_new_phone_is_as_designed(phone: Phone) -> None:
    assert phone.preferences.now == Preferences(language="en")
    assert (phone.signals.volume, phone.signals.vibrates, phone.display.text_percent) == (1.0, True, 100)


def test_each_picker_has_their_own_and_finds_them_after_a_restart(phone: Phone) -> None:
    phone.preferences.follow("per_ana")
    change(phone, language="pt", look="night", hand="left", text_percent="200", volume="1", vibrates="false")
    phone.preferences.follow("per_mei")
    assert (phone.preferences.now.hand, phone.preferences.now.look) == (Hand.RIGHT, Look.SYSTEM)
    assert phone.preferences.language == "pt"  # until Mei chooses, the language the phone spoke last
    change(phone, language="zh")
    phone.switch_off()
    phone.switch_on()
    assert phone.preferences.language == "zh"  # nobody is signed in
    phone.preferences.follow("per_ana")
    assert phone.preferences.now == Preferences(
        language="pt", look=Look.NIGHT, hand=Hand.LEFT, text_percent=200, volume=1, vibrates=False
    )
    assert (phone.signals.volume, phone.signals.vibrates, phone.display.text_percent) == (0.3, False, 200)


def test_a_picker_who_never_chose_is_spoken_to_as_the_store_wrote_down(phone: Phone) -> None:
    change(phone, language="pt")
    phone.preferences.follow("per_mei", "zh-Hans")
    assert phone.preferences.language == "zh"
    phone.preferences.follow("")
    assert phone.preferences.language == "pt"  # nobody chose Chinese for the phone
    phone.preferences.follow("per_ivo", "sr")
    assert phone.preferences.language == "pt"  # not spoken here
    phone.preferences.follow("per_mei", "zh-Hans")
    change(phone, language="en")
    phone.preferences.follow("per_mei", "zh-Hans")
    assert phone.preferences.language == "en"


def test_signed_out_the_phone_is_as_designed_again(phone: Phone) -> None:
    phone.preferences.follow("per_ana")
    change(phone, volume=0, text_percent=150, hand="left")
    phone.preferences.follow("")
    assert (phone.preferences.now.hand, phone.signals.volume, phone.display.text_percent) == (Hand.RIGHT, 1.0, 100)


def test_what_nobody_offered_is_refused_and_changes_nothing(phone: Phone) -> None:
    for name, value in (("language", "fr"), ("text_percent", 300), ("volume", 4), ("look", "grey"), ("hand", "")):
        with pytest.raises(ValidationError):
            change(phone, **{name: value})
    assert phone.preferences.now == Preferences(language="en")


@pytest.mark.parametrize("kept", ["", "{", '{"volume": 9}', '{"language": "xx"}', "[]"])
def test_what_cannot_be_read_is_as_designed(phone: Phone, kept: str) -> None:
    asyncio.run(phone.outbox.remember("preferences.per_ana", kept))
    phone.preferences.follow("per_ana")
    assert phone.preferences.now == Preferences(language="en")


def test_a_newer_apps_preferences_are_read_as_far_as_they_are_known(phone: Phone) -> None:
    asyncio.run(phone.outbox.remember("preferences.per_ana", '{"hand": "left", "speech": true}'))
    phone.preferences.follow("per_ana")
    assert phone.preferences.now.hand is Hand.LEFT


def test_a_language_kept_by_an_older_app_is_spoken(phone: Phone) -> None:
    asyncio.run(phone.outbox.remember(LANGUAGE, "zh"))
    phone.preferences.follow("per_ana")
    assert phone.preferences.language == "zh"
    asyncio.run(phone.outbox.remember(LANGUAGE, "xx"))
    phone.preferences.follow("")
    assert phone.preferences.language == "en"
