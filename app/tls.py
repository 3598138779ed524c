"""HTTPS on the local network, for trying the app on a phone: a phone installs and gets push only over HTTPS.

We are our own certificate authority: its key stays in DATA_DIR/tls (mode 600), its certificate is installed
on the phone once. The server's certificate names this machine's addresses and is made anew when they change.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # phones refuse server certificates that live longer
RENEW_DAYS = 30


def local_addresses() -> list[str]:
    """This machine's addresses as phones in the same network see it; the one of the default route first."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))  # sends nothing: it only asks which address would be used
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    try:
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        pass
    usable = [address for address in dict.fromkeys(found) if not address.startswith("127.")]
    return usable or ["127.0.0.1"]


def server_certificate(folder: Path, addresses: list[str], now: datetime.datetime) -> tuple[Path, Path]:
    """Paths of the server's certificate and key for these addresses, made if they are missing, old or of other addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, authority_key = _authority(folder, now)
    certificate, key = folder / "server.crt", folder / "server.key"
    if not (certificate.exists() and key.exists() and _still_good(certificate, authority, addresses, now)):
        made, made_key = _issue(authority, authority_key, addresses, now)
        _write_private(key, _key_pem(made_key))
        certificate.write_bytes(_pem(made) + _pem(authority))
    return certificate, key


def _authority(folder: Path, now: datetime.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, key = folder / "ca.crt", folder / "ca.key"
    if certificate.exists() and key.exists():
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key} holds another kind of key than we made; move the folder {folder} away")
        return x509.load_pem_x509_certificate(certificate.read_bytes()), loaded
    made_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Paceline on {socket.gethostname()}"[:64])])
    made = (
        _builder(name, name, made_key.public_key(), made_key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(made_key, hashes.SHA256())
    )
    _write_private(key, _key_pem(made_key))
    certificate.write_bytes(_pem(made))
    return made, made_key


def _issue(
    authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, addresses: list[str], now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, addresses[0])])
    certificate = (
        _builder(authority.subject, name, key.public_key(), authority_key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_names(addresses), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return certificate, key


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)  # a phone's clock may be behind
        .not_valid_after(now + days * DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _names(addresses: list[str]) -> x509.SubjectAlternativeName:
    numbers = [x509.IPAddress(ipaddress.ip_address(address)) for address in dict.fromkeys([*addresses, "127.0.0.1", "::1"])]
    hosts = [x509.DNSName("localhost"), x509.DNSName(f"{socket.gethostname().split('.')[0]}.local")]
    return x509.SubjectAlternativeName([*numbers, *hosts])


def _still_good(path: Path, authority: x509.Certificate, addresses: list[str], now: datetime.datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    is_ours = certificate.issuer == authority.subject
    return is_ours and set(addresses) <= held and certificate.not_valid_after_utc > now + RENEW_DAYS * DAY


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


# --- The page from which a phone takes the authority's certificate -------------------------------

PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Paceline 知行</title>
<style>body{{font:17px/1.5 system-ui;margin:24px auto;max-width:34em;padding:0 16px}}a{{font-size:20px}}</style>
<h1>Paceline 知行</h1>
<p><a href="/ca.crt">下载证书 · Download the certificate</a></p>
<p>装好后打开 · then open: <a href="{url}">{url}</a></p>
<h2>iPhone / iPad</h2>
<ol><li>用 Safari 打开本页并下载证书。 Open this page in Safari and download the certificate.</li>
<li>设置 → 已下载描述文件 → 安装。 Settings → Profile Downloaded → Install.</li>
<li>设置 → 通用 → 关于本机 → 证书信任设置，打开 Paceline。 Settings → General → About → Certificate Trust Settings:
switch Paceline on.</li></ol>
<h2>Android</h2>
<ol><li>下载证书。 Download the certificate.</li>
<li>设置 → 安全 → 更多安全设置 → 加密与凭据 → 安装证书 → CA 证书，选择文件。 Settings → Security → Encryption and
credentials → Install a certificate → CA certificate, and choose the file.</li></ol>
<p>试用完请在同一处删除它。 Remove it in the same place when you have finished trying.</p></html>
"""


class CertificatePage:
    """A small plain HTTP server for the certificate alone; it must not need the certificate it hands out."""

    def __init__(self, host: str, port: int, folder: Path, url: str) -> None:
        answers = {
            "/": ("text/html; charset=utf-8", PAGE.format(url=url).encode()),
            "/ca.crt": ("application/x-x509-ca-cert", (folder / "ca.crt").read_bytes()),
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = answers.get(self.path, ("text/plain", b""))
                self.send_response(200 if self.path in answers else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody needs a line for each."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stops answering."""
        self._server.shutdown()
        self._server.server_close()
