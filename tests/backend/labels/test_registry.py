"""Drivers are found by their manifests, and what is wrong with one is said clearly."""

from pathlib import Path

import pytest

from backend.labels.errors import DriverManifestInvalid, DriverUnknown, GatewaySettingsInvalid
from backend.labels.port import DriverTools
from backend.labels.registry import DriverRegistry
from shared.clock import ManualClock

MANIFEST = """
domain = "lamps"
name = "Lamps"
driver = "driver:LampsDriver"
settings = "driver:LampsSettings"
rig = "rig:make_rig"
transport = "smoke"
iot_class = "local_push"
verified_on = "nothing"
capability = "None."
documentation = "docs/adding-a-driver.md"
"""


def folder_with(tmp_path: Path, manifest: str, name: str = "lamps") -> Path:
    (tmp_path / name).mkdir()
    (tmp_path / name / "manifest.toml").write_text(manifest, encoding="utf-8")
    return tmp_path


class TestFind:
    def test_the_shipped_drivers(self) -> None:
        assert list(DriverRegistry().manifests) == [
            *("ble_esl", "http_template", "mqtt_template", "openepaperlink", "simulated", "solum_aims", "wled")
        ]

    def test_a_folder_with_a_manifest_is_a_driver(self, tmp_path: Path) -> None:
        registry = DriverRegistry(folder_with(tmp_path, MANIFEST), "elsewhere")
        assert registry.manifest("lamps").transport == "smoke"

    def test_a_folder_without_one_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "notes").mkdir()
        assert DriverRegistry(tmp_path, "elsewhere").manifests == {}

    @pytest.mark.parametrize(
        "manifest",
        [MANIFEST.replace('"lamps"', '"candles"'), MANIFEST + 'colour = "red"', "not toml", 'name = "only this"'],
        ids=["another domain", "unknown key", "not toml", "too little"],
    )
    def test_a_broken_manifest_names_its_folder(self, tmp_path: Path, manifest: str) -> None:
        with pytest.raises(DriverManifestInvalid, match=r"lamps/manifest\.toml"):
            DriverRegistry(folder_with(tmp_path, manifest), "elsewhere")


class TestCreate:
    def test_an_unknown_driver_lists_what_there_is(self) -> None:
        with pytest.raises(DriverUnknown, match="openepaperlink, simulated"):
            DriverRegistry().create("laser", {}, DriverTools(ManualClock()))

    def test_wrong_settings_name_each_field(self) -> None:
        with pytest.raises(GatewaySettingsInvalid) as error:
            DriverRegistry().check_settings("openepaperlink", {"url": "ftp://x", "check_in_s": -1})
        assert [problem.partition(":")[0] for problem in error.value.facts["problems"]] == ["url", "check_in_s"]

    def test_a_driver_with_its_settings(self) -> None:
        driver = DriverRegistry().create("simulated", {"can_stop": False}, DriverTools(ManualClock()))
        assert not driver.capability.can_stop
