"""A browser for the modules that only live in one."""

from __future__ import annotations

import pytest

from tests.mobile.fake_javascript import FakeBrowser, install


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> FakeBrowser:
    return install(monkeypatch)
