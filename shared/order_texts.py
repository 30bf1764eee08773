"""Texts of an order as channels may write them: what PostgreSQL and a terminal can both show."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

# No control characters except tab and line ends.
SHOWN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=SHOWN)]
Note = Annotated[str, StringConstraints(max_length=400, pattern=SHOWN)]
