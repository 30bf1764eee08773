"""Keeps gateways and labels: which there are, and what hangs where."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from backend.core.sealed_settings import has_plain_secrets, keep_secrets, open_secrets, seal_secrets
from backend.core.sealing import Sealer
from backend.core.writer import Transaction
from backend.labels import repository
from backend.labels.commands import (
    BindLabel,
    BoundLabel,
    ImportedLabels,
    ImportLabels,
    RemoveGateway,
    SaveGateway,
    UnbindLabel,
)
from backend.labels.errors import GatewayInUse, GatewayNotFound, GatewayUnclear, LabelIdInvalid, LabelNotFound
from backend.labels.labels_file import LABEL_ID, Expected, LabelLine, LineProblem, rejected
from backend.labels.models import GatewayRow, LabelRow
from backend.labels.registry import DriverRegistry

LABEL_SHOWN = 64
_ID_BYTES = 16

LocationIds = Callable[[Session, str], Mapping[str, str]]


class Bindings:
    """`on_change` is called on the event loop once a change is kept."""

    def __init__(
        self, registry: DriverRegistry, location_ids: LocationIds, on_change: Callable[[], None], sealer: Sealer
    ) -> None:
        self._registry = registry
        self._sealer = sealer
        self._location_ids = location_ids
        self._on_change = on_change
        self._opened: dict[str, tuple[str, str]] = {}

    def save_gateway(self, command: SaveGateway, tx: Transaction) -> str:
        """Secrets it says nothing of stay as they are. Raises DriverUnknown, GatewaySettingsInvalid or SealBroken."""
        row = repository.get_gateway_by_name(tx.session, command.store_id, command.name)
        settings = dict(command.settings)
        if row is not None and row.domain == command.domain:
            settings = keep_secrets(settings, row.settings)
        if row is None:
            row = GatewayRow(
                id=derived_id("gwy", command.store_id, command.name),
                store_id=command.store_id,
                name=command.name,
                domain=command.domain,
                settings={},
                changed_at=tx.now(),
            )
        settings = self.opened(row.id, settings)
        checked = self._registry.check_settings(command.domain, settings)
        row.settings = seal_secrets(settings, checked, lambda text, at: self._sealer.seal(text, _place(row.id, at)))
        row.domain, row.changed_at = command.domain, tx.now()
        if command.is_enabled is not None:
            row.is_enabled = command.is_enabled
        tx.session.add(row)
        tx.after_commit(self._on_change)
        return row.id

    def remove_gateway(self, command: RemoveGateway, tx: Transaction) -> None:
        """Raises GatewayNotFound or GatewayInUse."""
        row = repository.get_gateway_by_name(tx.session, command.store_id, command.name)
        if row is None:
            raise GatewayNotFound(f"this store has no gateway {command.name[:60]!r}")
        bound = repository.count_labels_of(tx.session, row.id)
        if bound:
            raise GatewayInUse(
                f"{bound} labels are bound to {row.name}: import them with another gateway, or take them off first",
                labels=bound,
            )
        tx.session.delete(row)
        tx.after_commit(self._on_change)

    def opened(self, gateway_id: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """A gateway's settings as they were given. Raises SealBroken."""
        return open_secrets(stored, lambda sealed, at: self._sealer.open(sealed, _place(gateway_id, at)))

    def keeps_secrets_plain(self, row: GatewayRow) -> bool:
        """Whether an older version stored it. Raises SealBroken, DriverUnknown or GatewaySettingsInvalid."""
        checked = self._registry.check_settings(row.domain, self.opened(row.id, row.settings))
        return has_plain_secrets(row.settings, checked)

    def import_labels(self, command: ImportLabels, tx: Transaction) -> ImportedLabels:
        """Raises LabelsFileInvalid naming every row whose gateway or location is not there; then nothing is kept."""
        gateways = {row.name: row.id for row in repository.get_gateways(tx.session, command.store_id)}
        locations = self._location_ids(tx.session, command.store_id)
        problems = unknown_names(command.lines, gateways, locations)
        if problems:
            raise rejected(problems)
        known = repository.get_places_of_labels(tx.connection, command.store_id)
        now, added, rows = tx.now(), 0, []
        for line in command.lines:
            place = (gateways[line.gateway], locations[line.location])
            label_id, before = known.get(line.external_id, ("", None))
            if before == place:
                continue
            added += before is None
            rows.append(_label(command.store_id, line.external_id, place, now, label_id))
        repository.put_labels(tx.connection, rows)
        tx.after_commit(self._on_change)
        return ImportedLabels(added, len(rows) - added, len(command.lines) - len(rows))

    def bind(self, command: BindLabel, tx: Transaction) -> BoundLabel:
        """Raises LabelIdInvalid or GatewayUnclear."""
        if not LABEL_ID.fullmatch(command.external_id):
            raise LabelIdInvalid(
                "a label's name has 1 to 64 letters, digits or _ . : -", label=command.external_id[:LABEL_SHOWN]
            )
        row = repository.get_label_by_external_id(tx.session, command.store_id, command.external_id)
        gateway = self._gateway_for(command, row, tx)
        others = repository.get_labels_at(tx.session, command.store_id, command.location_id)
        others = [other for other in others if other.external_id != command.external_id]
        hung_at = None
        place = (gateway.id, command.location_id)
        if row is None:
            row = LabelRow(**_label(command.store_id, command.external_id, place, tx.now()))
        else:
            addresses = self._location_ids(tx.session, command.store_id)
            hung_at = next((address for address, known in addresses.items() if known == row.location_id), "")
        (row.gateway_id, row.location_id), row.changed_at = place, tx.now()
        tx.session.add(row)
        if command.takes_off:
            for other in others:
                repository.delete_label(tx.session, other)
        tx.after_commit(self._on_change)
        names = [other.external_id for other in others]
        return BoundLabel(
            row.id,
            row.external_id,
            gateway.name,
            command.address,
            hung_at,
            also_here=[] if command.takes_off else names,
            taken_off=names if command.takes_off else [],
        )

    def unbind(self, command: UnbindLabel, tx: Transaction) -> None:
        """Raises LabelNotFound."""
        row = repository.get_label(tx.session, command.store_id, command.label_id)
        if row is None:
            raise LabelNotFound("there is no such label in this store", label_id=command.label_id)
        repository.delete_label(tx.session, row)
        tx.after_commit(self._on_change)

    def _gateway_for(self, command: BindLabel, row: LabelRow | None, tx: Transaction) -> GatewayRow:
        """The one that hears the label; else the one it was bound to; else the only one there is."""
        gateways = {gateway.id: gateway for gateway in repository.get_gateways(tx.session, command.store_id)}
        for gateway_id in (command.gateway_id, row.gateway_id if row is not None else None):
            if gateway_id in gateways:
                return gateways[gateway_id]
        if len(gateways) == 1:
            return next(iter(gateways.values()))
        names = ", ".join(gateway.name for gateway in gateways.values()) or "none yet"
        raise GatewayUnclear(
            f"no gateway has heard of label {command.external_id} yet; wait until it has checked in, or import it with "
            f"its gateway in labels.csv (gateways: {names})",
            label=command.external_id,
        )

    def changed_gateways(self, rows: Sequence[GatewayRow]) -> set[str]:
        """Which gateways are new, changed or gone since this was asked last."""
        now = {row.id: (row.domain, repr(sorted(row.settings.items()))) for row in rows if row.is_enabled}
        changed = {each for each in now.keys() | self._opened.keys() if now.get(each) != self._opened.get(each)}
        self._opened = now
        return changed


def _place(gateway_id: str, at: str) -> str:
    """What a secret is sealed for: this gateway's setting and no other."""
    return f"gateway {gateway_id} {at}"


def _label(store_id: str, external_id: str, place: tuple[str, str], at: datetime, label_id: str = "") -> dict[str, Any]:
    """A row. `place` is its gateway and its location; no `label_id`: it is new."""
    return {
        "id": label_id or derived_id("lbl", store_id, external_id),
        "store_id": store_id,
        "external_id": external_id,
        "gateway_id": place[0],
        "location_id": place[1],
        "changed_at": at,
    }


def derived_id(prefix: str, *parts: str) -> str:
    """An id that the same label or gateway always gets: importing a file twice, or on two machines, names it alike."""
    digest = hashlib.blake2s("\x1f".join(parts).encode(), digest_size=_ID_BYTES).digest()
    return f"{prefix}_{b32encode(digest).decode().rstrip('=').lower()}"


def unknown_names(
    lines: Sequence[LabelLine], gateways: Mapping[str, Any], locations: Mapping[str, Any]
) -> list[LineProblem]:
    """What the store does not have; both by name."""
    names = ", ".join(sorted(gateways)) or "none yet"
    problems = []
    for line in lines:
        if line.gateway not in gateways:
            text = f"there is no gateway {line.gateway!r}; there are: {names}"
            problems.append(LineProblem(line.row, "gateway", Expected.GATEWAY_HERE, text, line.gateway))
        if line.location not in locations:
            text = f"the store has no location {line.location}"
            problems.append(LineProblem(line.row, "location", Expected.LOCATION_HERE, text, line.location))
    return problems
