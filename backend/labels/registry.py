"""Finds the drivers by their manifests, so that nobody has to name one."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.core.setting_words import FolderWords, read_words
from backend.labels.errors import DriverManifestInvalid, DriverUnknown, GatewaySettingsInvalid
from backend.labels.port import DriverTools, GatewayDriver, MakeRig

DRIVERS_FOLDER = Path(__file__).parent / "drivers"
DRIVERS_PACKAGE = f"{__package__}.drivers"
MANIFEST = "manifest.toml"


class DriverManifest(BaseModel):
    """What a driver folder says about itself. The three paths are `module:name` inside the folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1, max_length=60)
    driver: str = Field(pattern=r"^[a-z_]+:[A-Za-z]+$")
    settings: str = Field(pattern=r"^[a-z_]+:[A-Za-z]+$")
    rig: str = Field(pattern=r"^[a-z_]+:[A-Za-z_]+$")
    transport: str = Field(min_length=1, max_length=80)
    iot_class: Literal["local_push", "local_polling", "cloud_push", "cloud_polling", "assumed_state", "calculated"]
    verified_on: str = Field(min_length=1, max_length=200, description="what it was tried on")
    capability: str = Field(min_length=1, max_length=300, description="one sentence")
    documentation: str = Field(min_length=1, max_length=200)


class DriverRegistry:
    """Every driver found in a folder of drivers. Reading the manifests imports no driver."""

    def __init__(self, folder: Path = DRIVERS_FOLDER, package: str = DRIVERS_PACKAGE) -> None:
        self._package = package
        self.folder = folder
        self.manifests: Mapping[str, DriverManifest] = {
            manifest.domain: manifest
            for manifest in (_read_manifest(path) for path in sorted(folder.glob(f"*/{MANIFEST}")))
        }

    def manifest(self, domain: str) -> DriverManifest:
        if domain not in self.manifests:
            known = ", ".join(self.manifests) or "none"
            raise DriverUnknown(
                f"no driver {domain!r} here; there are: {known}", domain=domain, known=[*self.manifests]
            )
        return self.manifests[domain]

    def check_settings(self, domain: str, settings: Mapping[str, Any]) -> BaseModel:
        """The driver's own settings model, filled. Raises GatewaySettingsInvalid with one problem a field."""
        model: type[BaseModel] = self._load(domain, self.manifest(domain).settings)
        try:
            return model.model_validate(dict(settings))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
            detail = f"settings of a {domain} gateway: {'; '.join(problems)}"
            raise GatewaySettingsInvalid(detail, domain=domain, problems=problems) from None

    def settings_schema(self, domain: str) -> dict[str, Any]:
        """What its settings may be, as a JSON schema with the words of each. Raises SettingWordsInvalid."""
        model: type[BaseModel] = self._load(domain, self.manifest(domain).settings)
        return self.words(domain).into(model.model_json_schema())

    def words(self, domain: str) -> FolderWords:
        """What it is called on a supervisor's phone. Raises SettingWordsInvalid."""
        return read_words(self.folder / domain)

    def create(self, domain: str, settings: Mapping[str, Any], tools: DriverTools) -> GatewayDriver:
        """A driver that is not open yet."""
        filled = self.check_settings(domain, settings)
        driver: GatewayDriver = self._load(domain, self.manifest(domain).driver)(filled, tools)
        return driver

    def rig(self, domain: str) -> MakeRig:
        """The test bed the driver ships."""
        make_rig: MakeRig = self._load(domain, self.manifest(domain).rig)
        return make_rig

    def _load(self, domain: str, path: str) -> Any:
        module, _, name = path.partition(":")
        return getattr(importlib.import_module(f"{self._package}.{domain}.{module}"), name)


def _read_manifest(path: Path) -> DriverManifest:
    try:
        manifest = DriverManifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DriverManifestInvalid(f"{path.parent.name}/{path.name}: {error}", folder=path.parent.name) from error
    if manifest.domain != path.parent.name:
        detail = f"{path.parent.name}/{path.name} calls itself {manifest.domain!r}; folder and domain are one word"
        raise DriverManifestInvalid(detail, folder=path.parent.name)
    return manifest
