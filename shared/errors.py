"""The root of every error we raise on purpose, with the code that travels on the wire.

BlinkpickError                 code, facts, is_retryable
├── BarcodeMalformed           shared/barcode/errors.py
├── MessageMalformed           shared/sync/envelope.py
├── ProtocolBroken             shared/sync/session.py
├── StreamMessageMalformed     shared/channel_stream.py
└── everything in backend/core/errors.py
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class BlinkpickError(Exception):
    """An error somebody has to act on. The class name is a sentence; `facts` are what it is about.

    `facts` never hold a secret: they are shown to people and written to logs.
    """

    is_retryable: ClassVar[bool] = False

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    @property
    def code(self) -> str:
        """The class name in snake case: `PickAlreadyConfirmed` is `pick_already_confirmed`."""
        return _WORD_START.sub("_", type(self).__name__).lower()

    def to_problem(self) -> Problem:
        return Problem(code=self.code, detail=self.detail, is_retryable=self.is_retryable, facts=self.facts)


class Problem(BaseModel):
    """An error as it travels between phone and backend."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    is_retryable: bool = False
    facts: dict[str, Any] = {}
