"""Who may import whom: the contracts of pyproject.toml hold, and each one breaks when it should."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SOURCE_FOLDERS

ONE_WAY = "The backend flows one way"
DRIVERS = "Drivers know only their port"
ADAPTERS = "Adapters know only their port"
NOBODY_NAMES = "Nobody names a driver or an adapter"
REACHES_NO_ROOM = "A driver or adapter reaches into no room"
MEET_IN_SHARED = "Phone and backend meet only in shared"


@dataclass(frozen=True)
class Plant:
    """One wrong line in one file, and the contract it has to break."""

    file: str
    line: str
    contract: str


PLANTS = {
    "a driver imports another driver": Plant(
        "backend/labels/drivers/simulated/driver.py", "import backend.labels.drivers.openepaperlink.protocol", DRIVERS
    ),
    "an adapter imports another adapter": Plant(
        "backend/channels/adapters/native/adapter.py",
        "import backend.channels.adapters.open_delivery.payload",
        ADAPTERS,
    ),
    "a driver reaches into a room": Plant(
        "backend/labels/drivers/simulated/driver.py", "import backend.people.repository", REACHES_NO_ROOM
    ),
    "picking imports labels": Plant("backend/picking/service.py", "import backend.labels.port", ONE_WAY),
    "orders asks picking back": Plant("backend/orders/service.py", "import backend.picking.repository", ONE_WAY),
    "flow names a driver": Plant("backend/flow.py", "import backend.labels.drivers.simulated.driver", NOBODY_NAMES),
    "a room names an adapter": Plant(
        "backend/channels/service.py", "import backend.channels.adapters.native.adapter", NOBODY_NAMES
    ),
    "an undeclared room": Plant("backend/reports/__init__.py", "", ONE_WAY),
    "the phone imports the backend": Plant("mobile/settings.py", "import backend.settings", MEET_IN_SHARED),
    "shared imports the phone": Plant("shared/products.py", "import mobile.settings", MEET_IN_SHARED),
    "shared speaks HTTP": Plant("shared/products.py", "import httpx", "shared is plain language"),
    "routing opens the database": Plant("backend/routing/route.py", "import sqlalchemy", "Routing is pure"),
    "state draws a screen": Plant("mobile/state/pick_state.py", "import mobile.screens", "The phone draws from state"),
    "the outbox imports Flet": Plant("mobile/services/outbox.py", "import flet", "Link and outbox are plain"),
    "a component reads state": Plant(
        "mobile/components/__init__.py", "import mobile.state.pick_state", "Components take values and callbacks"
    ),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter as `make check` does, on the tree in `folder`."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    return subprocess.run([program, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True)


def broken_contracts(output: str) -> set[str]:
    return {line.removesuffix(" BROKEN").strip() for line in output.splitlines() if line.endswith(" BROKEN")}


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's source and its contracts, to be spoilt."""
    folder = tmp_path_factory.mktemp("tree")
    for name in SOURCE_FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "mobile/main.py").touch()
    (folder / "mobile/app.py").touch()
    (folder / "mobile/theme.py").touch()  # TMPSTUB
    return folder


def test_the_contracts_hold() -> None:
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_wrong_import_breaks_its_contract(copied_tree: Path, plant: Plant) -> None:
    path = copied_tree / plant.file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{plant.line}\n", encoding="utf-8")
    try:
        answer = lint_imports(copied_tree)
    finally:
        path.write_text(before, encoding="utf-8") if before is not None else shutil.rmtree(path.parent)
    assert answer.returncode != 0
    if plant.line:
        assert plant.contract in broken_contracts(answer.stdout), answer.stdout
    else:  # an undeclared room stops the linter before it looks at any contract
        assert "reports" in answer.stdout, answer.stdout


def test_every_contract_is_broken_by_some_plant() -> None:
    """A contract nobody tries to break may be written wrong for years."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = {
        line.removeprefix('name = "').removesuffix('"')
        for section in pyproject.split("[[tool.importlinter.contracts]]")[1:]
        for line in section.splitlines()[:2]
        if line.startswith('name = "')
    }
    assert names == {plant.contract for plant in PLANTS.values()}
