"""A certificate of this machine's own, so that phones on the same network may use their microphone.

Browsers open the microphone only over HTTPS. Nobody vouches for this certificate: each phone warns once.
"""

import contextlib
import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from coach.errors import CoachError

VALID_DAYS = 365
# Renewed before it runs out in the middle of something.
LEFT_DAYS = 14


def addresses() -> list[str]:
    """This machine's addresses on its networks, the one that others most likely reach first."""
    found: list[str] = []
    # Which address would be used to reach another network; nothing is sent.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("10.255.255.255", 1))
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [one for one in dict.fromkeys(found) if not ipaddress.ip_address(one).is_loopback]


def certificate(folder: Path, hosts: list[str]) -> tuple[Path, Path]:
    """The files of certificate and key for ``hosts``, made where there is none that fits. Raises CoachError."""
    files = folder / "certificate.pem", folder / "key.pem"
    try:
        if not _fits(files[0], hosts) or not files[1].is_file():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make(*files, hosts)
    except ImportError as exc:
        raise CoachError("HTTPS needs the cryptography package. Run: uv sync") from exc
    except OSError as exc:
        raise CoachError(f"The certificate cannot be written to {folder} ({exc.strerror}).") from exc
    return files


def _fits(file: Path, hosts: list[str]) -> bool:
    from cryptography import x509

    try:
        made = x509.load_pem_x509_certificate(file.read_bytes())
        names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    known = {str(one.value) for one in names}
    lasts = made.not_valid_after_utc - datetime.now(UTC) > timedelta(days=LEFT_DAYS)
    return lasts and known >= set(hosts)


def _make(certificate: Path, key: Path, hosts: list[str]) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trust Coach on this machine")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    secret_pem = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret_pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _name(host: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
