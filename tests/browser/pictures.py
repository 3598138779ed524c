"""`make pictures`: every screen of the demo company in a real browser, into pictures/ with an index that shows them side by side.

Chinese and English, light and dark, with and without a network, full and empty, 390 by 844 at scale 2;
1280 by 800 where the screen differs. The README's picture, docs/pictures/today.png, is one of them.
"""

from __future__ import annotations

import base64
import html
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.browser.company import LI_TING, PASSWORD, WANG_QIANG, World, load_demo, open_today, sign_in
from tests.browser.harness import Phone, phones
from tests.servers import ROOT

OUT = ROOT / "pictures"
README_PICTURE = ROOT / "docs" / "pictures" / "today.png"
WIDE = (1280, 800)
NARROW = (390, 844)
SCALE = 2


@dataclass(frozen=True)
class Look:
    """One way of looking at the app."""

    language: str
    is_dark: bool

    @property
    def name(self) -> str:
        return f"{self.language}-{'dark' if self.is_dark else 'light'}"


LOOKS = [Look(language, is_dark) for language in ("zh", "en") for is_dark in (False, True)]


class Album:
    """Takes the pictures of one look."""

    def __init__(self, look: Look, folder: Path) -> None:
        self.look = look
        self.folder = folder
        self.taken: list[tuple[str, Path]] = []

    def take(self, page: Page, name: str, *, wide: bool = False) -> None:
        """One picture of the present screen, after everything has come to rest."""
        page.evaluate("async () => { await document.fonts.ready }")
        page.locator(".skeleton, [aria-busy=true]").first.wait_for(state="detached")
        path = self.folder / f"{name}{'.1280' if wide else ''}.{self.look.name}.png"
        width, height = WIDE if wide else NARROW
        screen = page.context.new_cdp_session(page)
        metrics = {"width": width, "height": height, "deviceScaleFactor": SCALE, "mobile": False}
        screen.send("Emulation.setDeviceMetricsOverride", metrics)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        path.write_bytes(base64.b64decode(screen.send("Page.captureScreenshot", {"format": "png"})["data"]))
        screen.detach()
        self.taken.append((name + (" 1280×800" if wide else ""), path))

    def rep(self, phone: Phone) -> None:
        """The rep's screens, with a network and without."""
        page = sign_in(phone, LI_TING)
        open_today(phone)
        self.take(page, "today")
        self.take(page, "today", wide=True)
        for name, path in REP_SCREENS:
            phone.go(path)
            page.locator("main h1:visible, main h2:visible, main .page-name:visible").first.wait_for()
            self.take(page, name)
        self.take_linked(phone, "/targets", "a[href^='/targets/']", "target", wide=True)
        self.take_linked(phone, "/customers", "[data-testid=customer] , a[href^='/customers/']", "customer")
        self.take_linked(phone, "/inbox", "a[href^='/changes/'], a[href^='/approvals/']", "change")
        phone.offline()
        open_today(phone)
        page.locator("[data-testid=task]:not(:checked)").first.click()
        page.locator(".offline-strip strong").wait_for()
        page.evaluate("scrollTo(0, 0)")
        self.take(page, "today offline")
        page.get_by_test_id("stop").first.locator("a").click()
        page.get_by_test_id("do-check-in").wait_for()
        page.get_by_test_id("distance").wait_for()
        self.take(page, "check-in")
        phone.go("/sync")
        page.locator("main .page-title").wait_for()
        self.take(page, "sync offline")

    def take_linked(self, phone: Phone, path: str, link: str, name: str, *, wide: bool = False) -> None:
        """The screen behind the first link of a list."""
        page = phone.go(path)
        page.locator(link).first.click()
        page.locator("main h1:visible, main h2:visible").first.wait_for()
        self.take(page, name)
        if wide:
            self.take(page, name, wide=True)

    def manager(self, phone: Phone) -> None:
        """The manager's screens: the list of requests and one of them."""
        page = sign_in(phone, WANG_QIANG)
        phone.go("/approvals")
        page.get_by_test_id("open-approval").first.wait_for()
        self.take(page, "approvals")
        page.get_by_test_id("open-approval").first.click()
        page.get_by_test_id("approve").wait_for()
        self.take(page, "approval")
        self.take(page, "approval", wide=True)
        page.get_by_test_id("reject").click()
        page.get_by_test_id("reject-reason").wait_for()
        self.take(page, "approval reject")

    def newcomer(self, phone: Phone) -> None:
        """A rep on the first day: nothing is there yet, and every screen says so."""
        page = sign_in(phone, NEWCOMER)
        for name, path in (("today", "/today"), ("customers", "/customers"), ("targets", "/targets"), ("inbox", "/inbox")):
            phone.go(path)
            page.locator("main h1:visible, main h2:visible").first.wait_for()
            self.take(page, f"{name} empty")


REP_SCREENS = (
    ("customers", "/customers"), ("targets", "/targets"), ("request", "/request"), ("inbox", "/inbox"), ("sync", "/sync"),
    ("me", "/me"), ("devices", "/me/devices"), ("notifications", "/me/notifications"), ("install", "/install"),
)  # fmt: skip


NEWCOMER = "first.day@new.example"


def newcomer_in(world: World, folder: Path, language: str) -> None:
    """A company of its own with a manager and one rep who starts today; nothing else is there yet."""
    (folder / "people.csv").write_text(
        "id,name,email,role,manager_id\n1,Ann,ann@new.example,manager,\n"
        f"2,{'新人' if language == 'zh' else 'Newcomer'},{NEWCOMER},rep,1\n"
    )
    locale = "zh-CN" if language == "zh" else "en"
    world.server.paceline("import", str(folder), "--org", "new", "--name", "Start", "--locale", locale)
    world.server.paceline("person", "set-password", NEWCOMER, stdin=f"{PASSWORD}\n")


def pictures_of(playwright: Playwright, look: Look, company: Path, folder: Path) -> list[tuple[str, Path]]:
    """All pictures of one look."""
    data = Path(tempfile.mkdtemp(prefix="pictures-")) / "data"
    shutil.copytree(company, data)
    album = Album(look, folder)
    with phones(playwright) as make, World(data, make) as world:
        newcomer_in(world, data.parent, look.language)
        plays = (album.rep, album.manager, album.newcomer)
        for number, play in enumerate(plays):
            phone = world.phone(dark=look.is_dark, language="zh-CN" if look.language == "zh" else "en-GB")
            phone.start("/sign-in")
            if number == 0:
                album.take(phone.page, "sign in")
            play(phone)
            phone.close()
    shutil.rmtree(data.parent)
    return album.taken


def index_of(taken: dict[str, list[tuple[Look, Path]]]) -> Iterator[str]:
    """The page that shows each screen in all its looks side by side."""
    yield "<!doctype html><meta charset=utf-8><title>Paceline 知行</title>"
    yield "<style>body{font:15px sans-serif;margin:24px;background:#f1f5f5}div{display:flex;gap:16px;flex-wrap:wrap}img{width:292px;border:1px solid #b7c4c5}figure{margin:0}</style>"
    for name, looks in taken.items():
        yield f"<h2>{html.escape(name)}</h2><div>"
        for look, path in looks:
            yield f'<figure><img loading="lazy" src="{html.escape(path.name)}" alt=""><figcaption>{look.name}</figcaption></figure>'
        yield "</div>"


def main(languages: list[str]) -> None:
    """Makes all pictures, or those of the languages named."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    taken: dict[str, list[tuple[Look, Path]]] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        companies: dict[str, Path] = {}
        for look in (one for one in LOOKS if one.language in languages):
            if look.language not in companies:
                folder = Path(temporary) / look.language
                folder.mkdir()
                companies[look.language] = load_demo(folder, look.language)
            for name, path in pictures_of(playwright, look, companies[look.language], OUT):
                taken.setdefault(name, []).append((look, path))
            sys.stdout.write(f"{look.name}: {sum(len(looks) for looks in taken.values())} pictures so far\n")
    (OUT / "index.html").write_text("\n".join(index_of(taken)), encoding="utf-8")
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    if "zh" in languages:
        shutil.copy(OUT / "today.zh-light.png", README_PICTURE)
    sys.stdout.write(f"{OUT / 'index.html'}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ["zh", "en"])
