"""Every screen opens for every role without breaking a rule of the browser; language and look follow the person."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from app.config import Settings
from app.core.db import db
from app.factory import create_app
from tests.browser.company import CHEN_LI, HE_JIE, LI_TING, WANG_QIANG, World, sign_in
from tests.browser.harness import Phone
from tests.servers import free_port

pytestmark = pytest.mark.browser

SCREENS = {
    LI_TING: [
        "/today",
        "/customers",
        "/targets",
        "/sync",
        "/inbox",
        "/me",
        "/me/devices",
        "/me/notifications",
        "/request",
        "/install",
    ],
    WANG_QIANG: ["/approvals", "/targets", "/customers", "/me"],
    HE_JIE: ["/approvals", "/customers", "/me"],
}


def collect_complaints(page: Page) -> list[str]:
    """From now on: errors of scripts, errors in the console, violations of the content security policy."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.expose_function("noteViolation", lambda text: found.append(f"{page.url}: {text}"))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => noteViolation(`${e.violatedDirective} ${e.blockedURI}`))"
    )
    return found


@pytest.mark.parametrize("email", SCREENS)
def test_no_screen_breaks_the_content_security_policy_or_logs_an_error(quiet_world: World, email: str) -> None:
    phone = quiet_world.phone()
    phone.start("/sign-in")
    complaints = collect_complaints(phone.page)
    phone.page.reload()
    page = sign_in(phone, email)
    for path in SCREENS[email]:
        phone.go(path)
        page.locator("main h1:visible, main h2:visible, main .page-name:visible").first.wait_for()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        assert page.get_by_text("这一页没能打开").count() == 0
    assert complaints == []
    phone.close()


def test_a_person_without_a_target_or_customers_gets_words_in_place_of_numbers(quiet_world: World) -> None:
    phone = quiet_world.phone()
    page = sign_in(phone, HE_JIE)
    phone.go("/targets")
    expect(page.locator("main")).not_to_contain_text("NaN")
    phone.close()


def test_language_and_theme_follow_the_person_to_the_next_phone(world: World) -> None:
    first = world.phone()
    page = sign_in(first, CHEN_LI)
    first.go("/me")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en"))
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    eventually_dark = "getComputedStyle(document.body).backgroundColor === 'rgb(11, 19, 21)'"
    page.wait_for_function(eventually_dark)
    page.locator(".sync-chip", has_text="Synced").wait_for()

    second = world.phone()
    page = sign_in(second, CHEN_LI)
    second.go("/today")
    expect(page.get_by_role("link", name="Targets")).to_be_visible()
    page.wait_for_function(eventually_dark)
    assert not re.search(r"[\u4e00-\u9fff]", page.locator("nav.tab-bar").inner_text())


# --- A new version ------------------------------------------------------------------------------------


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A copy of the built app, which a test can replace by a newer one."""
    folder = tmp_path / "dist"
    shutil.copytree(Settings().frontend_dir, folder)
    return folder


@pytest.fixture
def address(tmp_path: Path, built: Path) -> Iterator[str]:
    """The application with that copy."""
    app = create_app(Settings(data_dir=tmp_path, secret_key="for tests only", frontend_dir=built))
    with app.app_context():
        db.create_all()
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_new_version_asks_before_it_reloads(address: str, built: Path, make_phone) -> None:
    phone: Phone = make_phone(address)
    page = phone.start("/sign-in")
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.locator("[name=account]").fill("half written")

    worker = built / "sw.js"
    worker.write_text(worker.read_text() + "\n// a newer version\n")
    page.evaluate("async () => { await (await navigator.serviceWorker.ready).update() }")
    page.locator(".notice-bar").wait_for()
    assert page.locator("[name=account]").input_value() == "half written", "nothing reloads by itself"

    with page.expect_event("load"):
        page.locator(".notice-bar button").last.click()
    page.locator("[name=account]").wait_for()
    waiting = page.evaluate("async () => (await navigator.serviceWorker.ready).waiting")
    assert waiting is None
