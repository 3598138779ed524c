"""Sends one web push (RFC 8030, RFC 8291, RFC 8292). Knows no database."""

from __future__ import annotations

import asyncio
import random
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from pywebpush import WebPusher

from app.notifications import rules
from app.notifications.rules import Outcome
from app.notifications.vapid import VapidKeys

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
CONNECTIONS = 128
CONNECTIONS_PER_HOST = 64  # a service that hangs leaves room for the others


@dataclass(frozen=True)
class Push:
    """One message to one browser: everything that sending needs."""

    endpoint: str
    p256dh: str
    auth: str
    body: bytes
    topic: str
    is_urgent: bool
    ttl: int  # seconds
    attempts: int = 1


class PublicResolver(AbstractResolver):
    """Resolves names only to public addresses, so that no endpoint reaches into our own network.

    The connection goes to the very address that was checked. Loopback is allowed if it is listed by name.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._inner = ThreadedResolver()
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        is_listed_loopback = rules.is_loopback(host) and (host in self._allowed or f"{host}:{port}" in self._allowed)
        public = [entry for entry in found if is_listed_loopback or rules.is_public_address(entry["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._inner.close()


class _NoRedirects:
    """A session whose posts never follow a redirect: an endpoint is a user's input."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def post(self, url: str, **kwargs: Any) -> aiohttp.ClientResponse:
        return await self._session.post(url, allow_redirects=False, **kwargs)


class PushSender:
    """Sends pushes over one session. Use as an async context manager."""

    def __init__(self, keys: VapidKeys, allowed_hosts: tuple[str, ...], timeout: aiohttp.ClientTimeout | None = None) -> None:
        self._keys = keys
        self._allowed = allowed_hosts
        self._timeout = timeout or TIMEOUT

    async def __aenter__(self) -> PushSender:
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS, limit_per_host=CONNECTIONS_PER_HOST, resolver=PublicResolver(self._allowed)
        )
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, push: Push) -> Outcome:
        """Tries once. Whatever goes wrong becomes an Outcome; nothing is raised."""
        if not rules.is_push_host(push.endpoint, self._allowed):
            return Outcome("failed", error="host_not_allowed")
        try:
            async with asyncio.timeout(self._timeout.total):
                response = await self._post(push)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            reason = "timeout" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
            return Outcome("later", rules.backoff(push.attempts, random.random()), reason[:300])
        except Exception as error:  # a subscription whose keys cannot be used, say: it will not get better
            return Outcome("failed", error=f"{type(error).__name__}: {error}"[:300])
        header = response.headers.get("Retry-After")
        return rules.read_answer(response.status, header, push.attempts, random.random(), datetime.now(UTC))

    async def _post(self, push: Push) -> aiohttp.ClientResponse:
        pusher = WebPusher(
            {"endpoint": push.endpoint, "keys": {"p256dh": push.p256dh, "auth": push.auth}},
            aiohttp_session=_NoRedirects(self._session),
        )
        headers = self._keys.headers(rules.origin(push.endpoint))
        headers["Topic"] = push.topic
        headers["Urgency"] = "high" if push.is_urgent else "normal"
        response: aiohttp.ClientResponse = await pusher.send_async(push.body, headers, ttl=push.ttl, timeout=self._timeout)
        return response
