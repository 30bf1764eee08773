"""The forms that screens are drawn with are those of today's backend."""

from __future__ import annotations

import json

from tests.e2e.forms import kept, said_by_the_backend


def test_what_is_kept_is_what_the_backend_says() -> None:
    said = json.loads(json.dumps(said_by_the_backend()))
    assert kept() == said, "write it anew: python -m tests.e2e.forms"
