"""Plain HTTP beside HTTPS: the authority, how to trust it, and the way on."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend.main.certificates import StoreCertificate, keep_certificate
from backend.main.plain_door import AUTHORITY_PATH, TRUST_PATH, host_of, plain_door


@pytest.fixture
def kept(tmp_path: Path) -> StoreCertificate:
    return keep_certificate(tmp_path / "tls", ["localhost"], datetime.now(UTC))


@pytest.fixture
def client(kept: StoreCertificate) -> Iterator[TestClient]:
    with TestClient(plain_door(kept, 8443), base_url="http://192.168.1.20:8080", follow_redirects=False) as client:
        yield client


class TestAuthority:
    def test_a_phone_is_offered_to_install_it(self, client: TestClient, kept: StoreCertificate) -> None:
        answer = client.get(AUTHORITY_PATH)
        assert answer.headers["content-type"] == "application/x-x509-ca-cert"
        assert ssl.DER_cert_to_PEM_cert(answer.content).encode() == kept.authority.read_bytes()

    def test_no_key_is_ever_handed_out(self, client: TestClient) -> None:
        for path in ("/authority.key", "/server.key", "/../authority.key", "/var/tls/authority.key"):
            assert client.get(path).status_code == 308

    def test_the_page_says_how_in_three_languages(self, client: TestClient, kept: StoreCertificate) -> None:
        page = client.get(TRUST_PATH).text
        for language, name in (("en", "English"), ("zh-CN", "中文"), ("pt-BR", "Português")):
            assert f'<section id="{language}" lang="{language}">' in page
            assert f'<a href="#{language}" lang="{language}">{name}</a>' in page
        assert page.count("https://192.168.1.20:8443/") == 3
        assert kept.fingerprint in page
        assert "<svg" in page


class TestSendingOn:
    def test_everything_else_goes_to_https_at_the_same_host(self, client: TestClient) -> None:
        answer = client.get("/some/page?a=1&b=2")
        assert answer.status_code == 308
        assert answer.headers["location"] == "https://192.168.1.20:8443/some/page?a=1&b=2"

    def test_a_posted_order_is_sent_on_as_it_is(self, client: TestClient) -> None:
        assert client.post("/api/v1/orders", json={}).status_code == 308

    @pytest.mark.parametrize(
        ("header", "host"),
        [
            ("till.local:8080", "till.local"),
            ("192.168.1.20", "192.168.1.20"),
            ("[fe80::1]:8080", "[fe80::1]"),
            ("", ""),
            ("a b", ""),
            ("<script>", ""),
            ("[::1", ""),
        ],
    )
    def test_a_host_header_is_read_with_care(self, header: str, host: str) -> None:
        assert host_of(header) == host

    def test_no_host_is_told_so(self, client: TestClient) -> None:
        assert client.get("/", headers={"host": "a b"}).status_code == 400

    def test_a_page_for_a_strange_host_holds_nothing_of_it(self, client: TestClient) -> None:
        assert "<b>" not in client.get(TRUST_PATH, headers={"host": "<b>x</b>"}).text
