"""What a shop says about one described server: the description itself, where the server is, and its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator

from backend.labels.drivers.http_template.description import Description, Name, read_description

LabelName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Variable = Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x20-\x7e]*$")]


class HttpTemplateSettings(BaseModel):
    """`description` is the text of the YAML file; `variables` and `secrets` are what it asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://[^\s?#@/]+(/[^\s?#@]*[^\s?#@/])?$", description="https://server[:port][/path]")
    description: str = Field(min_length=1)
    variables: Mapping[Name, Variable] = {}
    secrets: Mapping[Name, SecretStr] = {}
    labels: frozenset[LabelName] = Field(default=frozenset(), max_length=100_000, description="empty: any")

    @field_validator("description")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        read_description(text)
        return text

    @model_validator(mode="after")
    def _nothing_is_missing(self) -> Self:
        for kind, asked, given in (
            ("variables", self.described.variables, self.variables),
            ("secrets", self.described.secrets, self.secrets),
        ):
            if missing := sorted({*asked} - given.keys()):
                raise ValueError(f"{kind}: the description asks for {', '.join(missing)}")
            if unknown := sorted(given.keys() - {*asked}):
                raise ValueError(f"{kind}: the description does not know {', '.join(unknown)}")
        for name, secret in self.secrets.items():
            if not secret.get_secret_value().isprintable():
                raise ValueError(f"secrets: {name} has characters that cannot be printed")
        return self

    @cached_property
    def described(self) -> Description:
        return read_description(self.description)

    def given(self) -> Mapping[str, str]:
        """Variables and secrets, for templates only."""
        return {**self.variables, **{name: each.get_secret_value() for name, each in self.secrets.items()}}
