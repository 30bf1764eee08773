"""Whether the camera looks for codes, and why it does not."""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from mobile.services.camera import Camera, CameraProblem


class CameraState(ft.Observable):
    """Verbs return at once; what became of them comes from the camera itself."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.is_open = False
        self.problem: CameraProblem | None = None

    def connect(self) -> None:
        """Hear the camera; called where the app's page is known."""
        self._camera.listen(self._changed)

    @property
    def is_possible(self) -> bool:
        return self._camera.is_possible

    def look(self, words: Mapping[str, str]) -> None:
        """Open it, or close it where it is open."""
        self.problem = None
        if self.is_open:
            self._camera.close()
        else:
            self._camera.open(words)

    def close(self) -> None:
        if self.is_open:
            self._camera.close()

    def put_problem_away(self) -> None:
        self.problem = None

    def _changed(self, is_open: bool, problem: str) -> None:
        self.is_open = is_open
        known = problem in set(CameraProblem)
        self.problem = (CameraProblem(problem) if known else CameraProblem.FAILED) if problem else None
