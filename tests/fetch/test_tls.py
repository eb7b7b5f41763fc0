"""TLS checks the name of the address although the connection goes to a judged IP address."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from saycut.fetch import AddressRefused, DeadlinePassed, FetchFailed, Guard, fetch, post
from tests.fetch.servers import (
    LOOPBACK,
    PATIENCE_S,
    Outward,
    Server,
    allowing,
    page,
    redirecting,
    saying,
    serving,
)


class Signed:
    """A server's side of TLS with a certificate signed by itself, and the names it is asked for."""

    def __init__(self, folder: Path, *names: str, days: int = 1) -> None:
        self.path = folder / "server.pem"
        self.path.write_bytes(certificate(names, days))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.path)
        self.asked: list[str | None] = []
        self.context.sni_callback = lambda _socket, name, _context: self.asked.append(name)


def certificate(names: tuple[str, ...], days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Saycut tests")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + signed.public_bytes(serialization.Encoding.PEM)


def general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def to_loopback(*servers: Server, host: str) -> Guard:
    return allowing(*servers, hosts=[host, LOOPBACK], resolve=lambda _host, _port: [LOOPBACK])


def get(url: str, guard: Guard) -> bytes:
    pieces: list[bytes] = []
    fetch(url, pieces.append, guard=guard, bytes_max=1000, deadline_s=PATIENCE_S)
    return b"".join(pieces)


@pytest.mark.parametrize("host", ["media.example", LOOPBACK])
def test_a_trusted_certificate_for_the_name_is_taken(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outward: Outward
) -> None:
    signed = Signed(tmp_path, host)
    monkeypatch.setenv("SSL_CERT_FILE", str(signed.path))

    with serving(saying(page(b"sealed")), signed.context) as server:
        text = get(server.url(scheme="https", host=host), to_loopback(server, host=host))

    assert text == b"sealed"
    # Addresses are not sent as names (RFC 6066, 3).
    assert signed.asked == ["media.example" if host == "media.example" else None]
    assert outward.connects == [(LOOPBACK, server.port)]
    assert f"Host: {host}:{server.port}".encode() in server.requests[0]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    signed = Signed(tmp_path, "media.example", LOOPBACK)

    with serving(saying(page(b"sealed")), signed.context) as server:
        for host in ("media.example", LOOPBACK):
            with pytest.raises(FetchFailed, match="certificate is not valid for it"):
                get(server.url(scheme="https", host=host), to_loopback(server, host=host))
        with pytest.raises(FetchFailed, match="certificate is not valid for it"):
            post(server.url(scheme="https"), b"", {}, guard=allowing(server), deadline_s=PATIENCE_S)

    assert server.requests == []


@pytest.mark.parametrize(
    ("names", "days"),
    [(("other.example",), 1), ((LOOPBACK,), 1), (("media.example",), -1)],
    ids=["of another name", "of the address only", "expired"],
)
def test_a_trusted_certificate_that_does_not_fit_is_refused(
    names: tuple[str, ...], days: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = Signed(tmp_path, *names, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(signed.path))

    with (
        serving(saying(page(b"sealed")), signed.context) as server,
        pytest.raises(FetchFailed, match="certificate is not valid for it"),
    ):
        get(
            server.url(scheme="https", host="media.example"),
            to_loopback(server, host="media.example"),
        )

    assert server.requests == []


def test_a_server_without_tls_is_no_secure_server() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        server = Server(listener.getsockname()[1])

        def answer_at_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(page(b"plain"))
                connection.recv(65536)

        thread = Thread(target=answer_at_once)
        thread.start()
        with pytest.raises(FetchFailed, match=r"no secure connection \(TLS\) could be made"):
            get(server.url(scheme="https"), allowing(server))
        thread.join(PATIENCE_S)


def test_a_handshake_that_does_not_end_is_left_at_the_deadline() -> None:
    # Given a system that takes the connection, and a program that never looks at it.
    began_s = time.monotonic()
    with socket.create_server((LOOPBACK, 0)) as silent, pytest.raises(DeadlinePassed):
        server = Server(silent.getsockname()[1])
        post(server.url(scheme="https"), b"", {}, guard=allowing(server), deadline_s=0.3)

    assert time.monotonic() - began_s < PATIENCE_S / 2


def test_a_redirect_from_https_to_http_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outward: Outward
) -> None:
    signed = Signed(tmp_path, "media.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(signed.path))

    with (
        serving(saying(page(b"plain"))) as plain,
        serving(redirecting(lambda _path: plain.url()), signed.context) as sealed,
        pytest.raises(AddressRefused, match="leaves https for http"),
    ):
        get(
            sealed.url(scheme="https", host="media.example"),
            to_loopback(plain, sealed, host="media.example"),
        )

    assert outward.connects == [(LOOPBACK, sealed.port)]


def test_a_redirect_from_http_to_https_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = Signed(tmp_path, "media.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(signed.path))

    with (
        serving(saying(page(b"sealed")), signed.context) as sealed,
        serving(
            redirecting(lambda _path: sealed.url(scheme="https", host="media.example"))
        ) as plain,
    ):
        text = get(plain.url(), to_loopback(plain, sealed, host="media.example"))

    assert text == b"sealed"
