"""The platforms' own published examples, and what openssl and md5sum make of the rules they publish without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.channels.port import profiles
from backend.channels.port.errors import SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.signatures import SignatureProfile, sign, verify

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

# developer.ifood.com.br, webhook request, with the secret "dummysecret".
IFOOD_BODY = (
    b'{"code":"PLC","createdAt":"2023-02-20T18:19:03.20162269Z","fullCode":"PLACED",'
    b'"id":"a38ba215-f949-4b2c-982a-0582a9d0c10e","merchantId":"cad65e8f-6fc6-438a-b159-e64a902a6b9a",'
    b'"orderId":"2c97e104-35ed-4c18-85d7-854a40b6b9e3"}'
)
IFOOD_HEX = "6f9ed23a7b505a3b6907c5f6eb2ad1b056fbf35a643d365a9a072ed7aabca153"
# standard-webhooks 1.0.0, the vector of its libraries.
STANDARD_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_AT = datetime.fromtimestamp(1614265330, UTC)
STANDARD_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
# SQLPage's documentation of its hmac function, "Shopify webhook".
SHOP_BODY = b'{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}'
SHOP_BASE64 = "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw="
# RFC 4231, test case 2: what every HMAC-SHA256 in hex of a body must say.
RFC_KEY, RFC_BODY = "Jefe", b"what do ya want for nothing?"
RFC_HEX = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
# printf '%s' TEXT | md5sum, over the text that stands in each test, in one line; upper case for the last two.
MEITUAN_HEX = "96f47adc4d3d8dd4c343e9b6a32ccb12"
MEITUAN_PUSH_HEX = "67be80edfc1d11168e365316426edf39"
ELEME_HEX = "2E644C6A0828FB5C58A9F1FF115C226F"
JDDJ_HEX = "3FACABF4FD607DFE9C3CBD510F848F53"


@pytest.mark.parametrize(
    ("profile", "secret", "body", "signature"),
    [
        (profiles.IFOOD, "dummysecret", IFOOD_BODY, IFOOD_HEX),
        (profiles.SHOPIFY, "test-webhook-secret", SHOP_BODY, SHOP_BASE64),
        (profiles.WOOCOMMERCE, "test-webhook-secret", SHOP_BODY, SHOP_BASE64),
        (profiles.UBER, RFC_KEY, RFC_BODY, RFC_HEX),
        (profiles.HUBRISE, RFC_KEY, RFC_BODY, RFC_HEX),
        (profiles.WOLT, RFC_KEY, RFC_BODY, RFC_HEX),
        (profiles.DELIVERECT, RFC_KEY, RFC_BODY, RFC_HEX),
        (profiles.OPEN_DELIVERY, RFC_KEY, RFC_BODY, RFC_HEX),
    ],
)
def test_a_published_body_signature_is_reproduced(
    profile: SignatureProfile, secret: str, body: bytes, signature: str
) -> None:
    assert sign(profile, RawMessage(body), secret=secret) == signature
    verify(profile, RawMessage(body, {profile.field: signature}), secrets=[secret], now=NOW)


class TestStandardWebhooks:
    def test_the_vector_of_the_standard(self) -> None:
        message = RawMessage(STANDARD_BODY, STANDARD_HEADERS)
        found = verify(profiles.STANDARD_WEBHOOKS, message, secrets=[STANDARD_KEY], now=STANDARD_AT)
        assert found.nonce == STANDARD_HEADERS["webhook-id"]
        assert found.sent_at == STANDARD_AT
        assert sign(profiles.STANDARD_WEBHOOKS, message, secret=STANDARD_KEY) == STANDARD_HEADERS["webhook-signature"]

    def test_one_of_several_signatures_and_one_of_two_secrets_is_enough(self) -> None:
        several = f"v1a,AAAA {STANDARD_HEADERS['webhook-signature']} v1,garbage,more"
        message = RawMessage(STANDARD_BODY, {**STANDARD_HEADERS, "webhook-signature": several})
        found = verify(profiles.STANDARD_WEBHOOKS, message, secrets=["whsec_b3RoZXI=", STANDARD_KEY], now=STANDARD_AT)
        assert found.secret_index == 1

    @pytest.mark.parametrize(
        "signature", ["garbage", "v1,a,b", "v1,", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]
    )
    def test_a_malformed_signature_is_an_ordinary_refusal(self, signature: str) -> None:
        message = RawMessage(STANDARD_BODY, {**STANDARD_HEADERS, "webhook-signature": signature})
        with pytest.raises(SignatureInvalid):
            verify(profiles.STANDARD_WEBHOOKS, message, secrets=[STANDARD_KEY], now=STANDARD_AT)

    @pytest.mark.parametrize(("seconds", "is_taken"), [(300, True), (-300, True), (301, False), (-301, False)])
    def test_five_minutes_either_way(self, seconds: int, is_taken: bool) -> None:
        now = datetime.fromtimestamp(1614265330 + seconds, UTC)
        message = RawMessage(STANDARD_BODY, STANDARD_HEADERS)
        if is_taken:
            verify(profiles.STANDARD_WEBHOOKS, message, secrets=[STANDARD_KEY], now=now)
        else:
            with pytest.raises(SignatureInvalid):
                verify(profiles.STANDARD_WEBHOOKS, message, secrets=[STANDARD_KEY], now=now)


class TestSortedParameters:
    def test_the_example_of_keeta_s_authorization_guide(self) -> None:
        """The guide's own URL, parameters and secret "abc"; nothing but its address stands before the question mark."""
        body = (
            b'{"accessToken":"abc","appId":123,"shopId":123,"timestamp":1682566749,"sig":"",'
            b'"shopCategory":"{\\"id\\":123,\\"name\\":\\"test\\",\\"type\\":0,\\"description\\":null}"}'
        )
        url = "https://open.mykeeta.com/api/open/product/shopcategory/update"
        found = sign(profiles.KEETA, RawMessage(body), secret="abc", url=url)
        assert found == "48eb6d562bb0673e3db753831f032be237fc19d1e5c33fcb5386d89c0eebca86"

    def test_meituan_signs_url_parameters_and_secret(self) -> None:
        # https://waimaiopen.meituan.com/api/v1/order/confirm?app_id=409&order_id=1&timestamp=1767600000s3cret
        message = RawMessage(b"", query="timestamp=1767600000&order_id=1&app_id=409&sig=")
        url = "https://waimaiopen.meituan.com/api/v1/order/confirm"
        assert sign(profiles.MEITUAN, message, secret="s3cret", url=url) == MEITUAN_HEX

    def test_meituan_s_pushes_are_encoded_twice_and_signed_plain(self) -> None:
        # https://pick.example/push?app_id=409&caution=不要辣 谢谢&timestamp=1767600000s3cret
        twice = "%25E4%25B8%258D%25E8%25A6%2581%25E8%25BE%25A3%2B%25E8%25B0%25A2%25E8%25B0%25A2"
        body = f"caution={twice}&app_id=409&timestamp=1767600000&sig={MEITUAN_PUSH_HEX}".encode()
        url = "https://pick.example/push"
        verify(profiles.MEITUAN_PUSH, RawMessage(body), secrets=["s3cret"], now=NOW, url=url)

    def test_eleme_counts_the_secret_among_the_parameters(self) -> None:
        # body={"order_id":"1"}&cmd=order.create&encrypt=&secret=s3cret&source=62863
        # &ticket=CBB291F6-33BE-57CC-8FE3-441FE6E7BA6C&timestamp=1767600000&version=3
        body = (
            b"cmd=order.create&body=%7B%22order_id%22%3A%221%22%7D&encrypt=&source=62863&timestamp=1767600000&version=3"
            b"&ticket=CBB291F6-33BE-57CC-8FE3-441FE6E7BA6C&sign=" + ELEME_HEX.encode()
        )
        found = verify(profiles.ELEME, RawMessage(body), secrets=["s3cret"], now=NOW)
        assert found.nonce == "CBB291F6-33BE-57CC-8FE3-441FE6E7BA6C"

    def test_jddj_puts_the_secret_around_names_and_values(self) -> None:
        # s3cretapp_keyk1formatjsonjd_param_json{"billId":"1"}timestamp2026-01-05 16:00:00tokent1v1.0s3cret
        body = (
            b"token=t1&app_key=k1&timestamp=2026-01-05+16%3A00%3A00&format=json&v=1.0"
            b"&jd_param_json=%7B%22billId%22%3A%221%22%7D&sign=" + JDDJ_HEX.encode()
        )
        found = verify(profiles.JDDJ, RawMessage(body), secrets=["s3cret"], now=NOW)
        assert found.sent_at == NOW, "Beijing is eight hours ahead"


class TestDeliveroo:
    @pytest.mark.parametrize(
        ("profile", "text"), [(profiles.DELIVEROO, b"g-1 {}"), (profiles.DELIVEROO_LEGACY, b"g-1 \n {}")]
    )
    def test_the_guid_goes_first(self, profile: SignatureProfile, text: bytes) -> None:
        message = RawMessage(b"{}", {"x-deliveroo-sequence-guid": "g-1"})
        assert sign(profile, message, secret="k") == sign(profiles.UBER, RawMessage(text), secret="k")


class TestStaticToken:
    def test_the_right_one_with_its_prefix(self) -> None:
        profile = profiles.static_token("authorization", "Basic ")
        verify(profile, RawMessage(b"{}", {"authorization": "Basic s3cret"}), secrets=["s3cret"], now=NOW)
        for wrong in ({"authorization": "s3cret"}, {"authorization": "Basic s3cret "}, {}):
            with pytest.raises(SignatureInvalid):
                verify(profile, RawMessage(b"{}", wrong), secrets=["s3cret"], now=NOW)
