"""A newer version of a built app, as a store gets it: other code, the same everything else."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

from mobile.settings import APP_VERSION
from mobile.web.bundle.__main__ import (
    FINGERPRINT_FILE,
    PYTHON_WORKER,
    SERVICE_WORKER,
    compress,
    write_python_worker,
    write_service_worker,
)
from mobile.web.bundle.archive import pack
from tests.e2e.server import ROOT

SETTINGS = "mobile/settings.py"


def next_version(bundle: Path, out: Path, version: str) -> Path:
    """The bundle with an app that calls itself `version`; what did not change is the same file."""
    shutil.copytree(bundle, out, copy_function=os.link)
    contents = _contents(out / "app.tar")
    before = contents[SETTINGS]
    contents[SETTINGS] = before.replace(f'"{APP_VERSION}"'.encode(), f'"{version}"'.encode())
    assert contents[SETTINGS] != before
    _replace(out / "app.tar", pack(contents))
    _replace(out / PYTHON_WORKER, b"")
    write_python_worker(out)
    compress(out / PYTHON_WORKER)
    _replace(out / SERVICE_WORKER, (ROOT / "assets" / SERVICE_WORKER).read_bytes())
    _replace(out / FINGERPRINT_FILE, version.encode())
    write_service_worker(out, version)
    return out


def _contents(packed: Path) -> dict[str, bytes]:
    with tarfile.open(packed) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}  # type: ignore[union-attr]


def _replace(file: Path, content: bytes) -> None:
    """Anew, for the old one is shared with the bundle it comes from."""
    for old in (file, Path(f"{file}.gz")):
        old.unlink(missing_ok=True)
    file.write_bytes(content)
    compress(file)
