"""The same line over TLS: certificates are checked, and a deadline covers the handshake too."""

import datetime
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assets.providers import network
from assets.providers.base import NotConnected, ReadFailed, TextToVideo
from assets.providers.kie import Kie
from assets.providers.safe_http import FetchFailed, Limits, fetch

from .raw import RawServer, http, raw_server

CREDIT = http(b'{"code":200,"data":512.5}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def server(certificate: Path) -> Iterator[RawServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with raw_server(CREDIT, wrap=lambda sock: context.wrap_socket(sock, server_side=True)) as running:
        yield running


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(network, "_tls", lambda: context)


@pytest.mark.usefixtures("trusted")
def test_a_call_over_tls(server: RawServer) -> None:
    url = f"https://{server.address}"
    assert Kie(url, url, "key").credit() == 512.5


@pytest.mark.usefixtures("trusted")
def test_a_fetch_over_tls(server: RawServer) -> None:
    sink = BytesIO()
    fetch(f"https://{server.address}/a.mp4", sink.write, Limits(), [server.address])
    assert sink.getvalue().startswith(b'{"code"')


def test_a_certificate_nobody_signed_is_refused(server: RawServer) -> None:
    url = f"https://{server.address}"
    with pytest.raises(NotConnected):
        Kie(url, url, "key").create_task(TextToVideo("A", 5, True, "16:9"), None)
    with pytest.raises(FetchFailed):
        fetch(url, BytesIO().write, Limits(), [server.address])
    assert server.heads == []


def test_a_silent_handshake_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.providers.kie.READ_SECONDS", 0.3)
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ReadFailed):
            Kie(url, url, "key", backoff=()).credit()
    assert time.monotonic() - started < 3
