"""The labels in memory: where each one hangs, what its light does, and who wants to watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.labels.dispatcher import LabelAddress
from backend.labels.lights import LightChange
from shared.labels import LabelLight

OnLabelLight = Callable[[str, LabelLight], None]
"""Called with the store and the light, on the event loop; must be quick."""


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """One label and its place."""

    label_id: str
    store_id: str
    location_id: str
    address: LabelAddress


class Shelf:
    """What the live shelf view shows. The database says where labels hang; the dispatcher says what they do."""

    def __init__(self) -> None:
        self._labels: dict[str, PlacedLabel] = {}
        self._by_address: dict[LabelAddress, PlacedLabel] = {}
        self._by_location: dict[str, list[PlacedLabel]] = {}
        self._lights: dict[str, LabelLight] = {}
        self.on_light: list[OnLabelLight] = []

    def place(self, labels: Iterable[PlacedLabel]) -> None:
        """These labels and no others; lights of labels that stay are kept."""
        self._labels = {label.label_id: label for label in labels}
        self._by_address = {label.address: label for label in self._labels.values()}
        self._by_location = {}
        for label in self._labels.values():
            self._by_location.setdefault(label.location_id, []).append(label)
        before = self._lights
        self._lights = {}
        for label in self._labels.values():
            light = before.get(label.label_id) or LabelLight(label_id=label.label_id, location_id=label.location_id)
            self._lights[label.label_id] = light.model_copy(update={"location_id": label.location_id})

    def label(self, store_id: str, label_id: str) -> PlacedLabel | None:
        """None also for a label of another store."""
        label = self._labels.get(label_id)
        return label if label is not None and label.store_id == store_id else None

    def find(self, label_id: str) -> PlacedLabel | None:
        """A label of whatever store."""
        return self._labels.get(label_id)

    @property
    def all_labels(self) -> Iterable[PlacedLabel]:
        """Of every store."""
        return self._labels.values()

    def labels(self, store_id: str) -> list[PlacedLabel]:
        return [label for label in self._labels.values() if label.store_id == store_id]

    def labels_at(self, location_id: str) -> Sequence[PlacedLabel]:
        return self._by_location.get(location_id, ())

    def placed(self, address: LabelAddress) -> PlacedLabel | None:
        return self._by_address.get(address)

    def labels_by_gateway(self, store_id: str) -> Mapping[str, list[str]]:
        """Gateway -> external ids of the store's labels on it."""
        found: dict[str, list[str]] = {}
        for label in self._labels.values():
            if label.store_id == store_id:
                found.setdefault(label.address.gateway_id, []).append(label.address.external_id)
        return found

    def lights(self, store_id: str) -> list[LabelLight]:
        return [self._lights[label.label_id] for label in self._labels.values() if label.store_id == store_id]

    def change(self, address: LabelAddress, change: LightChange) -> None:
        """A light came a step further: keep it, tell who watches."""
        label = self._by_address.get(address)
        if label is None:
            return
        light = LabelLight(
            label_id=label.label_id,
            location_id=label.location_id,
            phase=change.phase,
            colour=change.look.colour if change.look is not None else None,
            pattern=change.look.pattern if change.look is not None else None,
            changed_at=change.at,
            sharing=change.shared.sharing if change.shared is not None else None,
            shared_by=change.shared.looks if change.shared is not None else (),
        )
        self._lights[label.label_id] = light
        for on_light in self.on_light:
            on_light(label.store_id, light)
