"""What the settings of adapters have in common: strict, never changed, and silent about their values when wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/[^\s?#]*)?$", max_length=300)]


class AdapterSettings(BaseModel):
    """A field nobody knows is refused; a refusal names the place and never the value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
