"""The shop floor as the phone knows it: the map, where labels hang, and which of them shine."""

from __future__ import annotations

from typing import Any

import flet as ft
from pydantic import TypeAdapter, ValidationError

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable, LabelledLocation
from mobile.services.outbox import LOCATIONS, STORE_MAP, NotStoredOnPhone, Outbox
from mobile.state.shift_state import ShiftState
from shared.labels import LabelLight, LightPhase
from shared.places import StoreMap

_LOCATIONS = TypeAdapter(list[LabelledLocation])


class ShelfState(ft.Observable):
    """The map is kept on the phone; the lights are only ever the latest word."""

    def __init__(self, api: BackendApi, outbox: Outbox, shift: ShiftState) -> None:
        self._api = api
        self._outbox = outbox
        self._shift = shift
        self._is_loading = False
        self.store_map: StoreMap | None = None
        self.locations: tuple[LabelledLocation, ...] = ()
        self.lights: dict[str, LabelLight] = {}
        self._recall()

    async def load(self) -> None:
        """Fetch the map and the locations; without network the ones kept from before stay."""
        profile = self._shift.profile
        if profile is None or self._is_loading:
            return
        self._is_loading = True
        try:
            token = self._shift.session_token
            store_map = await self._api.store_map(token, profile.store_id)
            locations = await self._api.locations(token, profile.store_id)
            self.store_map, self.locations = store_map, tuple(locations)
            await self._outbox.keep_document(STORE_MAP, profile.store_id, store_map.model_dump_json())
            await self._outbox.keep_document(LOCATIONS, profile.store_id, _LOCATIONS.dump_json(locations).decode())
        except NotStoredOnPhone:
            pass  # seen now, and fetched again after the next start
        except (BackendRefused, BackendUnreachable):
            pass  # the link tells whether the backend is there; the next sign-in or reconnection tries again
        finally:
            self._is_loading = False

    def take(self, body: dict[str, Any]) -> None:
        """A live message of the topic `lights`: the full picture, or only what changed."""
        try:
            labels = [LabelLight.model_validate(label) for label in body.get("labels", [])]
        except ValidationError:
            return
        changed = {label.label_id: label for label in labels}
        self.lights = changed if body.get("is_full") else {**self.lights, **changed}

    def light_at(self, location_id: str) -> LabelLight | None:
        """The light of the label at a location, if anything is known of it."""
        return next((light for light in self.lights.values() if light.location_id == location_id), None)

    def count(self, phase: LightPhase) -> int:
        return sum(light.phase is phase for light in self.lights.values())

    def _recall(self) -> None:
        profile = self._shift.profile
        if profile is None:
            return
        kept_map = self._outbox.document(STORE_MAP, profile.store_id)
        kept_locations = self._outbox.document(LOCATIONS, profile.store_id)
        try:
            self.store_map = StoreMap.model_validate_json(kept_map) if kept_map else None
            self.locations = tuple(_LOCATIONS.validate_json(kept_locations)) if kept_locations else ()
        except ValidationError:
            self.store_map = None
