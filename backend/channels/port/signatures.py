"""One engine for the signatures of every platform: a profile says what is signed, how, and where it stands. Pure.

Comparison is in constant time and exact: another spelling of the right digest (upper case, other padding) is refused.
Every refusal has the same words, whatever was wrong.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.signed_texts import SignedText, Signing

BEIJING = timezone(timedelta(hours=8))
NONCES_REMEMBERED_MAX = 20_000
CANDIDATES_MAX = 10
DIGITS_MAX = 14
REFUSAL = "the message could not be verified"
_BEIJING_FORM = "%Y-%m-%d %H:%M:%S"


class Algorithm(StrEnum):
    """How the text becomes a digest. TOKEN: the secret itself is sent, and compared."""

    HMAC_SHA256 = "hmac-sha256"
    HMAC_SHA1 = "hmac-sha1"
    HMAC_MD5 = "hmac-md5"
    SHA256 = "sha256"
    SHA1 = "sha1"
    MD5 = "md5"
    TOKEN = "token"  # noqa: S105


class Encoding(StrEnum):
    HEX = "hex"
    HEX_UPPER = "hex_upper"
    BASE64 = "base64"


class Place(StrEnum):
    HEADER = "header"
    PARAMETER = "parameter"


class TimeForm(StrEnum):
    """How an instant is written."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    BEIJING = "beijing"


class KeyForm(StrEnum):
    """How the secret is written: as it is, or in base64 after `whsec_` as Standard Webhooks have it."""

    TEXT = "text"
    WHSEC = "whsec"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """Where the instant of sending stands, and how far it may be from ours. Both ways: clocks run ahead, too."""

    place: Place
    field: str
    form: TimeForm
    tolerance_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureProfile:
    """How one platform signs. `separator`: several signatures in one value, any of which may be right.

    `nonce` stands where the signature stands, and is one of the things that are signed.
    """

    place: Place
    field: str
    algorithm: Algorithm
    text: SignedText
    encodings: tuple[Encoding, ...] = (Encoding.HEX,)
    prefix: str = ""
    separator: str = ""
    key_form: KeyForm = KeyForm.TEXT
    time: TimeRule | None = None
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a right signature proves. `content` is the same when the platform sends the message again."""

    secret_index: int
    sent_at: datetime | None
    nonce: str
    content: str


def verify(
    profile: SignatureProfile, message: RawMessage, *, secrets: Sequence[str], now: datetime, url: str = ""
) -> Verified:
    """Check who sent a message, with any of the secrets: two are valid while one is replaced.

    Raises SignatureInvalid. Every secret is tried and every candidate compared, so that time tells nothing either.
    """
    try:
        candidates = _candidates(profile, message)
        right = [_is_right(candidates, _spellings(profile, Signing(message, secret, url))) for secret in secrets]
        sent_at = _sent_at(profile, message)
        nonce = _value(profile, message, profile.place, profile.nonce) if profile.nonce else ""
        leave_out = [profile.time.field] if profile.time else []
        content = hashlib.sha256(profile.text.content_of(message, leave_out)).hexdigest()
    except (PayloadUnknown, ValueError):
        raise SignatureInvalid(REFUSAL) from None
    is_timely = profile.time is None or _is_timely(sent_at, now, profile.time.tolerance_s)
    if not (any(right) and is_timely and (nonce or not profile.nonce)):
        raise SignatureInvalid(REFUSAL)
    return Verified(right.index(True), sent_at, nonce, content)


def sign(profile: SignatureProfile, message: RawMessage, *, secret: str, url: str = "") -> str:
    """The value that belongs where the profile says; for several encodings, the first. Raises PayloadUnknown."""
    return _spellings(profile, Signing(message, secret, url))[0].decode()


def equal(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


class NonceMemory:
    """The nonces of this node that were seen: one stands for one message. A repeat of that message is the platform's
    own retry, and the inbox takes it once; another message under the same nonce is somebody's replay.
    """

    def __init__(self, kept_max: int = NONCES_REMEMBERED_MAX) -> None:
        self._kept_max = kept_max
        self._contents: OrderedDict[str, str] = OrderedDict()

    def admit(self, verified: Verified) -> None:
        """Raises SignatureInvalid where this nonce came with another message before."""
        known = self._contents.setdefault(verified.nonce, verified.content)
        if not equal(known, verified.content):
            raise SignatureInvalid(REFUSAL)
        self._contents.move_to_end(verified.nonce)
        if len(self._contents) > self._kept_max:
            self._contents.popitem(last=False)


def _spellings(profile: SignatureProfile, signing: Signing) -> list[bytes]:
    if profile.algorithm is Algorithm.TOKEN:
        return [(profile.prefix + signing.secret).encode()]
    key = _key(profile.key_form, signing.secret)
    text = profile.text.bytes_of(signing)
    digest = _digest(profile.algorithm, key, text)
    return [(profile.prefix + _encode(digest, encoding)).encode() for encoding in profile.encodings]


def _digest(algorithm: Algorithm, key: bytes, text: bytes) -> bytes:
    match algorithm:
        case Algorithm.HMAC_SHA256:
            return hmac.digest(key, text, "sha256")
        case Algorithm.HMAC_SHA1:
            return hmac.digest(key, text, "sha1")
        case Algorithm.HMAC_MD5:
            return hmac.digest(key, text, "md5")
        case Algorithm.SHA256:
            return hashlib.sha256(text).digest()
        case Algorithm.SHA1:
            return hashlib.sha1(text, usedforsecurity=False).digest()
        case _:
            return hashlib.md5(text, usedforsecurity=False).digest()


def _encode(digest: bytes, encoding: Encoding) -> str:
    if encoding is Encoding.BASE64:
        return base64.b64encode(digest).decode()
    return digest.hex() if encoding is Encoding.HEX else digest.hex().upper()


def _key(form: KeyForm, secret: str) -> bytes:
    if form is KeyForm.TEXT:
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret of Standard Webhooks is base64 after whsec_") from error


def _is_right(candidates: Sequence[bytes], spellings: Sequence[bytes]) -> bool:
    compared = [hmac.compare_digest(candidate, own) for candidate in candidates for own in spellings]
    return any(compared)


def _candidates(profile: SignatureProfile, message: RawMessage) -> list[bytes]:
    """The signatures that came. Nothing at all is compared as well, so that a missing one takes its time."""
    value = _value(profile, message, profile.place, profile.field)
    parts = value.split(profile.separator)[:CANDIDATES_MAX] if profile.separator else [value]
    return [part.encode("utf-8", "surrogatepass") for part in parts]


def _value(profile: SignatureProfile, message: RawMessage, place: Place, name: str) -> str:
    if place is Place.HEADER:
        return message.headers.get(name, "")
    return profile.text.value(message, name)


def _sent_at(profile: SignatureProfile, message: RawMessage) -> datetime | None:
    if profile.time is None:
        return None
    text = _value(profile, message, profile.time.place, profile.time.field)
    if profile.time.form is TimeForm.BEIJING:
        return datetime.strptime(text, _BEIJING_FORM).replace(tzinfo=BEIJING).astimezone(UTC)
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS_MAX:
        raise ValueError("not an instant")
    seconds = int(text) if profile.time.form is TimeForm.SECONDS else int(text) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def _is_timely(sent_at: datetime | None, now: datetime, tolerance_s: int) -> bool:
    return sent_at is not None and abs((now - sent_at).total_seconds()) <= tolerance_s
