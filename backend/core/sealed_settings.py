"""Which settings of a driver or adapter are secret, sealed in the database and never shown. Pure but for the sealing.

The settings' model says which they are: its `SecretStr` fields, wherever they stand. In the row, in the place of each
there is `{"sealed": "..."}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

SEALED = "sealed"
IS_SET = {"is_set": True}

Change = Callable[[str, str], Any]
"""A secret as it stands, and its place (like `labels.L1.response_key`) -> what shall stand there."""


def seal_secrets(settings: Mapping[str, Any], model: BaseModel, seal: Change) -> dict[str, Any]:
    """What may be stored. `model` is the driver's or adapter's, filled with these settings."""
    return {
        name: _sealed(value, getattr(model, name, None), seal, name)
        for name, value in settings.items()
        if value is not None
    }


def open_secrets(stored: Mapping[str, Any], unseal: Change) -> dict[str, Any]:
    """The settings as they were given."""
    return {name: _each_sealed(value, unseal, name) for name, value in stored.items()}


def hide_secrets(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown: of a secret, that it is set."""
    return {name: _each_sealed(value, lambda _sealed, _place: IS_SET, name) for name, value in stored.items()}


def keep_secrets(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, with the stored secrets it says nothing of, or repeats as they are shown. None takes one away."""
    kept = dict(given)
    for name, value in stored.items():
        if _is_sealed(value):
            if kept.get(name, IS_SET) == IS_SET:
                kept[name] = value
        elif isinstance(value, dict) and isinstance(kept.get(name), dict):
            kept[name] = keep_secrets(kept[name], value)
    return kept


def has_plain_secrets(stored: Mapping[str, Any], model: BaseModel) -> bool:
    """Whether one stands there as it is; `model` is filled with the opened settings."""
    found: list[str] = []

    def note(text: str, place: str) -> str:
        found.append(place)
        return text

    seal_secrets(stored, model, note)
    return bool(found)


def _sealed(value: Any, checked: Any, seal: Change, place: str) -> Any:
    if isinstance(checked, SecretStr) and isinstance(value, str):
        return {SEALED: seal(value, place)}
    if isinstance(value, dict) and not _is_sealed(value):
        parts = checked if isinstance(checked, Mapping) else vars(checked) if isinstance(checked, BaseModel) else {}
        return {name: _sealed(each, parts.get(name), seal, f"{place}.{name}") for name, each in value.items()}
    return value


def _each_sealed(value: Any, change: Change, place: str) -> Any:
    if _is_sealed(value):
        return change(value[SEALED], place)
    if isinstance(value, dict):
        return {name: _each_sealed(each, change, f"{place}.{name}") for name, each in value.items()}
    return value


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {SEALED}
