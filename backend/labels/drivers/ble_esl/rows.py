"""Rows of bytes: the first says how long the row is (its high half: that many bytes, and two). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from backend.labels.port import AnswerMalformed

T = TypeVar("T")


def row_length(first: int) -> int:
    """How many bytes a row has, by its first one."""
    return (first >> 4) + 2


def check_row(row: bytes) -> None:
    """Raises AnswerMalformed if it is not as long as it says."""
    if not row or len(row) != row_length(row[0]):
        expected = row_length(row[0]) if row else "at least 2"
        raise AnswerMalformed(f"{len(row)} bytes where {expected} were announced")


def decode_rows(rows: bytes, decode: Callable[[bytes], T]) -> list[T]:
    """What rows written one after another say. Raises AnswerMalformed."""
    decoded = []
    while rows:
        length = row_length(rows[0])
        row, rows = rows[:length], rows[length:]
        check_row(row)
        decoded.append(decode(row))
    return decoded


def split_rows(rows: bytes) -> Sequence[bytes]:
    """Rows written one after another, each for itself. Raises AnswerMalformed."""
    return decode_rows(rows, lambda row: row)
