"""A page of an OpenEPaperLink access point's database."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.records import parse_page
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = recorded("openepaperlink/get_db*.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        parse_page(raw)
