"""What this room can be asked to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.labels.labels_file import LabelLine


@dataclass(frozen=True, slots=True)
class SaveGateway:
    """Add a gateway to a store, or change the one of that name. Answers its id."""

    store_id: str
    name: str
    domain: str
    settings: Mapping[str, Any]


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
class ReportSilence:
    """A label does not show its light."""

    store_id: str
    label_id: str
    reason: str
