"""Where a fuzzer begins: what was recorded or documented, as bytes."""

from __future__ import annotations

from pathlib import Path

PAYLOADS = Path(__file__).parents[1] / "payloads"


def recorded(pattern: str) -> list[bytes]:
    """The files below tests/payloads/ that match, such as `native/*.json`. At least one."""
    found = [path.read_bytes() for path in sorted(PAYLOADS.glob(pattern))]
    assert found, f"no file below {PAYLOADS} matches {pattern}"
    return found
