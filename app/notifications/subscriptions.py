"""Checks what a browser says of its push subscription: all of it is input of a user."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.core.errors import Refusal
from app.notifications import rules

POINT_BYTES = 65  # an uncompressed point of P-256 (RFC 8291, 2.1)
SECRET_BYTES = 16


def check(body: Mapping[str, Any], allowed_hosts: tuple[str, ...], our_key: str) -> dict[str, Any]:
    """The arguments of service.subscribe. Raises Refusal with the field that is wrong."""
    keys = body["keys"]
    if not rules.is_push_host(body["endpoint"], allowed_hosts):
        raise Refusal("push_host_not_allowed", fields={"endpoint": "push_host_not_allowed"})
    if not is_point(keys["p256dh"]):
        raise Refusal("push_bad_key", fields={"keys.p256dh": "push_bad_key"})
    if len(_decoded(keys["auth"])) != SECRET_BYTES:
        raise Refusal("push_bad_key", fields={"keys.auth": "push_bad_key"})
    if body["vapid_key"].rstrip("=") != our_key:
        raise Refusal("push_other_key", fields={"vapid_key": "push_other_key"}, status=409)
    return {
        "endpoint": body["endpoint"],
        "p256dh": keys["p256dh"].rstrip("="),
        "auth": keys["auth"].rstrip("="),
        "vapid_key": our_key,
        "replaces": body["replaces"],
    }


def is_point(text: str) -> bool:
    """Whether a text is a point of the curve P-256, uncompressed, in base64url."""
    raw = _decoded(text)
    if len(raw) != POINT_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return False
    return True


def _decoded(text: str) -> bytes:
    text = text.rstrip("=")
    try:
        return urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode("ascii"))
    except (binascii.Error, ValueError):
        return b""
