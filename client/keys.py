"""Keys under which a request takes effect once."""

from __future__ import annotations

import secrets

KEY_BYTES = 16


def new_key() -> str:
    """Another one each time, in letters that need no quotes in a header and fit the stream's ids."""
    return secrets.token_hex(KEY_BYTES)
