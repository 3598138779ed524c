"""Reads what a phone sends: size, compression, JSON, and the shape of the envelope.

Checked by hand, not by schemas: this runs for every mutation of every phone. The shapes are described
for OpenAPI in contract.py.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.errors import Refusal
from app.core.synced import dumps
from app.sync.pull import MAX_LIMIT
from app.sync.push import MAX_ARGS_BYTES, MAX_MUTATIONS, Item
from app.sync.run import SCHEMA

MAX_BODY_BYTES = 1024 * 1024
MAX_INFLATED_BYTES = 8 * 1024 * 1024
ID_LENGTH = 36
MAX_N = 2**53


@dataclass(frozen=True)
class Request:
    """One request for push and pull."""

    user_id: str
    client_id: str
    schema: int
    sent_at: datetime | None
    cursor: object
    limit: int
    refill: list[str]
    push: list[Item]


def read_body(raw: bytes, encoding: str) -> dict[str, Any]:
    """The JSON object of a body. Raises Refusal too_large (413), bad_gzip or bad_json (400)."""
    if len(raw) > MAX_BODY_BYTES:
        raise Refusal("too_large", status=413)
    if encoding == "gzip":
        raw = _inflate(raw)
    elif encoding not in ("", "identity"):
        raise Refusal("bad_gzip", status=415)
    try:
        body = json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refusal("bad_json", status=400) from None
    if not isinstance(body, dict):
        raise Refusal("bad_json", status=400)
    return body


def _inflate(raw: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        data = inflater.decompress(raw, MAX_INFLATED_BYTES + 1)
    except zlib.error:
        raise Refusal("bad_gzip", status=400) from None
    if len(data) > MAX_INFLATED_BYTES:
        raise Refusal("too_large", status=413)
    if not inflater.eof:
        raise Refusal("bad_gzip", status=400)
    return data


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    """A number with a fraction or an exponent; one like 1e400, which no phone can hold either, is not JSON of ours."""
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits} is too large")
    return value


def read_request(body: Mapping[str, Any]) -> Request:
    """The request of a body. Raises Refusal invalid (422) with what is wrong, too_large (413) past the limits."""
    reader = _Reader(body)
    limit = reader.number("limit", 1000, at_most=MAX_LIMIT)
    raw_push = reader.list("push")
    if len(raw_push) > MAX_MUTATIONS:
        raise Refusal("too_large", status=413)
    items = [_item(reader, place, raw) for place, raw in enumerate(raw_push)]
    refill = [name for name in reader.list("refill") if isinstance(name, str)][:MAX_MUTATIONS]
    request = Request(
        user_id=reader.name("user_id"),
        client_id=reader.name("client_id"),
        schema=reader.number("schema", None),
        sent_at=instant(body.get("sent_at")),
        cursor=body.get("cursor"),
        limit=limit,
        refill=refill,
        push=items,
    )
    if reader.wrong:
        raise Refusal("invalid", fields=reader.wrong)
    return request


def read_items(body: Mapping[str, Any]) -> list[Item]:
    """Only the mutations of a body."""
    reader = _Reader(body)
    items = [_item(reader, place, raw) for place, raw in enumerate(reader.list("push"))]
    if len(items) > MAX_MUTATIONS:
        raise Refusal("too_large", status=413)
    if reader.wrong:
        raise Refusal("invalid", fields=reader.wrong)
    return items


class _Reader:
    """Takes values out of a body and notes what is wrong."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.wrong: dict[str, str] = {}

    def name(self, key: str) -> str:
        value = self.body.get(key)
        if isinstance(value, str) and _is_name(value):
            return value
        self.wrong[key] = "missing_or_wrong"
        return ""

    def number(self, key: str, default: int | None, at_most: int = MAX_N) -> int:
        value = self.body.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= at_most:
            return value
        self.wrong[key] = "missing_or_wrong"
        return 1

    def list(self, key: str) -> list[Any]:
        value = self.body.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.wrong[key] = "missing_or_wrong"
        return []


def _is_name(value: Any) -> bool:
    """Whether a value can be an id: every database must be able to hold it."""
    return isinstance(value, str) and 0 < len(value) <= ID_LENGTH and value.isprintable()


def _item(reader: _Reader, place: int, raw: Any) -> Item:
    """One mutation. Without number, id and name it is not one; anything else that is wrong is a matter of its result."""
    is_object = isinstance(raw, dict)
    if not is_object:
        reader.wrong[f"push.{place}"] = "not_an_object"
        raw = {}
    inner = _Reader(raw)
    n, mid, name = inner.number("n", None), inner.name("mid"), raw.get("name")
    if not isinstance(name, str) or not name or len(name) > 80 or not name.isprintable():
        inner.wrong["name"] = "missing_or_wrong"
        name = ""
    reader.wrong.update((f"push.{place}.{key}", code) for key, code in inner.wrong.items() if is_object)
    problem: dict[str, str] = {}
    at = instant(raw.get("at"))
    if at is None:
        problem["at"] = "bad_instant"
    deps = raw.get("deps") or []
    if not isinstance(deps, list) or not all(_is_name(dep) for dep in deps):
        problem["deps"], deps = "missing_or_wrong", []
    supersedes = raw.get("supersedes")
    if supersedes is not None and not _is_name(supersedes):
        problem["supersedes"], supersedes = "missing_or_wrong", None
    withheld = raw.get("withheld")
    args = {"withheld": withheld} if withheld is not None else raw.get("args")
    if not isinstance(args, dict):
        problem["args"] = "not_an_object"
    args_json = _args_json(args)
    return Item(
        n, mid, _whole(raw.get("schema"), SCHEMA, 1), name, args, args_json, list(dict.fromkeys(deps)), supersedes, at,
        _whole(raw.get("offset_ms"), 0, -(10**14)), withheld is not None, problem or None,
    )  # fmt: skip


def _args_json(args: Any) -> str:
    """The arguments as they are kept."""
    text = dumps(args)
    if len(text.encode()) > MAX_ARGS_BYTES:
        raise Refusal("too_large", status=413)
    return text


def _whole(value: Any, default: int, at_least: int) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool) and at_least <= value <= 10**14
    return value if is_number else default


def instant(value: Any) -> datetime | None:
    """An ISO instant with a zone, in UTC, or None."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):  # midnight of the year 1 in Tokyo has no UTC
        return None
