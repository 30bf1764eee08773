"""Every query on what labels show."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from backend.core.statements import DIALECTS, Statement
from backend.labels.commands import KeptPicture
from backend.labels.models import LabelPictureRow
from backend.labels.repository import labels_among

_pictures: sa.Table = LabelPictureRow.__table__  # type: ignore[attr-defined]
_COLUMNS = ("digest", "price_minor", "shown_at")


def _put(dialect: str) -> sa.Insert:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_pictures)
    put: sa.Insert = insert.on_conflict_do_update(
        index_elements=["label_id"], set_={name: insert.excluded[name] for name in _COLUMNS}
    )
    return put


_PUT = Statement({dialect: _put(dialect) for dialect in DIALECTS})
_GET = Statement(sa.select(_pictures))


def put_pictures(connection: Connection, shown: Mapping[str, KeptPicture]) -> None:
    """What these labels show now, by label id; in place of what was written before. Those that are gone, not."""
    known = labels_among(connection, [*shown])
    _PUT.run_all(
        connection,
        [
            {"label_id": label_id, "digest": each.digest, "price_minor": each.price_minor, "shown_at": each.shown_at}
            for label_id, each in shown.items()
            if label_id in known
        ],
    )


def get_pictures(connection: Connection) -> Mapping[str, KeptPicture]:
    """Of every label of every store."""
    return {row.label_id: KeptPicture(row.digest, row.price_minor, row.shown_at) for row in _GET.all(connection, {})}
