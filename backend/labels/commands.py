"""What this room can be asked to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.labels.health import LabelHealth
from backend.labels.labels_file import LabelLine


@dataclass(frozen=True, slots=True)
class SaveGateway:
    """Add a gateway to a store, or change the one of that name. Secrets that are left out stay. Answers its id.

    `is_enabled` None: as it is; a new one is.
    """

    store_id: str
    name: str
    domain: str
    settings: Mapping[str, Any]
    is_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class RemoveGateway:
    """A gateway is not there any more. No label may be bound to it."""

    store_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ImportLabels:
    """Bind labels to gateways and locations; the lines were read already, names and addresses are checked here."""

    store_id: str
    lines: Sequence[LabelLine]


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """What became of it."""

    labels_added: int
    labels_changed: int
    labels_unchanged: int


@dataclass(frozen=True, slots=True)
class SaveLightRules:
    """How a store's labels are lit; None: as the program's settings say. `quiet_hours` "" for none."""

    store_id: str
    quiet_hours: str | None
    lit_max_s_per_day: int | None


@dataclass(frozen=True, slots=True)
class BindLabel:
    """Bind one label to a place. `gateway_id` has heard of it, if any has; `takes_off`: what else hung there goes."""

    store_id: str
    external_id: str
    location_id: str
    address: str
    gateway_id: str | None
    takes_off: bool


@dataclass(frozen=True, slots=True)
class BoundLabel:
    """What became of it."""

    label_id: str
    external_id: str
    gateway: str
    location: str
    hung_at: str | None
    """Where it hung before; None for a new one."""
    also_here: Sequence[str]
    """What else hangs there, by external id."""
    taken_off: Sequence[str]


@dataclass(frozen=True, slots=True)
class UnbindLabel:
    """A label hangs nowhere any more."""

    store_id: str
    label_id: str


@dataclass(frozen=True, slots=True)
class ReportSilence:
    """A label does not show its light."""

    store_id: str
    label_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """What a label shows, as it confirmed."""

    digest: str
    price_minor: int | None
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class KeepPictures:
    """Write down what labels show, by label id."""

    shown: Mapping[str, KeptPicture]


@dataclass(frozen=True, slots=True)
class KeepLabelHealth:
    """Write down how labels do, by label id."""

    health: Mapping[str, LabelHealth]
