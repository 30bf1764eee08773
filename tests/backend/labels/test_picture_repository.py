"""What labels show, kept by label; the later word stays, and labels that are gone leave nothing."""

from __future__ import annotations

from backend.core.database import Database
from backend.labels import picture_repository as repository
from backend.labels.commands import KeptPicture
from tests.backend.databases import both_databases
from tests.backend.labels.builders import at
from tests.backend.labels.shop import Shop


@both_databases
def test_the_later_word_stays_and_a_label_that_is_gone_has_none(shop: Shop, database: Database) -> None:
    shop.run(shop.furnish())
    here = shop.label_id("L1")
    first, later = KeptPicture("aa", 149, at(1)), KeptPicture("bb", None, at(2))
    with database.write_engine.begin() as connection:
        repository.put_pictures(connection, {here: first, "lbl_gone": first})
        assert repository.get_pictures(connection) == {here: first}
        repository.put_pictures(connection, {here: later})
        assert repository.get_pictures(connection) == {here: later}
        repository.put_pictures(connection, {})
