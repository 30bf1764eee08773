"""Keeps gateways and labels: which there are, and what hangs where."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.commands import ImportedLabels, ImportLabels, SaveGateway
from backend.labels.labels_file import LabelLine, Problem, rejected
from backend.labels.models import GatewayRow, LabelRow
from backend.labels.registry import DriverRegistry

_ID_BYTES = 16

LocationIds = Callable[[Session, str], Mapping[str, str]]


class Bindings:
    """`on_change` is called on the event loop once a change is kept."""

    def __init__(self, registry: DriverRegistry, location_ids: LocationIds, on_change: Callable[[], None]) -> None:
        self._registry = registry
        self._location_ids = location_ids
        self._on_change = on_change
        self._opened: dict[str, tuple[str, str]] = {}

    def save_gateway(self, command: SaveGateway, tx: Transaction) -> str:
        """Raises DriverUnknown or GatewaySettingsInvalid."""
        self._registry.check_settings(command.domain, command.settings)
        row = repository.get_gateway_by_name(tx.session, command.store_id, command.name)
        if row is None:
            row = GatewayRow(
                id=derived_id("gwy", command.store_id, command.name),
                store_id=command.store_id,
                name=command.name,
                domain=command.domain,
                settings={},
                changed_at=tx.now(),
            )
        row.domain, row.settings, row.changed_at = command.domain, dict(command.settings), tx.now()
        tx.session.add(row)
        tx.after_commit(self._on_change)
        return row.id

    def import_labels(self, command: ImportLabels, tx: Transaction) -> ImportedLabels:
        """Raises LabelsFileInvalid naming every row whose gateway or location is not there; then nothing is kept."""
        gateways = {row.name: row.id for row in repository.get_gateways(tx.session, command.store_id)}
        locations = self._location_ids(tx.session, command.store_id)
        problems = _unknown_names(command.lines, gateways, locations)
        if problems:
            raise rejected(problems)
        known = repository.get_labels_by_external_id(tx.session, command.store_id)
        added = changed = 0
        for line in command.lines:
            place = (gateways[line.gateway], locations[line.location])
            row = known.get(line.external_id)
            if row is None:
                added += 1
                row = LabelRow(
                    id=derived_id("lbl", command.store_id, line.external_id),
                    store_id=command.store_id,
                    external_id=line.external_id,
                    gateway_id=place[0],
                    location_id=place[1],
                    changed_at=tx.now(),
                )
            elif (row.gateway_id, row.location_id) != place:
                changed += 1
                row.gateway_id, row.location_id = place
                row.changed_at = tx.now()
            else:
                continue
            tx.session.add(row)
        tx.after_commit(self._on_change)
        return ImportedLabels(added, changed, len(command.lines) - added - changed)

    def changed_gateways(self, rows: Sequence[GatewayRow]) -> set[str]:
        """Which gateways are new, changed or gone since this was asked last."""
        now = {row.id: (row.domain, repr(sorted(row.settings.items()))) for row in rows}
        changed = {each for each in now.keys() | self._opened.keys() if now.get(each) != self._opened.get(each)}
        self._opened = now
        return changed


def derived_id(prefix: str, *parts: str) -> str:
    """An id that the same label or gateway always gets: importing a file twice, or on two machines, names it alike."""
    digest = hashlib.blake2s("\x1f".join(parts).encode(), digest_size=_ID_BYTES).digest()
    return f"{prefix}_{b32encode(digest).decode().rstrip('=').lower()}"


def _unknown_names(
    lines: Sequence[LabelLine], gateways: Mapping[str, Any], locations: Mapping[str, Any]
) -> list[Problem]:
    names = ", ".join(sorted(gateways)) or "none yet"
    problems = []
    for line in lines:
        if line.gateway not in gateways:
            problems.append((f"row {line.row}, gateway", f"there is no gateway {line.gateway!r}; there are: {names}"))
        if line.location not in locations:
            problems.append((f"row {line.row}, location", f"the store has no location {line.location}"))
    return problems
