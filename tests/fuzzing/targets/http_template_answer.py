"""What a described server answers: the status in the first line, the body below; and how long its token lasts."""

from __future__ import annotations

from pathlib import Path

from backend.labels.drivers.http_template.description import read_description
from backend.labels.drivers.http_template.protocol import judge, read_at, stands

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "gateways"
_DESCRIPTIONS = [read_description(path.read_text(encoding="utf-8")) for path in sorted(_EXAMPLES.glob("*.yaml"))]
SEEDS = [
    b'200\n{"Success":true,"LightFailEslInfos":[{"EslBarCode":"L1","ErrorMessage":"no"}],"FailCount":1}',
    b'200\n{"code":0,"msg":"ok","data":{"task":"t-1","state":"done"}}',
    b"503\nbusy",
    b"204\n",
]


def try_one(raw: bytes) -> None:
    line, _, body = raw.partition(b"\n")
    status = int(line) if line.isdigit() and len(line) == 3 else 200
    for description in _DESCRIPTIONS:
        judge(description.answer, status, body)
        if description.status is not None:
            stands(description.status, body)
    for path in ("", "data.task", "LightFailEslInfos[0].EslBarCode", "data[*].state"):
        read_at(body, path)
