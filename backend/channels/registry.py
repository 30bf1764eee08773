"""Finds the adapters by their manifests, so that nobody has to name one."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.channels.errors import AdapterUnknown, ChannelSettingsInvalid
from backend.channels.port import Capability, ChannelAdapter, Edge
from backend.core.setting_words import read_words

ADAPTERS_PACKAGE = "backend.channels.adapters"
ADAPTERS_FOLDER = Path(__file__).parent / "adapters"


class Manifest(BaseModel):
    """`manifest.toml` of one adapter folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="the folder's name, and what a channel stores")
    kind: Literal["adapter", "simulator"] = Field(description="a simulator plays the other side of one adapter")
    caption: str = Field(min_length=1, max_length=60)
    module: str = Field(description="the module of this folder that holds the class")
    class_name: str
    settings_name: str = Field(description="the pydantic model of its settings")
    plays: str | None = Field(default=None, description="for simulators: the adapter it talks to")
    standard_url: str | None = None
    verified_by: Literal["simulator", "sandbox", "production", "our_own"]
    limitations: list[str] = []


class AdapterFolder:
    """One folder below `adapters/`: its manifest now, its code when somebody asks."""

    def __init__(self, folder: Path, package: str) -> None:
        self.folder = folder
        self._package = package
        self.manifest = Manifest.model_validate(tomllib.loads((folder / "manifest.toml").read_text("utf-8")))

    @cached_property
    def adapter_class(self) -> Any:
        return getattr(self._module, self.manifest.class_name)

    @cached_property
    def settings_model(self) -> type[BaseModel]:
        model: type[BaseModel] = getattr(self._module, self.manifest.settings_name)
        return model

    def settings_schema(self) -> dict[str, Any]:
        """What its settings may be, as a JSON schema with the words of each. Raises SettingWordsInvalid."""
        return read_words(self.folder).into(self.settings_model.model_json_schema())

    def read_settings(self, settings: Mapping[str, Any]) -> BaseModel:
        """The settings as the adapter knows them. Raises ChannelSettingsInvalid, which repeats no value."""
        try:
            return self.settings_model.model_validate(dict(settings))
        except ValidationError as error:
            places = [".".join(str(part) for part in problem["loc"]) for problem in error.errors(include_input=False)]
            raise ChannelSettingsInvalid(
                f"the settings of {self.manifest.name} are wrong at {', '.join(places)}",
                adapter=self.manifest.name,
                places=places,
            ) from None

    def make_adapter(self, settings: Mapping[str, Any], edge: Edge) -> ChannelAdapter:
        adapter: ChannelAdapter = self.adapter_class(self.read_settings(settings), edge)
        return adapter

    @cached_property
    def _module(self) -> Any:
        return importlib.import_module(f"{self._package}.{self.manifest.name}.{self.manifest.module}")


class AdapterRegistry:
    """Every adapter and every simulator that ships with a manifest."""

    def __init__(self, folder: Path = ADAPTERS_FOLDER, package: str = ADAPTERS_PACKAGE) -> None:
        found = (AdapterFolder(path.parent, package) for path in sorted(folder.glob("*/manifest.toml")))
        self._folders = {entry.manifest.name: entry for entry in found}

    def adapters(self) -> list[AdapterFolder]:
        return [entry for entry in self._folders.values() if entry.manifest.kind == "adapter"]

    def simulators(self) -> list[AdapterFolder]:
        return [entry for entry in self._folders.values() if entry.manifest.kind == "simulator"]

    def adapter(self, name: str) -> AdapterFolder:
        """The adapter of that name. Raises AdapterUnknown, which lists the known ones."""
        return self._find(name, "adapter")

    def find_capability(self, name: str) -> Capability | None:
        """What its channels can do; None where it went with an update, as is said wherever its orders are."""
        try:
            capability: Capability = self.adapter(name).adapter_class.capability
        except AdapterUnknown:
            return None
        return capability

    def simulator(self, name: str) -> AdapterFolder:
        """The simulator of that name. Raises AdapterUnknown, which lists the known ones."""
        return self._find(name, "simulator")

    def _find(self, name: str, kind: str) -> AdapterFolder:
        entry = self._folders.get(name)
        if entry is None or entry.manifest.kind != kind:
            known = [each.manifest.name for each in self._folders.values() if each.manifest.kind == kind]
            raise AdapterUnknown(f"there is no {kind} called {name}; known are {', '.join(known)}", known=known)
        return entry
