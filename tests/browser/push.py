"""Pushes to the real service worker in a real Chromium.

Headless Chromium cannot subscribe (there is no push service of Google's here), so a story goes:
the server pushes to a browser of tests/push_service.py, which decrypts the message as a phone
would; `deliver` hands these bytes to the app's own service worker over the DevTools protocol;
`shown` reads what the system would show.

    with PushService() as service:
        server = Server(folder, PUSH_HOSTS="127.0.0.1")
        allow(page)
        browser = service.subscribe(subscribe_in(page, service))
        … the manager approves …
        (message,) = service.wait_for(1)
        (notification,) = deliver(page, message.body)
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.push_service import Browser, PushService

_SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag, lang, data, actions }) => ({ title, body, tag, lang, data, actions }));
}"""

_WAIT_FOR_SHOWN = """async (count) => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).length > count;
}"""

_POST = """async ({ subscription, user }) => {
    const headers = { "Content-Type": "application/json", "Paceline-User": user };
    const answer = await fetch("/api/push/subscriptions", { method: "POST", headers, body: JSON.stringify(subscription) });
    return answer.status;
}"""

_KEY = """async (user) => (await (await fetch("/api/push/key", { headers: { "Paceline-User": user } })).json()).public_key"""
_USER = """async () => (await (await fetch("/api/session")).json()).user.id"""


def origin_of(page: Page) -> str:
    """Scheme, host and port of the page."""
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


def allow(page: Page) -> None:
    """Grants what the system would ask for. The two go together, or Chromium forgets the first."""
    page.context.grant_permissions(["notifications", "background-sync"], origin=origin_of(page))


def subscribe_in(page: Page, service: PushService) -> Browser:
    """Subscribes a browser of the push service for the person who is signed in on the page."""
    user = page.evaluate(_USER)
    browser = service.subscribe(page.evaluate(_KEY, user))
    subscription = {**browser.subscription(), "vapid_key": browser.vapid_key}
    status = page.evaluate(_POST, {"subscription": subscription, "user": user})
    assert status == 200, f"the server answered {status} to the subscription"
    return browser


def deliver(page: Page, body: bytes | str | None) -> list[dict[str, Any]]:
    """Lets the service worker of the page's app handle a push; answers the notifications shown then."""
    before = len(shown(page))
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []

    def note(event: dict[str, Any]) -> None:
        registrations.extend(
            one["registrationId"]
            for one in event["registrations"]
            if one["scopeURL"].startswith(origin_of(page)) and not one["isDeleted"]
        )

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(20)  # lets Playwright hand over the event
    text = body.decode() if isinstance(body, bytes) else body or ""
    session.send(
        "ServiceWorker.deliverPushMessage", {"origin": origin_of(page), "registrationId": registrations[-1], "data": text}
    )
    page.wait_for_function(_WAIT_FOR_SHOWN, arg=before, timeout=10_000)
    session.detach()
    return shown(page)


def shown(page: Page) -> list[dict[str, Any]]:
    """The notifications of the app that the system shows now."""
    found: list[dict[str, Any]] = page.evaluate(_SHOWN)
    return found
