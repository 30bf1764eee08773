"""How an OpenEPaperLink access point was told to treat its labels."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.records import parse_config
from backend.labels.port import AnswerMalformed

SEEDS = [b'{"C6":"1","maxsleep":10,"stopsleep":1,"sleeptime1":22,"sleeptime2":6}']


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        assert isinstance(parse_config(raw).advice, str)
