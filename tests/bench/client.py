"""A phone without a screen: it speaks the wire and nothing else, so that the measurement is the server's."""

from __future__ import annotations

import gzip
import http.client
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class SignIn:
    """A session that several clients of one person share."""

    url: str
    cookie: str
    user_id: str

    @classmethod
    def make(cls, url: str, email: str, password: str) -> SignIn:
        """Signs in. Raises RuntimeError with the server's words."""
        place = urlsplit(url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port)
        body = json.dumps({"email": email, "password": password})
        connection.request("POST", "/api/session", body, {"Content-Type": "application/json", "Origin": url})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"could not sign in as {email}: {answer.status} {content.decode()}")
        cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return cls(url, "; ".join(cookies), json.loads(content)["user"]["id"])


@dataclass
class Client:
    """One local database: it numbers its mutations and keeps its cursor."""

    sign_in: SignIn
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    n: int = 0
    cursor: str | None = None
    bytes_received: int = 0  # of bodies, as they came over the wire
    rows: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = urlsplit(self.sign_in.url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)

    def task(self, title: str) -> dict[str, Any]:
        """The next mutation: a new task, the smallest thing that a rep saves."""
        self.n += 1
        return {
            "n": self.n,
            "mid": str(uuid.uuid4()),
            "schema": 1,
            "name": "visits.add_task",
            "args": {"id": str(uuid.uuid4()), "title": title, "due_on": "2030-01-31"},
            "deps": [],
            "supersedes": None,
            "at": _now(),
            "offset_ms": 0,
        }

    def sync(self, push: list[dict[str, Any]] | None = None, limit: int = 2000) -> dict[str, Any]:
        """One round trip. Raises RuntimeError unless everything pushed was applied."""
        answer = self.exchange(push or [], limit)
        refused = [result for result in answer["results"] if result["status"] != "applied"]
        if refused or len(answer["results"]) != len(push or []):
            raise RuntimeError(f"not applied: {refused[:2] or answer}")
        return answer

    def exchange(self, push: list[dict[str, Any]], limit: int) -> dict[str, Any]:
        """Sends and receives, taking in the changes."""
        body = {
            "user_id": self.sign_in.user_id,
            "client_id": self.client_id,
            "schema": 1,
            "sent_at": _now(),
            "cursor": self.cursor,
            "limit": limit,
            "refill": [],
            "push": push,
        }
        self._connection.request("POST", "/api/sync", json.dumps(body), self._headers())
        response = self._connection.getresponse()
        content = response.read()
        self.bytes_received += len(content)
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if response.status != 200:
            raise RuntimeError(f"{response.status} {content.decode()[:500]}")
        answer: dict[str, Any] = json.loads(content)
        for change in answer["changes"]:
            key = (change["entity"], change["id"])
            if change["op"] == "put":
                self.rows[key] = change["row"]
        self.cursor = answer["cursor"]
        return answer

    def pull_all(self) -> None:
        """Pulls until nothing more comes."""
        while self.sync()["more"]:
            pass

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Accept-Encoding": "gzip",
            "Origin": self.sign_in.url,
            "Cookie": self.sign_in.cookie,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
