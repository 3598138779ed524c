"""Where a phone stands in the order of changes, as an opaque, authenticated text.

User and epoch are in the signature only: a cursor of somebody else, of an older epoch, forged or
damaged does not verify, and the phone is sent everything anew.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Cursor:
    """A position. Between pulls only `s` counts: every change up to it is on the phone.

    Within a pull of several pages, `hi` is the position that it leads to. First the buckets held
    before (granted up to `lo`) are read from `s` to `hi`; then the new ones are filled as of `hi`,
    of which (`bucket`, `entity`, `entity_id`) is the last row sent. `refill` are buckets that the
    phone asked to have sent whole.
    """

    s: int
    lo: int = -1
    hi: int = -1
    bucket: str = ""
    entity: str = ""
    entity_id: str = ""
    refill: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        return self.hi < 0


def write(cursor: Cursor, key: str, user_id: str, epoch: str) -> str:
    """The text of a cursor."""
    fields: list[object] = [cursor.s]
    if not cursor.is_settled:
        fields += [cursor.lo, cursor.hi, cursor.bucket, cursor.entity, cursor.entity_id, list(cursor.refill)]
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return _text(payload) + "." + _text(_mac(payload, key, user_id, epoch))


def read(text: object, key: str, user_id: str, epoch: str) -> Cursor | None:
    """The cursor of a text, or None if it is not one of this user and epoch."""
    if not isinstance(text, str):
        return None
    try:
        payload, mac = (_bytes(part) for part in text.split("."))
    except (ValueError, BadBase64):
        return None
    if not hmac.compare_digest(mac, _mac(payload, key, user_id, epoch)):
        return None
    s, *rest = json.loads(payload)
    if not rest:
        return Cursor(s)
    lo, hi, bucket, entity, entity_id, refill = rest
    return Cursor(s, lo, hi, bucket, entity, entity_id, tuple(refill))


def _mac(payload: bytes, key: str, user_id: str, epoch: str) -> bytes:
    message = b"\0".join((b"cursor", user_id.encode(), epoch.encode(), payload))
    return hmac.digest(key.encode(), message, sha256)[:16]


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
