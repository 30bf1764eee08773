"""What one process changes at a SQLite file, the others hear of: each word counts, and only there."""

from __future__ import annotations

from backend.core.beside import Beside
from backend.core.database import Database
from tests.backend.databases import on_postgresql


def test_each_word_is_heard_beside(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    assert (database.beside.count_told(), other.beside.count_told()) == (0, 0)
    database.beside.tell()
    other.beside.tell()
    assert (database.beside.count_told(), other.beside.count_told()) == (2, 2)
    other.close()


@on_postgresql
def test_other_nodes_hear_nothing(database: Database) -> None:
    database.beside.tell()
    assert database.beside.count_told() == Beside(None).count_told() == 0
