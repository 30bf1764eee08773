"""Tokens that are signed here: as openssl signs them, and no secret that is none."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from backend.channels.adapters.doordash.client import make_token

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SECRET = "bm90LWEtc2VjcmV0LW9ubHktYS10ZXN0"  # "not-a-secret-only-a-test"
# printf '%s' HEADER.CLAIMS | openssl dgst -sha256 -hmac not-a-secret-only-a-test -binary, in base64url
SIGNATURE = "wudX569djkHoROzwjWWDvJI68aDTpp77w1--ZfPNFms"


def token(secret: str = SECRET) -> str:
    return make_token(developer_id="dev_1", key_id="key_1", secret=secret, now=NOW)


def test_a_token_is_what_openssl_makes_of_its_parts() -> None:
    header, claims, signature = token().split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS256", "typ": "JWT", "dd-ver": "DD-JWT-V1"}
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"] == 1767600300
    assert signature == SIGNATURE


@pytest.mark.parametrize("secret", ["not base64!", "abcde", "é"])
def test_a_secret_that_is_none(secret: str) -> None:
    with pytest.raises(ValueError):
        token(secret)
