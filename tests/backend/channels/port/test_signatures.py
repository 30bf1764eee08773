"""Whatever is done to a signed message, it is refused: forged, truncated, re-ordered, re-encoded, sent too late."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.channels.port import profiles
from backend.channels.port.errors import SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.signatures import (
    REFUSAL,
    Algorithm,
    Encoding,
    NonceMemory,
    Place,
    SignatureProfile,
    Verified,
    equal,
    sign,
    verify,
)
from backend.channels.port.signed_texts import RawBody

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SECRET, URL = "a secret of forty characters, all of them", "https://pick.example/api/v1/channels/cha_1/push"
STAMP = str(int(NOW.timestamp()))
WHSEC = "whsec_" + base64.b64encode(SECRET.encode()).decode()
BODIES = st.binary(max_size=60) | st.builds(lambda value: json.dumps({"a": value}).encode(), st.text(max_size=20))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@dataclass(frozen=True)
class Sent:
    """A message as its platform would sign it: its parameters or headers, without and with the signature."""

    profile: SignatureProfile
    secret: str
    message: RawMessage

    def check(self, message: RawMessage, now: datetime = NOW) -> Verified:
        return verify(self.profile, message, secrets=[self.secret], now=now, url=URL)


def in_header(profile: SignatureProfile, body: bytes, secret: str, headers: Mapping[str, str] | None = None) -> Sent:
    message = RawMessage(body, dict(headers or {}))
    signature = sign(profile, message, secret=secret, url=URL)
    return Sent(profile, secret, replace(message, headers={**message.headers, profile.field: signature}))


def form(fields: Mapping[str, str], *, is_twice: bool = False) -> RawMessage:
    given_fields = {name: quote(value, safe="") if is_twice else value for name, value in fields.items()}
    return RawMessage(urlencode(given_fields).encode())


def in_form(profile: SignatureProfile, fields: Mapping[str, str], *, is_twice: bool = False) -> Sent:
    blank = form({**fields, profile.field: ""}, is_twice=is_twice)
    signature = sign(profile, blank, secret=SECRET, url=URL)
    return Sent(profile, SECRET, form({**fields, profile.field: signature}, is_twice=is_twice))


def meituan(caution: str) -> Sent:
    fields = {"app_id": "409", "timestamp": STAMP, "order_id": "1", "caution": caution}
    return in_form(profiles.MEITUAN_PUSH, fields, is_twice=True)


def eleme(text: str) -> Sent:
    body = json.dumps({"order_id": "1", "remark": text})
    fields = {"cmd": "order.create", "source": "1", "ticket": "T-1", "timestamp": STAMP, "version": "3", "body": body}
    return in_form(profiles.ELEME, fields)


def jddj(text: str) -> Sent:
    fields = {"app_key": "k", "token": "t", "format": "json", "v": "1.0", "timestamp": "2026-01-05 16:00:00"}
    return in_form(profiles.JDDJ, {**fields, "jd_param_json": json.dumps({"billId": text})})


def keeta(text: str) -> Sent:
    fields = {"appId": 1, "eventId": 1001, "timestamp": int(STAMP), "message": text, "sig": ""}
    signature = sign(profiles.KEETA, RawMessage(json.dumps(fields).encode()), secret=SECRET, url=URL)
    return Sent(profiles.KEETA, SECRET, RawMessage(json.dumps({**fields, "sig": signature}).encode()))


def by_header(text: str) -> list[Sent]:
    body = json.dumps({"id": "1", "note": text}).encode()
    webhook = {"webhook-id": "msg_1", "webhook-timestamp": STAMP}
    return [
        in_header(profiles.IFOOD, body, SECRET),
        in_header(profiles.SHOPIFY, body, SECRET),
        in_header(profiles.OPEN_DELIVERY, body, SECRET),
        in_header(profiles.DELIVEROO, body, SECRET, {"x-deliveroo-sequence-guid": "guid-1"}),
        in_header(profiles.STANDARD_WEBHOOKS, body, WHSEC, webhook),
    ]


def by_parameter(text: str) -> list[Sent]:
    return [meituan(text), eleme(text), jddj(text), keeta(text)]


def refused(sent: Sent, message: RawMessage, now: datetime = NOW) -> None:
    with pytest.raises(SignatureInvalid) as refusal:
        sent.check(message, now)
    assert refusal.value.detail == REFUSAL, "always the same words"


class TestRightMessages:
    @given(TEXTS)
    def test_what_was_signed_is_taken(self, text: str) -> None:
        for sent in [*by_header(text), *by_parameter(text)]:
            sent.check(sent.message)

    @given(TEXTS)
    def test_a_second_secret_is_valid_while_the_first_is_replaced(self, text: str) -> None:
        for sent in [*by_header(text), *by_parameter(text)]:
            other = "whsec_b3RoZXI=" if sent.profile is profiles.STANDARD_WEBHOOKS else "other"
            found = verify(sent.profile, sent.message, secrets=[other, sent.secret], now=NOW, url=URL)
            assert found.secret_index == 1

    @pytest.mark.parametrize("algorithm", [each for each in Algorithm if each is not Algorithm.TOKEN])
    @pytest.mark.parametrize("encoding", list(Encoding))
    @given(body=BODIES)
    def test_every_algorithm_and_encoding(self, algorithm: Algorithm, encoding: Encoding, body: bytes) -> None:
        profile = SignatureProfile(
            place=Place.HEADER, field="x-s", algorithm=algorithm, text=RawBody(), encodings=(encoding,)
        )
        sent = in_header(profile, body, SECRET)
        sent.check(sent.message)
        if algorithm.startswith("hmac"):
            with pytest.raises(SignatureInvalid):
                verify(profile, sent.message, secrets=[SECRET + "x"], now=NOW)


class TestForged:
    @given(TEXTS, st.integers(0, 10_000), st.integers(1, 255))
    def test_one_changed_byte(self, text: str, at: int, mask: int) -> None:
        for sent in by_header(text):
            body = bytearray(sent.message.body)
            body[at % len(body)] ^= mask
            refused(sent, replace(sent.message, body=bytes(body)))

    @given(TEXTS, TEXTS)
    def test_another_value(self, text: str, other: str) -> None:
        assume(text != other)
        for sent, forged in zip(by_parameter(text), by_parameter(other), strict=True):
            old = sent.profile.text.value(sent.message, sent.profile.field)
            new = forged.profile.text.value(forged.message, forged.profile.field)
            refused(sent, replace(forged.message, body=forged.message.body.replace(new.encode(), old.encode())))

    @given(TEXTS)
    def test_another_secret_and_another_address(self, text: str) -> None:
        for sent in [*by_header(text), *by_parameter(text)]:
            with pytest.raises(SignatureInvalid):
                verify(sent.profile, sent.message, secrets=["whsec_b3RoZXI="], now=NOW, url=URL)
        for sent in (meituan(text), keeta(text)):
            with pytest.raises(SignatureInvalid):
                verify(sent.profile, sent.message, secrets=[SECRET], now=NOW, url=URL + "/other")

    @given(TEXTS)
    def test_no_secret_at_all_admits_nobody(self, text: str) -> None:
        for sent in [*by_header(text), *by_parameter(text)]:
            with pytest.raises(SignatureInvalid):
                verify(sent.profile, sent.message, secrets=[], now=NOW, url=URL)

    @given(BODIES, st.dictionaries(st.sampled_from(["x-ifood-signature", "webhook-signature"]), TEXTS))
    def test_noise(self, body: bytes, headers: dict[str, str]) -> None:
        for profile in (profiles.IFOOD, profiles.STANDARD_WEBHOOKS, profiles.MEITUAN_PUSH, profiles.KEETA):
            refused(Sent(profile, WHSEC, RawMessage(body, headers)), RawMessage(body, headers))


class TestTruncated:
    @given(TEXTS, st.integers(1, 40))
    def test_body_or_signature(self, text: str, count: int) -> None:
        for sent in by_header(text):
            refused(sent, replace(sent.message, body=sent.message.body[:-count]))
            short = {**sent.message.headers, sent.profile.field: sent.message.headers[sent.profile.field][:-count]}
            refused(sent, replace(sent.message, headers=short))
        for sent in by_parameter(text):
            refused(sent, replace(sent.message, body=sent.message.body[:-count]))

    @given(TEXTS)
    def test_a_header_that_is_signed(self, text: str) -> None:
        for sent in by_header(text):
            for name in sent.message.headers:
                left = {key: value for key, value in sent.message.headers.items() if key != name}
                refused(sent, replace(sent.message, headers=left))


class TestReordered:
    @given(TEXTS)
    def test_the_same_object_in_another_order(self, text: str) -> None:
        for sent in by_header(text):
            turned = json.dumps(dict(reversed(json.loads(sent.message.body).items()))).encode()
            refused(sent, replace(sent.message, body=turned))

    def test_a_boundary_moved_between_parameters(self) -> None:
        """`a=1&b=2` is one text whether it is two parameters or the value of one: names that come twice tell."""
        moved = meituan("x&order_id=2")
        refused(
            moved, replace(moved.message, body=moved.message.body.replace(b"x%2526order_id%253D2", b"x&order_id=2"))
        )

    def test_a_boundary_moved_where_there_is_no_separator(self) -> None:
        sent = jddj("1")
        for moved in (b"tokenx=&toke=nt", b"v1=.0"):
            refused(sent, replace(sent.message, body=sent.message.body.replace(b"v=1.0", moved)))


class TestReencoded:
    @given(TEXTS)
    def test_the_same_meaning_in_other_bytes(self, text: str) -> None:
        for sent in by_header(text):
            refused(sent, replace(sent.message, body=json.dumps(json.loads(sent.message.body), indent=1).encode()))
            refused(sent, replace(sent.message, body=b"\xef\xbb\xbf" + sent.message.body))

    @given(TEXTS)
    def test_the_right_digest_in_another_spelling(self, text: str) -> None:
        for sent in by_header(text):
            signature = sent.message.headers[sent.profile.field]
            for spelling in (signature.swapcase(), signature + "\t", signature + "=", f"sha256={signature}"):
                if spelling.upper() == signature.upper() and sent.profile is profiles.OPEN_DELIVERY:
                    continue  # hosts were seen to write it in capitals
                refused(sent, replace(sent.message, headers={**sent.message.headers, sent.profile.field: spelling}))

    @given(TEXTS)
    def test_a_field_that_comes_twice(self, text: str) -> None:
        for sent in (meituan(text), eleme(text), jddj(text)):
            refused(sent, replace(sent.message, body=sent.message.body + b"&timestamp=1"))
            refused(sent, replace(sent.message, query="timestamp=1"))

    @given(TEXTS)
    def test_a_field_more(self, text: str) -> None:
        for sent in (meituan(text), eleme(text), jddj(text)):
            refused(sent, replace(sent.message, body=sent.message.body + b"&more=1"))


class TestReplayed:
    @given(TEXTS, st.booleans())
    def test_after_its_time(self, text: str, is_ahead: bool) -> None:
        for sent in [*by_header(text), *by_parameter(text)]:
            if sent.profile.time is not None:
                too_far = timedelta(seconds=sent.profile.time.tolerance_s + 1)
                refused(sent, sent.message, NOW - too_far if is_ahead else NOW + too_far)

    @pytest.mark.parametrize("instant", ["", "now", "-1", "1e9", "99999999999999999999", "\u0661\u0662"])
    def test_an_instant_that_is_none(self, instant: str) -> None:
        sent = in_header(profiles.STANDARD_WEBHOOKS, b"{}", WHSEC, {"webhook-id": "msg_1", "webhook-timestamp": STAMP})
        refused(sent, replace(sent.message, headers={**sent.message.headers, "webhook-timestamp": instant}))

    @given(TEXTS, TEXTS)
    def test_one_nonce_is_one_message(self, text: str, other: str) -> None:
        assume(text != other)
        memory = NonceMemory()
        memory.admit(eleme(text).check(eleme(text).message))
        memory.admit(eleme(text).check(eleme(text).message))
        with pytest.raises(SignatureInvalid):
            memory.admit(eleme(other).check(eleme(other).message))

    def test_a_retry_with_a_new_instant_is_the_same_message(self) -> None:
        memory = NonceMemory()
        for seconds in (0, 5, 60):
            headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(STAMP) + seconds)}
            sent = in_header(profiles.STANDARD_WEBHOOKS, b"{}", WHSEC, headers)
            memory.admit(sent.check(sent.message, NOW + timedelta(seconds=seconds)))

    def test_the_memory_is_bounded(self) -> None:
        memory = NonceMemory(kept_max=2)
        for number in range(3):
            memory.admit(Verified(0, NOW, f"n-{number}", "content"))
        memory.admit(Verified(0, NOW, "n-0", "another content"))
        with pytest.raises(SignatureInvalid):
            memory.admit(Verified(0, NOW, "n-2", "another content"))


@given(st.text(max_size=8), st.text(max_size=8))
def test_equal_is_equality(one: str, other: str) -> None:
    assert equal(one, other) == (one == other)
    assert equal(one, one)
