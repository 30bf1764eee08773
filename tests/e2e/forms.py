"""What the backend says of some drivers and adapters, kept for screens that are drawn where there is no backend.

`python -m tests.e2e.forms` writes it anew; a test compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
DRIVERS, ADAPTERS = ("ble_esl", "openepaperlink", "solum_aims"), ("native", "meituan", "woocommerce")


def said_by_the_backend() -> dict[str, Any]:
    """As its endpoints answer, for those of these names."""
    from backend.channels.registry import AdapterRegistry  # not there in the browser
    from backend.labels.registry import DriverRegistry

    drivers, adapters = DriverRegistry(), AdapterRegistry()
    return {
        "drivers": [
            {
                **drivers.manifest(name).model_dump(include={"domain", "name", "transport", "verified_on"}),
                "words": drivers.words(name).sentences(),
                "settings": drivers.settings_schema(name),
            }
            for name in DRIVERS
        ],
        "adapters": [
            {
                **adapters.adapter(name).manifest.model_dump(include={"name", "caption", "verified_by"}),
                "settings": adapters.adapter(name).settings_schema(),
            }
            for name in ADAPTERS
        ],
    }


def kept() -> dict[str, list[dict[str, Any]]]:
    forms: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return forms


if __name__ == "__main__":
    FILE.write_text(json.dumps(said_by_the_backend(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
