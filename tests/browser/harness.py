"""A real server, a network that can fail, and a phone: a real Chromium that can be killed and started again.

Nothing here knows a screen. The browser runs as a process of its own so that SIGKILL means what it
means on a phone; its profile outlives it. The network between the two is a TCP relay that a test
can cut, because a browser's own "offline" switch does not reach its service worker.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


def find_chromium() -> str:
    """The path of Chromium. Raises RuntimeError with the remedy."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise RuntimeError("The browser tests need Chromium. Install it with: sudo apt-get install chromium fonts-noto-cjk")


PORTAL = b"<!doctype html><title>Free Wi-Fi</title><p>Accept the terms of use to go online."


class Network:
    """The way from a phone to the server. `cut()` breaks every connection and refuses new ones.

    `capture()` puts a captive portal in the way: whatever is asked, it answers 200 with its own page.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.is_up = True
        self.is_captive = False
        self.captured = 0  # how often the portal answered
        self.links: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.is_up:
                    near.close()
                    continue
                if self.is_captive:
                    threading.Thread(target=self._answer_as_portal, args=(near,), daemon=True).start()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    near.close()
                    continue
                self.links |= {near, far}
                threading.Thread(target=self._relay, args=(near, far), daemon=True).start()

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        try:
            while True:
                for side in select.select([near, far], [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    other[side].sendall(data)
        except (OSError, ValueError):
            return
        finally:
            for side in (near, far):
                self.links.discard(side)
                side.close()

    def _answer_as_portal(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            near.recv(65536)
            near.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(PORTAL), PORTAL)
            )
            near.shutdown(socket.SHUT_WR)
            while near.recv(65536):  # the rest of what was asked, so that the answer is not reset
                pass
            self.captured += 1

    def cut(self) -> None:
        """From now on nothing passes."""
        self.is_up = False
        self._break_links()

    def capture(self) -> None:
        """From now on a captive portal answers."""
        self.is_captive = True
        self._break_links()

    def mend(self) -> None:
        """The network is back."""
        self.is_up = True
        self.is_captive = False
        self._break_links()

    def _break_links(self) -> None:
        for link in list(self.links):
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


class Phone:
    """A Chromium of 390 by 844 with a profile of its own. `kill()` and `start()` keep the profile."""

    def __init__(
        self,
        playwright: Playwright,
        address: str,
        *,
        network: Network | None = None,
        dark: bool = False,
        language: str = "zh-CN",
    ) -> None:
        self.playwright = playwright
        self.address = address
        self.network = network
        self.profile = Path(tempfile.mkdtemp(prefix="phone-"))
        self.is_dark = dark
        self.language = language
        self.position = {"latitude": 30.1892, "longitude": 120.1940, "accuracy": 12}
        self.size = (390, 844)
        self.process: subprocess.Popen[bytes] | None = None
        self.page: Page

    def start(self, path: str = "/") -> Page:
        """Starts the browser on its profile and opens a page of the app."""
        marker = self.profile / "DevToolsActivePort"
        marker.unlink(missing_ok=True)
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()
        self.process = subprocess.Popen(
            [find_chromium(), *CHROMIUM_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={self.profile}",
             f"--window-size={self.size[0]},{self.size[1]}", f"--lang={self.language}", f"--accept-lang={self.language}", *(["--force-dark-mode"] if self.is_dark else []), "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for _ in range(300):
            if marker.exists() and (lines := marker.read_text().split()):
                break
            if self.process.poll() is not None:
                raise RuntimeError("Chromium did not start")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)
        else:
            raise RuntimeError("Chromium did not open its control port")
        self.browser: Browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{lines[0]}")
        self.context: BrowserContext = self.browser.contexts[0]
        self.context.set_default_timeout(20_000)
        self.context.grant_permissions(["notifications", "background-sync", "geolocation"], origin=self.address)
        self.context.set_geolocation(self.position)  # type: ignore[arg-type]
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self._look_like_a_phone(self.page)
        if self.network and not self.network.is_up:
            self.context.set_offline(True)
        self.page.goto(self.address + path)
        return self.page

    def go(self, path: str) -> Page:
        """Opens a screen by its address, as a tap on a notification or a bookmark does."""
        self.page.goto(self.address + path)
        return self.page

    def _look_like_a_phone(self, page: Page) -> None:
        page.set_viewport_size({"width": self.size[0], "height": self.size[1]})
        page.emulate_media(color_scheme="dark" if self.is_dark else "light")

    def offline(self) -> None:
        """The basement: the relay is cut and the browser knows that it is offline."""
        assert self.network
        self.network.cut()
        self.context.set_offline(True)

    def online(self) -> None:
        """Out of the basement."""
        assert self.network
        self.network.mend()
        self.context.set_offline(False)

    def quit(self) -> None:
        """The app is closed in the ordinary way: the browser writes everything down and ends."""
        assert self.process
        with contextlib.suppress(Exception):  # the connection ends with the browser
            self.browser.new_browser_cdp_session().send("Browser.close")
        self.process.wait(20)
        self.process = None

    def kill(self) -> None:
        """SIGKILL to the whole browser, as when a phone runs out of memory. The profile stays."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def close(self) -> None:
        """Ends the browser and deletes its profile."""
        self.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def local(self, script: str, argument: Any = None) -> Any:
        """The answer of a JavaScript function in the page."""
        return self.page.evaluate(script, argument)


@contextlib.contextmanager
def phones(playwright: Playwright) -> Iterator[Callable[..., Phone]]:
    """Makes phones and closes them all at the end."""
    made: list[Phone] = []

    def make(*args: Any, **kwargs: Any) -> Phone:
        made.append(Phone(playwright, *args, **kwargs))
        return made[-1]

    try:
        yield make
    finally:
        for phone in made:
            phone.close()


def digits(text: str) -> str:
    """Only the digits of a text, for comparing numbers whatever their writing."""
    return re.sub(r"\D", "", text)
