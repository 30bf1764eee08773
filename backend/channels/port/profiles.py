"""The signatures of the platforms we know, one line each: where they are from stands beside them.

Sources: the platforms' own pages (Shopify, WooCommerce, HubRise, Deliveroo, Uber, iFood, Open Delivery, Keeta, Standard
Webhooks 1.0.0, open-be.ele.me developer guide), and for Meituan and JD Daojia what several public clients do alike.
"""

from __future__ import annotations

from backend.channels.port.signatures import (
    Algorithm,
    Encoding,
    KeyForm,
    Place,
    SignatureProfile,
    TimeForm,
    TimeRule,
)
from backend.channels.port.signed_texts import (
    HeadersAndBody,
    Parameters,
    RawBody,
    SecretStands,
    SortedParameters,
)

# Where a platform does not say how long its messages are good, nor whether a repeat carries a new instant: long enough
# for whatever it sends again after an outage, short enough that nothing recorded is of use the day after.
UNPUBLISHED_TOLERANCE_S = 86_400


def body_hmac(header: str, *encodings: Encoding) -> SignatureProfile:
    """HMAC-SHA256 over the raw body, in a header."""
    return SignatureProfile(
        place=Place.HEADER,
        field=header,
        algorithm=Algorithm.HMAC_SHA256,
        text=RawBody(),
        encodings=encodings or (Encoding.HEX,),
    )


def static_token(header: str, prefix: str = "") -> SignatureProfile:
    """A secret both sides agreed on, sent as it is: DoorDash, Delivery Hero."""
    return SignatureProfile(place=Place.HEADER, field=header, algorithm=Algorithm.TOKEN, text=RawBody(), prefix=prefix)


STANDARD_WEBHOOKS = SignatureProfile(
    place=Place.HEADER,
    field="webhook-signature",
    algorithm=Algorithm.HMAC_SHA256,
    text=HeadersAndBody(("webhook-id", "webhook-timestamp"), b"."),
    encodings=(Encoding.BASE64,),
    prefix="v1,",
    separator=" ",
    key_form=KeyForm.WHSEC,
    time=TimeRule(place=Place.HEADER, field="webhook-timestamp", form=TimeForm.SECONDS, tolerance_s=300),
    nonce="webhook-id",
)
OPEN_DELIVERY = body_hmac(
    "x-app-signature", Encoding.HEX, Encoding.HEX_UPPER, Encoding.BASE64
)  # lower case says the standard, base64 one large host
IFOOD = body_hmac("x-ifood-signature")
UBER = body_hmac("x-uber-signature")
HUBRISE = body_hmac("x-hubrise-hmac-sha256")
WOLT = body_hmac("wolt-signature")
DELIVERECT = body_hmac("x-server-authorization-hmac-sha256")
SHOPIFY = body_hmac("x-shopify-hmac-sha256", Encoding.BASE64)
WOOCOMMERCE = body_hmac("x-wc-webhook-signature", Encoding.BASE64)


def _deliveroo(separator: bytes) -> SignatureProfile:
    return SignatureProfile(
        place=Place.HEADER,
        field="x-deliveroo-hmac-sha256",
        algorithm=Algorithm.HMAC_SHA256,
        text=HeadersAndBody(("x-deliveroo-sequence-guid",), separator),
        nonce="x-deliveroo-sequence-guid",
    )


DELIVEROO = _deliveroo(b" ")
DELIVEROO_LEGACY = _deliveroo(b" \n ")


def _seconds(field: str) -> TimeRule:
    return TimeRule(place=Place.PARAMETER, field=field, form=TimeForm.SECONDS, tolerance_s=UNPUBLISHED_TOLERANCE_S)


_MEITUAN_NAMES = frozenset({"app_id", "timestamp", "sig"})
MEITUAN = SignatureProfile(
    place=Place.PARAMETER,
    field="sig",
    algorithm=Algorithm.MD5,
    text=SortedParameters("sig", SecretStands.AFTER, _MEITUAN_NAMES, has_url=True),
)
MEITUAN_PUSH = SignatureProfile(
    place=Place.PARAMETER,
    field="sig",
    algorithm=Algorithm.MD5,
    text=SortedParameters("sig", SecretStands.AFTER, _MEITUAN_NAMES, has_url=True, is_decoded_twice=True),
    time=_seconds("timestamp"),
)
KEETA = SignatureProfile(
    place=Place.PARAMETER,
    field="sig",
    algorithm=Algorithm.SHA256,
    text=SortedParameters(
        "sig",
        SecretStands.AFTER,
        frozenset({"appId", "timestamp", "sig"}),
        source=Parameters.JSON,
        has_url=True,
    ),
    time=_seconds("timestamp"),
)
ELEME = SignatureProfile(
    place=Place.PARAMETER,
    field="sign",
    algorithm=Algorithm.MD5,
    encodings=(Encoding.HEX_UPPER,),
    text=SortedParameters(
        "sign",
        SecretStands.AMONG,
        frozenset({"body", "cmd", "source", "ticket", "timestamp", "version", "sign"}),
        allowed=frozenset(
            {"access_token", "body", "cmd", "encrypt", "fields", "source", "ticket", "timestamp", "version", "sign"}
        ),
    ),
    time=_seconds("timestamp"),
    nonce="ticket",
)
JDDJ = SignatureProfile(
    place=Place.PARAMETER,
    field="sign",
    algorithm=Algorithm.MD5,
    encodings=(Encoding.HEX_UPPER,),
    text=SortedParameters(
        "sign",
        SecretStands.AROUND,
        frozenset({"app_key", "format", "jd_param_json", "sign", "timestamp", "token", "v"}),
        equals="",
        between="",
        allowed=frozenset({"app_key", "format", "jd_param_json", "sign", "timestamp", "token", "v"}),
    ),
    time=TimeRule(place=Place.PARAMETER, field="timestamp", form=TimeForm.BEIJING, tolerance_s=360),
)
