"""A gateway's description as somebody wrote it: the YAML, the paths and the placeholders in it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from backend.labels.drivers.http_template.description import DescriptionMalformed, read_description
from backend.labels.drivers.http_template.protocol import fill, values_for
from shared.labels import BlinkPattern, Flash, LightColour

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "gateways"
_FLASH = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=30)
SEEDS = [path.read_bytes() for path in sorted(_EXAMPLES.glob("*.yaml"))]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(DescriptionMalformed):
        description = read_description(raw.decode("utf-8", errors="replace"))
        said = dict.fromkeys([*description.variables, *description.secrets], "said")
        fill(description.light, {**said, **values_for(description, "L1", _FLASH, "gw.1")})
