"""The trees drawn at the top of the two errors.py are complete, and every error says what HTTP says."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

from backend.core import errors as backend_errors
from backend.core.errors import BackendError
from shared import errors as shared_errors
from shared.errors import BlinkpickError
from tests.architecture.tree import parsed, source_files

_BRANCH = re.compile(r"^[├└]── (\w+)(?: +(\d{3}|\S+\.py))?", re.MULTILINE)

NEVER_REACH_HTTP = {
    "backend.routing.errors.": "routing is pure and knows no HTTP; releasing asks for obstacles before it plans",
    "backend.labels.port.": "drivers know only their port; the service turns these into GatewayFailed",
    "backend.labels.errors.DriverManifestInvalid": "the program does not start",
}


def drawn(module: object) -> dict[str, str]:
    """Name -> what stands beside it: a status, or the file that holds the class."""
    return {name: beside for name, beside in _BRANCH.findall(str(module.__doc__)) if name != "everything"}


def error_modules() -> list[Path]:
    """Every file with a class that names an error as its base; importing them makes the tree complete."""
    return [
        path
        for path in source_files()
        if path.name == "errors.py"
        or any(isinstance(node, ast.ClassDef) and _raises(node) for node in ast.walk(parsed(path)))
    ]


def _raises(node: ast.ClassDef) -> bool:
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    return bool(bases & {"BlinkpickError", "EdgeError", "ChannelError", "GatewayError", *drawn(backend_errors)})


@pytest.fixture(scope="module")
def every_error() -> list[type[BlinkpickError]]:
    for path in error_modules():
        importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    found, waiting = [], [BlinkpickError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return [error for error in found if error.__module__.split(".")[0] in ("shared", "backend", "mobile")]


class TestBackendTree:
    def test_draws_exactly_the_classes_of_its_file(self) -> None:
        here = {
            name
            for name, error in vars(backend_errors).items()
            if isinstance(error, type) and error.__module__ == backend_errors.__name__
        }
        assert set(drawn(backend_errors)) == here - {"BackendError"}

    def test_draws_the_status_http_says(self) -> None:
        says = {name: str(getattr(backend_errors, name).status) for name in drawn(backend_errors)}
        assert drawn(backend_errors) == says


class TestSharedTree:
    def test_draws_every_error_that_is_not_the_backends(self, every_error: list[type[BlinkpickError]]) -> None:
        own = {
            error.__name__: error.__module__.replace(".", "/") + ".py"
            for error in every_error
            if error.__bases__ == (BlinkpickError,) and error.__module__.startswith("shared.")
        }
        assert drawn(shared_errors) == own

    def test_the_rest_hangs_below_it(self, every_error: list[type[BlinkpickError]]) -> None:
        """An error of the backend has a status, so that HTTP knows what to say."""
        without_status = {
            f"{error.__module__}.{error.__name__}"
            for error in every_error
            if error.__module__.startswith("backend.") and not issubclass(error, BackendError)
        }
        assert [name for name in sorted(without_status) if not name.startswith(tuple(NEVER_REACH_HTTP))] == []


def test_names_are_sentences_and_codes_are_unlike(every_error: list[type[BlinkpickError]]) -> None:
    """The code travels on the wire, so two classes must not share one; only a base with leaves is called an error."""
    names = [error.__name__ for error in every_error]
    assert sorted(names) == sorted(set(names))
    leaves = [error.__name__ for error in every_error if not error.__subclasses__()]
    assert [name for name in leaves if name.endswith(("Error", "Exception"))] == []


def test_every_error_says_when_it_arises(every_error: list[type[BlinkpickError]]) -> None:
    """In its own docstring, or in the tree drawn at the top of its file."""
    silent = [
        error.__name__
        for error in every_error
        if not error.__doc__ and error.__name__ not in str(sys.modules[error.__module__].__doc__)
    ]
    assert silent == []
