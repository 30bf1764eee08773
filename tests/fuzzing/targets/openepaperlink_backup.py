"""An OpenEPaperLink access point's whole database."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.records import parse_backup
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = [*recorded("openepaperlink/backup_db.json"), b'[,[{"mac":"0000021234567890"}]]']


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        parse_backup(raw)
