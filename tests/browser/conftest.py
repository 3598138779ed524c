"""The demo company behind a network that can fail, and phones that can be killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.company import World, load_demo
from tests.browser.harness import Phone, phones
from tests.push_service import PushService


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of all browsers of this run."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the demo company, loaded once by the real command. Copy it before changing it.

    While writing tests, DEMO_DATA may name a folder where it was loaded before.
    """
    if loaded := os.environ.get("DEMO_DATA"):
        return Path(loaded)
    return load_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def push_service() -> Iterator[PushService]:
    """A push service on the loopback, as strict as the real ones."""
    with PushService() as service:
        yield service


@pytest.fixture
def make_phone(playwright: Playwright) -> Iterator[Callable[..., Phone]]:
    """Makes phones and closes them at the end of the test."""
    with phones(playwright) as make:
        yield make


@pytest.fixture
def world_options() -> tuple[str, ...]:
    """Options for `paceline serve`; a module may have its own."""
    return ()


@pytest.fixture
def world(
    demo_company: Path, tmp_path: Path, make_phone: Callable[..., Phone], world_options: tuple[str, ...]
) -> Iterator[World]:
    """The demo company on a server of its own, with nobody signed in yet."""
    folder = tmp_path / "data"
    shutil.copytree(demo_company, folder)
    with World(folder, make_phone, *world_options) as world:
        yield world


@pytest.fixture(scope="session")
def quiet_world(demo_company: Path, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for the tests that leave the company as they found it. Each signs in as it likes."""
    folder = tmp_path_factory.mktemp("quiet") / "data"
    shutil.copytree(demo_company, folder)
    with phones(playwright) as make, World(folder, make) as world:
        yield world
