"""Every query on what labels show."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.core.statements import Statement, insert_or_update
from backend.labels.commands import KeptPicture
from backend.labels.models import LabelPictureRow
from backend.labels.repository import labels_among

_pictures: sa.Table = LabelPictureRow.__table__  # type: ignore[attr-defined]

_PUT = insert_or_update(_pictures, "label_id")
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
