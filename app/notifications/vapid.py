"""The key by which push services know this server (VAPID, RFC 8292)."""

from __future__ import annotations

import os
import re
import tempfile
import time
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from app.config import BadSetting, Settings

HEADER_LIFE = 12 * 3600  # seconds; services take at most 24 hours
RENEW_BEFORE = 6 * 3600  # a kept header has at least this long to go
UNREACHABLE = re.compile(r"(^|[@./])(localhost|[\w-]+\.(local|localhost|invalid|test|internal))$", re.IGNORECASE)


class VapidKeys:
    """The key pair and the headers signed with it, kept per push service."""

    def __init__(self, vapid: Vapid02, subject: str) -> None:
        self._vapid = vapid
        self._subject = subject
        self._kept: dict[str, tuple[int, dict[str, str]]] = {}

    @property
    def public_key(self) -> str:
        """The public key as browsers take it: `applicationServerKey` in base64url."""
        point: bytes = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return urlsafe_b64encode(point).rstrip(b"=").decode()

    def headers(self, origin: str) -> dict[str, str]:
        """The `Authorization` header for a push service. Signing costs more than sending, so it is kept for hours.

        Reads the real clock: push services compare with theirs, whatever day the application is shifted to.
        """
        now = int(time.time())
        expires, headers = self._kept.get(origin, (0, {}))
        if expires - now < RENEW_BEFORE:
            expires = now + HEADER_LIFE
            # A new dict each time: py_vapid writes into what it gets.
            headers = self._vapid.sign({"sub": self._subject, "aud": origin, "exp": expires})
            self._kept[origin] = (expires, headers)
        return dict(headers)


def ensure_vapid_keys(settings: Settings) -> VapidKeys:
    """The keys of this installation: from the setting, or from a file made at the first start (mode 600).

    Raises BadSetting if the key or the subject cannot be used.
    """
    return _load(settings.vapid_private_key.strip(), settings.data_dir / "vapid_private_key.pem", settings.vapid_subject)


@cache
def _load(setting: str, path: Path, subject: str) -> VapidKeys:
    check_subject(subject)
    try:
        if not setting:
            vapid = Vapid02.from_pem(_kept_key(path))
        elif "-----BEGIN" in setting:
            vapid = Vapid02.from_pem(setting.encode())
        else:
            vapid = Vapid02.from_string(setting)
    except Exception as error:
        where = "VAPID_PRIVATE_KEY" if setting else str(path)
        raise BadSetting(f"{where}: write a P-256 private key in PEM or base64url ({error})") from None
    return VapidKeys(vapid, subject)


def check_subject(subject: str) -> None:
    """Raises BadSetting for a contact that is no mailto: or https: address."""
    if not re.match(r"(mailto:[^@\s]+@[\w.-]+|https://[\w.-]+(/\S*)?)$", subject):
        raise BadSetting(f"VAPID_SUBJECT: write mailto:someone@your.company or an https address, not {subject!r}")


def subject_warning(subject: str) -> str | None:
    """What to say at start about a contact that push services may refuse (Apple does); None if it is fine."""
    host = re.sub(r"^https://", "", subject).split("/")[0]
    if UNREACHABLE.search(host):
        return f"VAPID_SUBJECT is {subject}: Apple refuses pushes with an address that cannot be reached. Set it to one of yours."
    return None


def _kept_key(path: Path) -> bytes:
    """The key in the file; made at the first call. Written beside and linked, so no other process reads half of it."""
    if not path.exists():
        vapid = Vapid02(ec.generate_private_key(ec.SECP256R1()))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".vapid")  # mode 600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(vapid.private_pem())
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            os.unlink(beside)
    return path.read_bytes()
