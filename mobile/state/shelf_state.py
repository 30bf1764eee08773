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

ENTITY_TAG = "entity_tag_of_"

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
        self._store_id = ""
        if shift.profile is not None:
            self._recall(shift.profile.store_id)

    async def load(self) -> None:
        """Fetch the map and the locations where they have changed; without network the ones kept from before stay."""
        profile = self._shift.profile
        if profile is None or self._is_loading:
            return
        self._is_loading = True
        try:
            await self._fetch(self._shift.session_token, profile.store_id)
        except NotStoredOnPhone:
            pass  # seen now, and fetched again after the next start
        except (BackendRefused, BackendUnreachable):
            pass  # the link tells whether the backend is there; the next sign-in or reconnection tries again
        finally:
            self._is_loading = False

    async def _fetch(self, token: str, store_id: str) -> None:
        if self._store_id != store_id:
            self._recall(store_id)
        store_map = await self._api.store_map(token, store_id, self._tag(STORE_MAP, is_kept=self.store_map is not None))
        locations = await self._api.locations(token, store_id, self._tag(LOCATIONS, is_kept=bool(self.locations)))
        if store_map is not None:
            self.store_map = store_map.value
        if locations is not None:
            self.locations = tuple(locations.value)
        if store_map is not None:
            await self._keep(STORE_MAP, store_map.value.model_dump_json(), store_map.entity_tag)
        if locations is not None:
            await self._keep(LOCATIONS, _LOCATIONS.dump_json(locations.value).decode(), locations.entity_tag)

    def _tag(self, kind: str, *, is_kept: bool) -> str:
        return (self._outbox.document(ENTITY_TAG + kind, self._store_id) or "") if is_kept else ""

    async def _keep(self, kind: str, body: str, entity_tag: str) -> None:
        """The tag last: a phone that dies in between asks for too much, never for too little."""
        await self._outbox.keep_document(kind, self._store_id, body)
        await self._outbox.keep_document(ENTITY_TAG + kind, self._store_id, entity_tag)

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

    def _recall(self, store_id: str) -> None:
        self._store_id = store_id
        kept_map = self._outbox.document(STORE_MAP, store_id)
        kept_locations = self._outbox.document(LOCATIONS, store_id)
        self.store_map, self.locations = None, ()
        try:
            if kept_map and kept_locations:
                self.locations = tuple(_LOCATIONS.validate_json(kept_locations))
                self.store_map = StoreMap.model_validate_json(kept_map)
        except ValidationError:
            self.store_map, self.locations = None, ()
