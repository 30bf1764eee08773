"""The store's own certificate: real clients believe it once they trust its authority, and not before."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from backend.main.certificates import RENEW_DAYS, SERVER_DAYS, StoreCertificate, keep_certificate, local_names

NOW = datetime.now(UTC)
NAMES = ["localhost", "127.0.0.1", "192.168.1.20", "till.local"]


@pytest.fixture
def kept(tmp_path: Path) -> StoreCertificate:
    return keep_certificate(tmp_path / "tls", NAMES, NOW)


@contextmanager
def served(kept: StoreCertificate) -> Iterator[int]:
    """A TLS server on a free port that shakes hands with whoever comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept.certificate, kept.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(near, server_side=True) as spoken:
                        spoken.recv(1)
                except OSError:
                    near.close()

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]


def greet(kept: StoreCertificate, trusted: ssl.SSLContext, name: str) -> None:
    with served(kept) as port, socket.create_connection(("127.0.0.1", port)) as plain:
        trusted.wrap_socket(plain, server_hostname=name).close()


def trusting(kept: StoreCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=kept.authority)


class TestTrust:
    @pytest.mark.parametrize("name", NAMES)
    def test_who_trusts_the_authority_believes_every_name(self, kept: StoreCertificate, name: str) -> None:
        greet(kept, trusting(kept), name)

    def test_nobody_else_does(self, kept: StoreCertificate) -> None:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get"):
            greet(kept, ssl.create_default_context(), "localhost")

    def test_another_name_is_not_believed(self, kept: StoreCertificate) -> None:
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            greet(kept, trusting(kept), "192.168.1.21")

    def test_the_authority_cannot_pass_for_a_public_site(
        self, kept: StoreCertificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever has its key may sign what they like: phones refuse it all the same."""
        monkeypatch.setattr("backend.main.certificates._refuse_public", lambda name: None)
        forged = keep_certificate(kept.authority.parent, ["bank.example"], NOW)
        assert forged.authority == kept.authority
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            greet(forged, trusting(kept), "bank.example")


class TestKeeping:
    def test_a_restart_keeps_both(self, kept: StoreCertificate) -> None:
        before = kept.certificate.read_bytes(), kept.authority.read_bytes()
        again = keep_certificate(kept.authority.parent, NAMES[:2], NOW + timedelta(days=30))
        assert (again.certificate.read_bytes(), again.authority.read_bytes()) == before

    def test_a_new_address_gets_a_new_certificate_of_the_same_authority(self, kept: StoreCertificate) -> None:
        authority = kept.authority.read_bytes()
        again = keep_certificate(kept.authority.parent, [*NAMES, "10.0.0.9"], NOW)
        assert again.authority.read_bytes() == authority
        greet(again, trusting(kept), "10.0.0.9")

    def test_what_is_nearly_over_is_made_again(self, kept: StoreCertificate) -> None:
        before = kept.certificate.read_bytes()
        keep_certificate(kept.authority.parent, NAMES, NOW + timedelta(days=SERVER_DAYS - RENEW_DAYS + 1))
        assert kept.certificate.read_bytes() != before

    def test_a_broken_file_is_made_again(self, kept: StoreCertificate) -> None:
        kept.certificate.write_bytes(b"half a certif")
        greet(keep_certificate(kept.authority.parent, NAMES, NOW), trusting(kept), "localhost")

    def test_a_lost_authority_makes_everything_anew(self, kept: StoreCertificate) -> None:
        kept.authority.unlink()
        again = keep_certificate(kept.authority.parent, NAMES, NOW)
        greet(again, trusting(again), "localhost")

    def test_keys_are_nobody_elses_to_read(self, kept: StoreCertificate) -> None:
        for key in (kept.key, kept.authority.with_name("authority.key")):
            assert stat.S_IMODE(key.stat().st_mode) == 0o600

    def test_phones_take_no_longer_life(self, kept: StoreCertificate) -> None:
        server = x509.load_pem_x509_certificate(kept.certificate.read_bytes())
        assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=398)

    @pytest.mark.parametrize("name", ["pick.example.com", "8.8.8.8", "2001:db8::1"])
    def test_public_names_are_refused_with_words(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match="comes from a public authority"):
            keep_certificate(tmp_path, [name], NOW)


class TestLocalNames:
    def test_addresses_and_names_phones_may_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket, "gethostname", lambda: "Till-7")
        names = local_names(["192.168.1.20", "203.0.113.9"], ["pick.lan"])
        assert names == ["localhost", "127.0.0.1", "::1", "till-7.local", "192.168.1.20", "pick.lan"]

    def test_what_somebody_asked_for_is_never_dropped_in_silence(self) -> None:
        assert "pick.example.com" in local_names([], ["pick.example.com"])
