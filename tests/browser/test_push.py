"""A push counts as delivered only when it was encrypted, sent, decrypted and shown by the app's own service worker."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.config import Settings
from app.core.db import db
from app.factory import create_app
from app.notifications import compose
from app.notifications.channels.push import Push, PushSender
from app.notifications.models import Notice
from app.notifications.vapid import ensure_vapid_keys
from tests.browser.harness import Phone
from tests.browser.push import allow, deliver, shown
from tests.push_service import PushService
from tests.servers import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret_key="for tests only", push_hosts=("127.0.0.1",))


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """The built app, served by the real application."""
    app = create_app(settings)
    with app.app_context():
        db.create_all()
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def phone(address: str, make_phone: Callable[..., Phone]) -> Phone:
    phone = make_phone(address)
    phone.start("/sign-in")
    allow(phone.page)
    phone.page.evaluate("async () => { await navigator.serviceWorker.ready }")
    return phone


def send(settings: Settings, service: PushService, notice: Notice, badge: int) -> bytes:
    """Pushes a notice as the worker does; answers what the browser decrypted."""
    keys = ensure_vapid_keys(settings)
    browser = service.subscribe(keys.public_key)

    async def send_it() -> None:
        async with PushSender(keys, settings.push_hosts) as sender:
            body = compose.payload(notice, badge, settings.public_url)
            push = Push(browser.endpoint, browser.p256dh, browser.auth, body, "topic", True, 60)
            assert (await sender.send(push)).kind == "sent"

    with ThreadPoolExecutor() as elsewhere:  # Playwright runs a loop of its own on this thread
        elsewhere.submit(asyncio.run, send_it()).result()
    return service.wait_for(1)[0].body


def test_what_the_server_encrypts_is_shown_by_the_phone(settings: Settings, phone: Phone):
    notice = Notice(
        id="n1", dedupe_key="k", title="11 月目标 60.0 → 55.0 万", body="今天 6.1 → 5.4 万", url="/changes/c1",
        data={"locale": "zh-CN", "actions": [
            {"action": "acknowledge", "title": "确认", "mutation": "targets.acknowledge_change", "args": {"id": "c1"}},
            {"action": "view", "title": "查看"},
        ]},
    )  # fmt: skip
    with PushService() as service:
        body = send(settings, service, notice, 1)
    (seen,) = deliver(phone.page, body)
    assert (seen["title"], seen["body"], seen["lang"]) == ("11 月目标 60.0 → 55.0 万", "今天 6.1 → 5.4 万", "zh-CN")
    assert [action["action"] for action in seen["actions"]] == ["acknowledge", "view"]
    assert seen["data"]["url"] == "/changes/c1"
    assert seen["data"]["mutations"]["acknowledge"] == {"name": "targets.acknowledge_change", "args": {"id": "c1"}}


def test_a_broken_push_shows_something_all_the_same(phone: Phone):
    (seen,) = deliver(phone.page, "{not json")
    assert seen["title"] == "Paceline 知行"
    assert seen["data"]["url"] == "/inbox"
    assert shown(phone.page) == [seen]
