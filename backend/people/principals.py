"""Who is asking, as the other rooms see it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.people.models import Role
from shared.barcode import WeighedRule
from shared.labels import BlinkPattern, LightColour
from shared.store_rules import DEFAULT_RULES, StoreRules


@dataclass(frozen=True, slots=True)
class Principal:
    """A person signed in on an enrolled phone. Shift, colour and pattern are None for supervisors."""

    person_id: str
    name: str
    role: Role
    store_id: str
    device_id: str
    session_id: str
    shift_id: str | None = None
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    may_not_pick: tuple[str, ...] = ()
    language: str = ""  # a tag such as `zh` or `pt-BR`, as the people's file says


@dataclass(frozen=True, slots=True)
class ChannelPrincipal:
    """A channel that showed a key of ours."""

    channel_id: str
    store_id: str


@dataclass(frozen=True, slots=True)
class DevicePrincipal:
    """An enrolled phone nobody need be signed in on."""

    device_id: str
    store_id: str


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a phone must know of its store; handed in, for this room lies below the stores."""

    name: str
    languages: tuple[str, ...]
    weighed_rules: tuple[WeighedRule, ...]
    currency: str  # ISO 4217
    rules: StoreRules = DEFAULT_RULES
