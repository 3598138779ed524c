"""A push service on loopback that is as strict as the real ones, and browsers that can read what it gets.

It checks each request as RFC 8030 and RFC 8292 want it and decrypts it as the browser would
(RFC 8291); what it finds wrong stands in `problems`. Every browser can be told how to answer.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import http_ece
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_BODY = 4096  # what every push service takes (RFC 8030, 7.2)
DAY = 24 * 3600
HANG = "hang"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(frozen=True)
class Message:
    """A push as the browser got it."""

    browser: Browser
    body: bytes  # decrypted
    encrypted_size: int
    topic: str | None
    ttl: int
    urgency: str | None
    headers: Mapping[str, str]  # by name in any case
    claims: dict[str, Any]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(eq=False)
class Browser:
    """A browser with a subscription. `answers` are used one after the other, then `answer` for good:
    a status, (status, headers), or HANG."""

    endpoint: str
    vapid_key: str
    private_key: ec.EllipticCurvePrivateKey
    secret: bytes
    answer: Any = 201
    delay: float = 0  # seconds from a request to its answer
    answers: deque[Any] = field(default_factory=deque)
    requests: int = 0

    @property
    def p256dh(self) -> str:
        return b64(point(self.private_key.public_key()))

    @property
    def auth(self) -> str:
        return b64(self.secret)

    def subscription(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives."""
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": {"p256dh": self.p256dh, "auth": self.auth}}


class PushService:
    """The service; use it as a context manager."""

    def __init__(self) -> None:
        self.messages: list[Message] = []  # accepted ones
        self.problems: list[str] = []
        self.redirected = 0
        self._browsers: dict[str, Browser] = {}
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def __enter__(self) -> PushService:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)
        if error is None:
            assert not self.problems, self.problems

    @property
    def browsers(self) -> list[Browser]:
        """All browsers that were subscribed."""
        return list(self._browsers.values())

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def subscribe(self, vapid_key: str, answer: Any = 201) -> Browser:
        """A new browser subscribed with this application's public key."""
        number = f"b{len(self._browsers) + 1}"
        browser = Browser(
            f"{self.origin}/push/{number}",
            vapid_key,
            ec.generate_private_key(ec.SECP256R1()),
            number.encode().ljust(16, b"."),
            answer,
        )
        self._browsers[number] = browser
        return browser

    def wait_for(self, count: int, timeout: float = 10) -> list[Message]:
        """Waits until so many messages were accepted; fails with what came so far."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, timeout), (
                f"{len(self.messages)} of {count} pushes came; {self.problems}"
            )
            return list(self.messages)

    def wait_for_requests(self, browser: Browser, count: int, timeout: float = 10) -> None:
        """Waits until a browser's endpoint was asked so many times, whatever it answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: browser.requests >= count, timeout), (
                f"{browser.requests} of {count} requests came"
            )

    # --- The server ---------------------------------------------------------------------------

    async def _serve(self) -> None:
        server = web.Application(client_max_size=1 << 20)
        server.router.add_post("/push/{browser}", self._push)
        server.router.add_route("*", "/elsewhere", self._elsewhere)
        runner = web.AppRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = runner.addresses[0][1]
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.redirected += 1
        return web.Response(status=201)

    async def _push(self, request: web.Request) -> web.StreamResponse:
        browser = self._browsers[request.match_info["browser"]]
        body = await request.read()
        answer = browser.answers.popleft() if browser.answers else browser.answer
        message = self._checked(browser, request, body)
        with self._changed:
            browser.requests += 1
            if message and answer in (200, 201, 202, 204):
                self.messages.append(message)
            self._changed.notify_all()
        if browser.delay:
            await asyncio.sleep(browser.delay)
        if answer == HANG:
            await self._stopping.wait()
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        return web.Response(status=status if isinstance(status, int) else 503, headers=headers)

    def _checked(self, browser: Browser, request: web.Request, body: bytes) -> Message | None:
        try:
            return self._read(browser, request, body)
        except Exception as error:
            self.problems.append(f"{type(error).__name__}: {error}")
            return None

    def _read(self, browser: Browser, request: web.Request, body: bytes) -> Message:
        """Checks a request in the order of the standards. Raises AssertionError with what is wrong."""
        headers = request.headers.copy()
        assert len(body) <= MAX_BODY, f"a body of {len(body)} bytes is too large"
        ttl = headers.get("TTL", "")
        assert ttl.isdigit(), f"TTL is {ttl!r}"
        assert int(ttl) > 0, "TTL is 0: the push would be lost if the phone is off"
        topic = headers.get("Topic")
        assert topic is None or re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topic), f"Topic is {topic!r}"
        urgency = headers.get("Urgency")
        assert urgency in (None, "very-low", "low", "normal", "high"), f"Urgency is {urgency!r}"
        assert headers.get("Content-Encoding") == "aes128gcm", f"Content-Encoding is {headers.get('Content-Encoding')!r}"
        assert "Cookie" not in headers
        claims = self._vapid(browser, headers.get("Authorization", ""))
        plain = http_ece.decrypt(body, private_key=browser.private_key, auth_secret=browser.secret, version="aes128gcm")
        return Message(browser, plain, len(body), topic, int(ttl), urgency, headers, claims)

    def _vapid(self, browser: Browser, authorization: str) -> dict[str, Any]:
        match = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)", authorization)
        assert match, f"Authorization is {authorization!r}"
        header, payload, signature, key = match.groups()
        assert key == browser.vapid_key, "signed with another key than the subscription's"
        assert json.loads(unb64(header)) == {"typ": "JWT", "alg": "ES256"}
        claims: dict[str, Any] = json.loads(unb64(payload))
        assert claims["aud"] == self.origin, f"aud is {claims['aud']!r}"
        assert time.time() < claims["exp"] <= time.time() + DAY, f"exp is {claims['exp']}"
        assert re.match(r"(mailto:|https:)", claims["sub"]), f"sub is {claims['sub']!r}"
        raw = unb64(signature)
        assert len(raw) == 64
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
        try:
            public.verify(
                encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])),
                f"{header}.{payload}".encode(),
                ec.ECDSA(hashes.SHA256()),
            )
        except InvalidSignature:
            raise AssertionError("the VAPID signature is wrong") from None
        return claims
