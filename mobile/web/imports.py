"""Imports all of the app at once, before it knows anything of anyone: a browser keeps Python as it then is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import flet as ft

PACKAGES = ("shared", "mobile")
# What Flet imports only once an app runs.
OF_FLET = ("flet.app", "flet.messaging.session", "flet.components.component")
IN_A_BROWSER = ("flet.messaging.pyodide_connection",)
FLET_NAME = re.compile(r"\bft\.([A-Z]\w+)")


def import_all(others: Iterable[str] = IN_A_BROWSER) -> None:
    """Every module of ours that this place can import, and every control of Flet's that one of them names."""
    for name in (*OF_FLET, *others):
        import_module(name)
    for package in PACKAGES:
        module = import_module(package)
        for folder in module.__path__:
            import_below(Path(folder), f"{package}.")
            name_controls(Path(folder))


def import_below(folder: Path, prefix: str) -> None:
    """The modules in `folder`, whose names begin with `prefix`, and so on below it."""
    for found in iter_modules([str(folder)], prefix):
        if found.name.endswith("__main__"):
            continue
        try:
            import_module(found.name)
        except ImportError:
            continue  # meant for another place: a browser has no sockets, a device no page
        if found.ispkg:
            import_below(folder / found.name.rpartition(".")[2], f"{found.name}.")


def name_controls(folder: Path) -> None:
    """Flet imports a control when it is first named; until then a screen that shows it would wait for that."""
    for source in folder.rglob("*.py"):
        for name in FLET_NAME.findall(source.read_text(encoding="utf-8")):
            getattr(ft, name, None)
