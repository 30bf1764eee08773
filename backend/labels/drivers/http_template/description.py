"""What a description may say: the shape of the YAML file, checked before anything is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from backend.labels.drivers.http_template.yaml_file import Place, read_yaml
from backend.labels.paths import parse_path
from backend.labels.templates import TemplateMalformed, parse_template
from shared.labels import BlinkPattern, LightColour

COMMAND_NAMES = frozenset(("label", "token", "colour", "pattern", "duration", "seconds"))
STATUS_NAMES = COMMAND_NAMES | {"task"}
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(max_length=4_000)]
Scalar = str | int
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class DescriptionMalformed(ValueError):
    """Not a description; the message names line and field."""


def _path(text: str) -> str:
    parse_path(text)
    return text


Path = Annotated[str, StringConstraints(max_length=120), AfterValidator(_path)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Request(_Part):
    """One call. At most one of `json`, `form` and `text` is its body."""

    method: Method = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^/\S*$", max_length=1_000)]
    query: Mapping[str, Text] = {}
    headers: Mapping[str, Text] = {}
    json_body: JsonValue = Field(default=None, alias="json")
    form: Mapping[str, Text] | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        if sum(each is not None for each in (self.json_body, self.form, self.text)) > 1:
            raise ValueError("only one of json, form and text can be the body")
        return self

    def check(self, field: str, known: Collection[str]) -> None:
        """Whether every template can be filled. Raises ValueError, which names the place below `field`."""
        parts: dict[str, JsonValue] = {
            "path": self.path,
            "query": dict(self.query),
            "headers": dict(self.headers),
            "json": self.json_body,
            "form": dict(self.form or {}),
            "text": self.text,
        }
        for name, part in parts.items():
            _check_strings(part, f"{field}.{name}", known)


class NoAuth(_Part):
    kind: Literal["none"] = "none"


class BasicAuth(_Part):
    kind: Literal["basic"]
    username: Text
    password: Text


class HeaderAuth(_Part):
    kind: Literal["header"]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
    value: Text


class BearerAuth(_Part):
    """A token is fetched with `request`, sent with every call, and fetched anew when it ends or is refused."""

    kind: Literal["bearer"]
    request: Request
    token: Path
    lasts_s: Path = Field(default="", description="where the answer says for how many seconds")
    lasts_at_most_s: int = Field(default=3_600, ge=10, le=10_000_000)
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")] = "Authorization"
    prefix: Text = "Bearer "


class SignedFormAuth(_Part):
    """Fields are added to the form, then the MD5 of `a=1&b=2` by name with the secret at its end, as SUNMI has it."""

    kind: Literal["signed_form"]
    fields: Mapping[str, Text]
    ending: Text
    signature: str = "sign"


class AliyunAuth(_Part):
    """Alibaba Cloud's signature of remote procedure calls, version 1.0 with HMAC-SHA1."""

    kind: Literal["aliyun_rpc"]
    version: Text
    access_key_id: Text
    access_key_secret: Text


Auth = Annotated[
    NoAuth | BasicAuth | HeaderAuth | BearerAuth | SignedFormAuth | AliyunAuth, Field(discriminator="kind")
]


class Batch(_Part):
    """Several labels in one call: the list at `list` (empty: the whole JSON) has one element, repeated for each."""

    most: int = Field(ge=2, le=1_000)
    list: Path = ""


class Duration(_Part):
    """How the server wants to be told how long: a number of a unit, or one of its own words."""

    unit: Literal["seconds", "milliseconds", "minutes"] = "seconds"
    min_s: int = Field(default=1, ge=1, le=600)
    max_s: int = Field(default=300, ge=1, le=600)
    choices: Mapping[str, Scalar] = Field(default={}, description="seconds: what the server calls them")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.min_s > self.max_s:
            raise ValueError("min_s is more than max_s")
        if self.unit == "minutes" and not self.choices and self.min_s < 60:
            raise ValueError("in minutes, min_s is 60 or more")
        if any(not each.isdigit() or not 1 <= int(each) <= 600 for each in self.choices):
            raise ValueError("choices are numbers of seconds, 1 to 600, and what the server calls them")
        return self


class Match(_Part):
    """An answer that has one of these statuses and, if there is a `path`, one of these values there."""

    status: list[int] = []
    path: Path = ""
    equals: list[Scalar | bool] = []

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.status and not self.path:
            raise ValueError("a match asks for a status or for a value at a path")
        if bool(self.path) != bool(self.equals):
            raise ValueError("path and equals belong together")
        return self


class Failures(_Part):
    """The labels of a call that were not taken."""

    list: Path
    label: Path
    reason: Path = ""


class Answer(_Part):
    """What an answer means; asked in this order: expired, busy, unknown, success. Anything else is a refusal."""

    expired: Match = Match(status=[401])
    busy: Match = Match(status=[429, 500, 502, 503, 504])
    unknown: Match | None = None
    success: Match = Match(status=[200])
    failures: Failures | None = None
    reason: Path = Field(default="", description="where an answer says in words what is wrong")
    task: Path = Field(default="", description="where it names what it does now, for the status call")
    means_delivered: bool = Field(default=False, description="success means that the label has it already")


class Status(_Part):
    """How a command stands, asked again and again until it is one or the other."""

    request: Request
    every_s: float = Field(default=2.0, ge=0.5, le=60)
    value: Path
    delivered: list[Scalar | bool] = Field(min_length=1)
    failed: list[Scalar | bool] = Field(default=[], description="the label refused it")
    expired: list[Scalar | bool] = Field(default=[], description="the label did not answer")


class Latency(_Part):
    p95_s: float = Field(default=15.0, gt=0, le=300)
    lost_after_s: float = Field(default=120.0, ge=2, le=3_600)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.lost_after_s < self.p95_s * 2:
            raise ValueError("lost_after_s must be twice p95_s or more")
        return self


class Description(_Part):
    """One kind of server."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    verified: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    variables: list[Name] = Field(default=[], max_length=20, description="what the settings must say")
    secrets: list[Name] = Field(default=[], max_length=20, description="and what nobody may see")
    auth: Auth = NoAuth()
    check: Request = Request(method="GET", path="/")
    light: Request
    stop: Request | None = None
    batch: Batch | None = None
    colours: Mapping[LightColour, Scalar] = Field(min_length=1)
    patterns: Mapping[BlinkPattern, Scalar] = Field(default={BlinkPattern.SLOW: "slow"}, min_length=1)
    duration: Duration = Duration()
    answer: Answer = Answer()
    status: Status | None = None
    calls_per_second: float | None = Field(default=None, gt=0, le=1_000)
    latency: Latency = Latency()
    can_replace: bool = True

    @property
    def given(self) -> frozenset[str]:
        return frozenset(self.variables) | frozenset(self.secrets)

    @model_validator(mode="after")
    def _templates_can_be_filled(self) -> Self:
        clash = self.given & STATUS_NAMES or frozenset(self.variables) & frozenset(self.secrets)
        if clash:
            raise ValueError(f"variables: {', '.join(sorted(clash))}: these names are taken")
        self.check.check("check", self.given)
        self.light.check("light", self.given | COMMAND_NAMES)
        if self.stop is not None:
            self.stop.check("stop", self.given | COMMAND_NAMES)
        if self.status is not None:
            self.status.request.check("status.request", self.given | STATUS_NAMES)
        if isinstance(self.auth, BearerAuth):
            self.auth.request.check("auth.request", self.given)
        for name in ("username", "password", "value", "ending", "access_key_id", "access_key_secret"):
            if text := getattr(self.auth, name, ""):
                _check_strings(text, f"auth.{name}", self.given)
        if isinstance(self.auth, SignedFormAuth):
            _check_strings(dict(self.auth.fields), "auth.fields", self.given | {"random", "timestamp"})
        return self

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if isinstance(self.auth, SignedFormAuth | AliyunAuth) and (self.light.form is None or self.batch):
            raise ValueError("light: what is signed is a form, for one label")
        if self.batch is not None:
            batch_element(self.light.json_body, self.batch.list)
        if self.status is not None and not _mentions(self.status.request, ("token", "task")):
            raise ValueError(
                "status.request: it must name the {task} or the {token}, or it would tell of older commands"
            )
        if self.status is not None and self.answer.means_delivered:
            raise ValueError("answer.means_delivered: there is nothing left to ask for in status")
        return self


def batch_element(body: JsonValue, path: str) -> JsonValue:
    """The one element of the list that is repeated for each label. Raises ValueError."""
    place: JsonValue = body
    for step in parse_path(path):
        if not isinstance(step, str) or not isinstance(place, dict) or step not in place:
            raise ValueError(f"batch.list: light.json has nothing at {path}")
        place = place[step]
    if not isinstance(place, list) or len(place) != 1:
        raise ValueError(f"batch.list: light.json has no list of one element at {path or 'its beginning'}")
    return place[0]


def read_description(text: str) -> Description:
    """Raises DescriptionMalformed and nothing else."""
    try:
        values, lines = read_yaml(text)
        return Description.model_validate(_as_written(values, lines))
    except ValidationError as error:
        problems = [_problem(each["loc"], each["msg"], lines) for each in error.errors(include_url=False)]
        raise DescriptionMalformed("; ".join(problems[:5])) from None
    except ValueError as error:
        raise DescriptionMalformed(str(error)) from None


def _as_written(values: JsonValue, lines: Mapping[Place, int]) -> Any:
    """Colours and patterns are words in the file, and members of an enumeration here."""
    if not isinstance(values, dict):
        return values
    named: dict[str, Any] = dict(values)
    for name, kind in (("colours", LightColour), ("patterns", BlinkPattern)):
        table = named.get(name)
        if isinstance(table, dict):
            known = [each.value for each in kind]
            for each in table.keys() - {*known}:
                there_are = ", ".join(known)
                raise DescriptionMalformed(f"line {lines[name, each]}, {name}: there is no {each!r}, but {there_are}")
            named[name] = {kind(each): value for each, value in table.items()}
    return named


def _problem(place: tuple[int | str, ...], message: str, lines: Mapping[Place, int]) -> str:
    """With the line of the deepest place that stands in the file."""
    message = message.removeprefix("Value error, ")
    field, colon, said = message.partition(": ")
    if not place and colon and re.fullmatch(r"[\w.]+", field):
        place, message = tuple(int(step) if step.isdigit() else step for step in field.split(".")), said
    known: Place = ()
    for step in place:
        if (*known, step) in lines:
            known = (*known, step)
    return f"line {lines.get(known, 1)}, {'.'.join(map(str, place)) or 'the description'}: {message}"


def _check_strings(part: JsonValue, field: str, known: Collection[str]) -> None:
    """Whether every string in it, names too, is a template that can be filled."""
    match part:
        case str():
            try:
                parse_template(part, known)
            except TemplateMalformed as error:
                raise ValueError(f"{field}: {error}") from None
        case list():
            for number, each in enumerate(part):
                _check_strings(each, f"{field}.{number}", known)
        case dict():
            for name, each in part.items():
                _check_strings(name, field, known)
                _check_strings(each, f"{field}.{name}", known)
        case _:
            pass


def _mentions(request: Request, names: Collection[str]) -> bool:
    everything = request.model_dump_json()
    return any(f"{{{name}}}" in everything for name in names)
