"""Secrets are found wherever a driver's settings have them, and stand nowhere as they are."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.sealed_settings import (
    has_plain_secrets,
    hide_secrets,
    keep_secrets,
    open_secrets,
    seal_secrets,
)
from backend.labels.registry import DriverRegistry
from shared.labels import LightColour

REGISTRY = DriverRegistry()
DESCRIPTION = """
name: Test
source: a test
verified: never
secrets: [key]
colours: {blue: B}
auth: {kind: header, name: X-Key, value: "{key}"}
light: {path: /light, json: {label: "{label}", colour: "{colour}"}}
"""
GIVEN: dict[str, dict[str, Any]] = {
    "solum_aims": {
        "url": "https://aims.example",
        "username": "picker",
        "password": "hush-1",
        "company": "LAB",
        "store": "1",
        "patterns": {"slow": 0},
    },
    "mqtt_template": {
        "host": "broker.example",
        "password": "hush-2",
        "labels": ["L1"],
        "light": {"topic": "shop/{label}", "payload": "{hex}"},
        "colours": {LightColour.BLUE.value: "0000FF"},
    },
    "ble_esl": {
        "line": "/dev/ttyACM0",
        "labels": {
            "E1": {"group": 0, "id": 0, "response_key": "0a" * 24},
            "E2": {"group": 1, "id": 0, "response_key": "0b" * 24},
        },
    },
    "http_template": {"url": "https://server.example", "description": DESCRIPTION, "secrets": {"key": "hush-3"}},
}
SECRETS = {
    "solum_aims": {"password": "hush-1"},
    "mqtt_template": {"password": "hush-2"},
    "ble_esl": {"labels.E1.response_key": "0a" * 24, "labels.E2.response_key": "0b" * 24},
    "http_template": {"secrets.key": "hush-3"},
}


def sealed(domain: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What would be stored, and which secrets were sealed, by their place."""
    found: dict[str, str] = {}

    def seal(text: str, place: str) -> str:
        found[place] = text
        return text[::-1]

    return seal_secrets(GIVEN[domain], REGISTRY.check_settings(domain, GIVEN[domain]), seal), found


@pytest.mark.parametrize("domain", GIVEN)
class TestEveryDriver:
    def test_its_secrets_are_sealed_and_nothing_else(self, domain: str) -> None:
        stored, found = sealed(domain)
        assert found == SECRETS[domain]
        assert not [secret for secret in found.values() if secret in repr(stored)]
        assert open_secrets(stored, lambda text, _place: text[::-1]) == GIVEN[domain]

    def test_they_are_not_shown(self, domain: str) -> None:
        shown = repr(hide_secrets(sealed(domain)[0]))
        assert shown.count("is_set") == len(SECRETS[domain])
        assert not [secret for secret in SECRETS[domain].values() if secret in shown or secret[::-1] in shown]

    def test_plain_ones_are_noticed(self, domain: str) -> None:
        checked = REGISTRY.check_settings(domain, GIVEN[domain])
        assert has_plain_secrets(GIVEN[domain], checked)
        assert not has_plain_secrets(sealed(domain)[0], checked)

    def test_what_was_shown_can_be_given_back(self, domain: str) -> None:
        stored, _ = sealed(domain)
        assert keep_secrets(hide_secrets(stored), stored) == stored


def test_a_secret_left_out_stays_a_new_one_takes_its_place_and_none_takes_it_away() -> None:
    stored, _ = sealed("mqtt_template")
    without = {name: value for name, value in GIVEN["mqtt_template"].items() if name != "password"}
    assert keep_secrets(without, stored)["password"] == stored["password"]
    assert keep_secrets({**without, "password": "new"}, stored)["password"] == "new"
    assert keep_secrets({**without, "password": None}, stored)["password"] is None


def test_a_label_that_is_left_out_does_not_come_back_with_its_key() -> None:
    stored, _ = sealed("ble_esl")
    given = {"line": "/dev/ttyACM0", "labels": {"E1": {"group": 0, "id": 0}}}
    assert keep_secrets(given, stored)["labels"] == {
        "E1": {"group": 0, "id": 0, "response_key": stored["labels"]["E1"]["response_key"]}
    }


def test_every_driver_with_secrets_is_among_these() -> None:
    with_secrets = {
        domain for domain in REGISTRY.manifests if "password" in str(REGISTRY.settings_schema(domain)).split("'")
    }
    assert with_secrets == GIVEN.keys()
