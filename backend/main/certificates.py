"""A store's own certificate: browsers let a camera and a service worker run only where the address is secure.

One authority is made once and kept; phones trust it once. The server's certificate is made from it, and made again
where its names have changed or it is about to end. The authority may vouch for private addresses and local names alone,
so that whoever steals its key cannot pass for somebody's bank (RFC 5280, 4.2.1.10).
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_YEARS = 10
SERVER_DAYS = 397  # Apple's phones refuse more than 825 days, others may follow the web's 398
RENEW_DAYS = 30
BACKDATED = timedelta(days=1)  # a phone's clock may be behind
LOCAL_DOMAINS = ("localhost", "local", "lan", "home", "home.arpa", "internal", "test", "store")
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
PRIVATE_NETWORKS_6 = ("fc00::/7", "fe80::/10", "::1/128")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class StoreCertificate:
    """Files for the server, and the authority that phones must trust."""

    certificate: Path
    key: Path
    authority: Path

    @property
    def authority_der(self) -> bytes:
        return self._authority.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority, in pairs, as phones show it."""
        return self._authority.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def _authority(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.authority.read_bytes())


def keep_certificate(folder: Path, names: Iterable[str], now: datetime) -> StoreCertificate:
    """The store's certificate for these host names and addresses, made where it is missing, too narrow or nearly over.

    Raises ValueError for a name the authority may not vouch for: neither a private address nor a local name.
    """
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        _refuse_public(name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = StoreCertificate(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    authority_key = folder / "authority.key"
    if not (kept.authority.exists() and authority_key.exists()):
        _make_authority(kept.authority, authority_key, now)
    if not _serves(kept, wanted, now):
        _make_server(kept, authority_key, wanted, now)
    return kept


def local_names(addresses: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """What a phone in the store may call this machine: its names in the local network, and its addresses."""
    name = socket.gethostname().lower()
    names = ["localhost", "127.0.0.1", "::1", f"{name.partition('.')[0]}.local", name, *addresses, *more]
    return [each for each in dict.fromkeys(names) if each in more or not _is_public(each)]


def _make_authority(certificate: Path, key_file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Blinkpick"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Blinkpick on {socket.gethostname()[:40]}"),
        ]
    )
    networks = [ipaddress.ip_network(each) for each in (*PRIVATE_NETWORKS, *PRIVATE_NETWORKS_6)]
    permitted = [*map(x509.DNSName, LOCAL_DOMAINS), *map(x509.IPAddress, networks)]
    built = (
        _unsigned(name, name, key.public_key(), now, timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))


def _make_server(kept: StoreCertificate, authority_key: Path, names: Sequence[str], now: datetime) -> None:
    authority = x509.load_pem_x509_certificate(kept.authority.read_bytes())
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey), "we made it"
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Blinkpick")])
    built = (
        _unsigned(subject, authority.subject, key.public_key(), now, timedelta(days=SERVER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(kept.key, key)
    chain = [built, authority]
    kept.certificate.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain))


def _serves(kept: StoreCertificate, names: Sequence[str], now: datetime) -> bool:
    """Whether the kept certificate is of the kept authority, for all these names, and for some time to come."""
    if not (kept.certificate.exists() and kept.key.exists()):
        return False
    try:
        server, authority = x509.load_pem_x509_certificates(kept.certificate.read_bytes())
        key = serialization.load_pem_private_key(kept.key.read_bytes(), None)
        named = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except ValueError:
        return False
    is_ours = authority.public_bytes(serialization.Encoding.PEM) == kept.authority.read_bytes()
    is_pair = key.public_key() == server.public_key()
    is_named = all(_general_name(name) in named for name in names)
    return is_ours and is_pair and is_named and server.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - BACKDATED).not_valid_after(now + life)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Readable by nobody else, from its first byte on."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def _general_name(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_public(name: str) -> bool:
    address = _address(name)
    if address is not None:
        networks = PRIVATE_NETWORKS if address.version == 4 else PRIVATE_NETWORKS_6
        return not any(address in ipaddress.ip_network(network) for network in networks)
    return not any(name == domain or name.endswith(f".{domain}") for domain in LOCAL_DOMAINS)


def _refuse_public(name: str) -> None:
    if _is_public(name):
        raise ValueError(
            f"{name} is neither a private address nor a local name: a certificate for it comes from a public authority"
        )
