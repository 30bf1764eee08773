"""What platforms sign: the raw body, header values joined with it, or their parameters in order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import unquote_plus

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.notices import RawMessage
from backend.channels.port.reading import read_form, read_json


@dataclass(frozen=True, slots=True)
class Signing:
    """What one signature is computed of. `url` is the address as the platform knows it, which no proxy changes."""

    message: RawMessage
    secret: str
    url: str = ""


class SignedText(Protocol):
    """One way to say what is signed, with the secret in it where the platform puts it there."""

    def bytes_of(self, signing: Signing) -> bytes:
        """The signed bytes. Raises PayloadUnknown where the message has not what it takes."""
        ...

    def content_of(self, message: RawMessage, leave_out: Sequence[str]) -> bytes:
        """What is the same when a platform sends a message again: without its instant and its signature."""
        ...

    def value(self, message: RawMessage, name: str) -> str:
        """The value of a parameter that stands among the signed ones."""
        ...


@dataclass(frozen=True, slots=True)
class RawBody:
    """The bytes of the body, and nothing else."""

    def bytes_of(self, signing: Signing) -> bytes:
        return signing.message.body

    def content_of(self, message: RawMessage, leave_out: Sequence[str]) -> bytes:
        return message.body

    def value(self, message: RawMessage, name: str) -> str:
        raise PayloadUnknown("there are no parameters")


@dataclass(frozen=True, slots=True)
class HeadersAndBody:
    """Header values, then the body, with a separator between each two."""

    headers: tuple[str, ...]
    separator: bytes

    def bytes_of(self, signing: Signing) -> bytes:
        values = [_header(signing.message, name).encode() for name in self.headers]
        return self.separator.join([*values, signing.message.body])

    def content_of(self, message: RawMessage, leave_out: Sequence[str]) -> bytes:
        return message.body

    def value(self, message: RawMessage, name: str) -> str:
        return _header(message, name)


class SecretStands(StrEnum):
    """Where the secret is written into the text: after it, around it, or as one more parameter called secret."""

    AFTER = "after"
    AROUND = "around"
    AMONG = "among"


class Parameters(StrEnum):
    """Where parameters are read: the query and the form, or the fields of a JSON object."""

    FORM = "form"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SortedParameters:
    """Every parameter but the signature, sorted by name. Values are signed decoded, whatever was on the wire.

    `is_decoded_twice`: the platform encodes each value once more before it builds the form. Two boundaries that say the
    same text are told apart by `required`: a name that must be there cannot come out of another one's value, because
    names that come twice are refused.
    """

    signature: str
    secret: SecretStands
    required: frozenset[str]
    source: Parameters = Parameters.FORM
    equals: str = "="
    between: str = "&"
    has_url: bool = False
    is_decoded_twice: bool = False
    allowed: frozenset[str] | None = None

    def bytes_of(self, signing: Signing) -> bytes:
        found = {name: value for name, value in self.read(signing.message).items() if name != self.signature}
        if self.secret is SecretStands.AMONG:
            if "secret" in found:
                raise PayloadUnknown("a parameter is called as the secret")
            found["secret"] = signing.secret
        text = self.between.join(f"{name}{self.equals}{value}" for name, value in sorted(found.items()))
        if self.has_url:
            text = f"{signing.url}?{text}"
        if self.secret is SecretStands.AFTER:
            text += signing.secret
        elif self.secret is SecretStands.AROUND:
            text = signing.secret + text + signing.secret
        return text.encode()

    def content_of(self, message: RawMessage, leave_out: Sequence[str]) -> bytes:
        skipped = {self.signature, *leave_out}
        kept = sorted((name, value) for name, value in self.read(message).items() if name not in skipped)
        return repr(kept).encode()

    def value(self, message: RawMessage, name: str) -> str:
        return self.read(message).get(name, "")

    def read(self, message: RawMessage) -> dict[str, str]:
        """The parameters as they are signed. Raises PayloadUnknown: a name twice, one missing, or one too many."""
        if self.source is Parameters.JSON:
            found = _fields(read_json(message.body))
        else:
            found = read_form(message.body, message.query)
        if not self.required <= found.keys() or (self.allowed is not None and not found.keys() <= self.allowed):
            raise PayloadUnknown("the message has not the parameters it is signed by")
        if self.is_decoded_twice:
            try:
                found = {name: unquote_plus(value, errors="strict") for name, value in found.items()}
            except UnicodeDecodeError as error:
                raise PayloadUnknown("a parameter is not text") from error
        return found


def _header(message: RawMessage, name: str) -> str:
    value = message.headers.get(name, "")
    if not value:
        raise PayloadUnknown("a header that is signed is missing")
    return value


def _fields(body: object) -> dict[str, str]:
    if not isinstance(body, dict):
        raise PayloadUnknown("the message is not a JSON object")
    return {str(name): _plain(value) for name, value in body.items()}


def _plain(value: object) -> str:
    """Texts as they are, whole numbers in digits. Anything else has more than one spelling, and is refused."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise PayloadUnknown("a signed field is neither a text nor a whole number")
