"""The demo company as a test sees it: its server, the way to it, its people at their phones, and what the server wrote down."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.harness import Network, Phone
from tests.servers import Server

AS_OF = "2026-11-23"  # a Monday with three quarters of the month done
PASSWORD = "paceline-demo"
LI_TING = "li.ting@kangqiao.example"
WANG_QIANG = "wang.qiang@kangqiao.example"
CHEN_LI = "chen.li@kangqiao.example"
SUN_HAO = "sun.hao@kangqiao.example"
HE_JIE = "he.jie@kangqiao.example"


def load_demo(folder: Path, language: str = "zh") -> Path:
    """Loads the demo company into a data folder; answers the folder."""
    Server(folder, AS_OF=AS_OF, LOG_LEVEL="WARNING").paceline("demo", "--language", language)
    return folder


class World:
    """A server with the demo company, reached over a network that can be cut. Use it as a context manager."""

    def __init__(self, folder: Path, make_phone: Callable[..., Phone], *options: str, **environment: str) -> None:
        self.make_phone = make_phone
        self.server = Server(folder, *options, LOG_LEVEL="WARNING", AS_OF=AS_OF, PUSH_HOSTS="127.0.0.1", **environment)
        self.network = Network(self.server.port)
        self.address = f"http://127.0.0.1:{self.network.port}"
        self.server.environment.setdefault("PUBLIC_URL", self.address)
        self.facts = Facts(folder)

    def __enter__(self) -> World:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def phone(self, network: Network | None = None, **options: Any) -> Phone:
        """A new phone with a way of its own to the server, which a test can cut. It is not started."""
        way = network or Network(self.server.port)
        return self.make_phone(f"http://127.0.0.1:{way.port}", network=way, **options)


def sign_in(phone: Phone, email: str, password: str = PASSWORD, *, complete: bool = True) -> Page:
    """Starts the phone, signs in and waits until everything of this person is on the phone."""
    if phone.process is None:
        phone.start("/sign-in")
    enter(phone.page, email, password)
    if complete:
        wait_until_loaded(phone.page)
    return phone.page


def enter(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fills in the sign-in form and sends it."""
    page.locator("[name=account]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("form button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def wait_until_loaded(page: Page) -> None:
    """Waits until the phone has all data and all code: from here on it needs no network."""
    eventually(lambda: page.evaluate(_LOADED), "the first load", 40)
    eventually(lambda: page.evaluate(_HAS_WORKER), "the service worker is in charge", 40)


def wait_until_synced(page: Page) -> None:
    """Waits until nothing is left to send, photos included."""
    eventually(lambda: page.evaluate(_SYNCED), "everything sent", 40)


_HAS_WORKER = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)"

# What the phone's own database says; the app keeps one per person and remembers who was last.
_OPEN = """
const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const open = (name) => ask(indexedDB.open(name));
const read = async (store, database) => {
  const boot = await open("paceline-boot");
  const last = await ask(boot.transaction("facts").objectStore("facts").get("last_person"));
  boot.close();
  if (!last) return [];
  const db = await open(database ?? last.value);
  if (!db.objectStoreNames.contains(store)) { db.close(); return []; }
  const rows = await ask(db.transaction(store).objectStore(store).getAll());
  db.close();
  return rows;
};
"""
_LOADED = f"async () => {{ {_OPEN} const [meta] = await read('meta'); return Boolean(meta && meta.cursor && !meta.incomplete); }}"
_SYNCED = f"""async () => {{ {_OPEN}
  const [outbox, blobs] = [await read('outbox'), await read('blobs')];
  return outbox.length === 0 && blobs.every((blob) => blob.state !== 'waiting');
}}"""


def stored(page: Page, store: str) -> list[dict[str, Any]]:
    """All rows of one store in the phone's own database (bytes left out)."""
    script = f"""async (store) => {{ {_OPEN}
      return (await read(store)).map(({{ bytes, ...row }}) => row);
    }}"""
    rows: list[dict[str, Any]] = page.evaluate(script, store)
    return rows


def eventually(condition: Callable[[], Any], what: str, timeout: float = 20) -> Any:
    """Waits until something is true outside the browser; answers it."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.05)
    return value


class Facts:
    """What stands in the server's database, read beside the server and not through it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries."""
        with closing(sqlite3.connect(f"file:{self.folder / 'paceline.sqlite3'}?mode=ro", uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def one(self, sql: str, *values: Any) -> dict[str, Any]:
        """The only row of a query; fails if there are none or several."""
        (row,) = self.rows(sql, *values)
        return row

    def count(self, sql: str, *values: Any) -> int:
        """The number that a query gives."""
        (number,) = self.one(sql, *values).values()
        return int(number)

    def person(self, email: str) -> str:
        """The id of the person with this e-mail."""
        return str(self.one("SELECT person_id FROM account WHERE email = ?", email)["person_id"])


def chip(page: Page) -> Any:
    """The sync chip in the header, for `expect`."""
    return expect(page.locator(".sync-chip").first)


def open_today(phone: Phone, *, has_change: bool = True) -> Page:
    """Opens Today anew. A plan change that waits for an answer comes first, once per start; ✕ closes it."""
    page = phone.go("/today")
    if has_change:
        page.wait_for_url("**/changes/*")
        page.locator(".page-bar button").first.click()
        page.wait_for_url("**/today")
    page.locator(".today-hero").wait_for()
    return page
