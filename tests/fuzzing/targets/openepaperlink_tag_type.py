"""What an OpenEPaperLink access point says of one kind of label."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.records import parse_tag_type
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = recorded("openepaperlink/tag_type.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        parse_tag_type(raw)
