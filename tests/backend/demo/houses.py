"""A house with a database of its own and a demo store small enough to load in a moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.main.house import House, build_house
from backend.settings import Settings
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.backend.catalog import files as catalog_files
from tests.backend.stores import files as stores_files

PIN = "482913"
FILES = {
    "store.json": stores_files.text_of(stores_files.store_file()),
    "products.csv": catalog_files.text_of(catalog_files.milk(), catalog_files.rice(), catalog_files.bananas()),
    "labels.csv": "label_id,gateway,location\nL1,front,A1-1-1\nL2,front,A1-2-1\nL3,back,A1-3-1\n",
    "people.csv": f"badge,name,role,pin,language\nBP-S,Rosa,supervisor,{PIN},en\nBP-P,Sam,picker,{PIN},en\n",
}


def write_files(folder: Path, **changed: str) -> Path:
    """The demo's files, some of them otherwise: `write_files(folder, labels="...")`."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.partition(".")[0], text), encoding="utf-8")
    return folder


@contextmanager
def house_in(folder: Path, template: Path, clock: ManualClock, **settings: Any) -> Iterator[House]:
    """Assembled over a copy of the template's tables, unless the folder has a database already. Not started."""
    path = folder / "house.db"
    if not path.exists():
        shutil.copy(template, path)
    values = {"DATABASE_URL": f"sqlite:///{path}", "demo_path": folder / "demo.json", **settings}
    house = build_house(Settings(_env_file=None, **values), clock, SeededIdSource(clock, seed=1), secrets={})
    try:
        yield house
    finally:
        house.writer.stop()
        house.database.close()
