"""The byte vectors of tests/payloads/ble_esl/."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[4] / "payloads" / "ble_esl" / "vectors.json"
VECTORS: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
