"""labels.csv, as somebody saved it."""

from __future__ import annotations

import contextlib

from backend.labels.errors import LabelsFileInvalid
from backend.labels.labels_file import read_labels_file

SEEDS = [
    b"label_id,gateway,location\n0000021234567890,main,A12-4-3\nL2,main,b1-1-1\n",
    b"location;label_id;gateway\nA1-1-1;x;m\n",
]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(LabelsFileInvalid):
        assert read_labels_file(raw)
