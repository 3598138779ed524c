"""What goes wrong on real phones, and that nothing is lost by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.company import (
    LI_TING,
    PASSWORD,
    SUN_HAO,
    World,
    chip,
    enter,
    open_today,
    sign_in,
    stored,
    wait_until_loaded,
    wait_until_synced,
)
from tests.browser.harness import Phone

pytestmark = pytest.mark.browser

DONE = "SELECT COUNT(*) FROM mutation WHERE name = 'visits.complete_task' AND status = 'applied' AND person_id = ?"


def complete_tasks(phone: Phone, count: int) -> None:
    """Ticks the first open tasks of Today; each is on the phone when it is marked as waiting."""
    page = open_today(phone)
    for number in range(count):
        page.locator("[data-testid=task]:not(:checked)").first.click()
        expect(page.locator(".tasks").get_by_test_id("waiting")).to_have_count(number + 1)


def test_an_expired_session_loses_nothing_and_the_outbox_drains_after_signing_in(world: World) -> None:
    phone = world.phone()
    page = sign_in(phone, LI_TING)
    phone.offline()
    complete_tasks(phone, 3)
    world.server.paceline("person", "set-password", LI_TING, stdin="another password\n")  # signs her browsers out

    phone.online()
    page.locator(".offline-strip", has_text="请重新登录").wait_for()
    assert [entry["name"] for entry in stored(page, "outbox")] == ["visits.complete_task"] * 3
    assert world.facts.count(DONE, world.facts.person(LI_TING)) == 0
    page.get_by_test_id("task").nth(0).wait_for()  # what she had stays readable

    page.locator(".offline-strip").click()
    enter(page, LI_TING, "another password")
    wait_until_synced(page)
    assert world.facts.count(DONE, world.facts.person(LI_TING)) == 3


def test_another_person_on_the_same_phone_neither_sends_nor_sees_the_first_ones_work(world: World) -> None:
    phone = world.phone()
    page = sign_in(phone, LI_TING)
    phone.offline()
    complete_tasks(phone, 2)
    sign_out(phone, "锁在这台手机上")
    phone.online()

    phone.go("/sign-in")
    expect(page.locator("main")).to_contain_text("李婷的 2 项未同步内容")
    enter(page, SUN_HAO)
    wait_until_loaded(page)
    chip(page).to_have_text("已同步")
    assert stored(page, "outbox") == []
    hers = databases_with(page, world.facts.person(LI_TING))
    assert hers == [], "her rows are not on the phone while another uses it"
    assert world.facts.count("SELECT COUNT(*) FROM mutation WHERE name = 'visits.complete_task'") == 0

    sign_out(phone, "退出登录")
    enter(page, LI_TING)
    wait_until_loaded(page)
    wait_until_synced(page)
    assert world.facts.count(DONE, world.facts.person(LI_TING)) == 2
    assert world.facts.count(DONE, world.facts.person(SUN_HAO)) == 0


def sign_out(phone: Phone, button: str) -> None:
    """Signs out by the button of the dialog."""
    page = phone.go("/me")
    page.locator("button.sign-out").click()
    page.locator("dialog[open] button", has_text=button).click()
    page.wait_for_url("**/sign-in")


def databases_with(page: Page, person_id: str) -> list[str]:
    """The names of the databases of one person on the phone."""
    names: list[str] = page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
    return [name for name in names if person_id in name]


def test_a_captive_portal_counts_as_being_offline(world: World) -> None:
    phone = world.phone()
    sign_in(phone, LI_TING)
    page = open_today(phone)
    chip(page).to_have_text("已同步")
    assert phone.network
    phone.network.capture()
    complete_tasks(phone, 1)  # the page itself comes from the phone, not from the portal
    page.locator(".offline-strip", has_text="1 项待同步").wait_for()
    assert phone.network.captured > 0
    assert [entry["name"] for entry in stored(page, "outbox")] == ["visits.complete_task"]

    phone.network.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    chip(page).to_have_text("已同步")
    wait_until_synced(page)
    assert world.facts.count(DONE, world.facts.person(LI_TING)) == 1


def test_a_phone_clock_two_hours_off_still_writes_the_right_time(world: World) -> None:
    phone = world.phone()
    phone.start("/sign-in")
    phone.context.add_init_script(_TWO_HOURS_AHEAD)
    phone.page.reload()
    page = sign_in(phone, LI_TING)
    assert page.evaluate("Date.now() - performance.timeOrigin - performance.now()") > 7_000_000
    phone.offline()
    complete_tasks(phone, 1)
    phone.online()
    wait_until_synced(page)
    row = world.facts.one(
        "SELECT (julianday(received_at) - julianday(at)) * 86400 AS behind, is_skewed FROM mutation WHERE name = 'visits.complete_task'"
    )
    assert 0 <= row["behind"] < 600, "the correction of the phone's clock came with the work"


_TWO_HOURS_AHEAD = """(() => {
  const Real = Date, shift = 2 * 3600 * 1000;
  class Shifted extends Real {
    constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  }
  globalThis.Date = Shifted;
})()"""


def test_wrong_passwords_say_the_same_for_known_and_unknown_people(quiet_world: World) -> None:
    phone = quiet_world.phone()
    phone.start("/sign-in")
    answers = []
    for email in (LI_TING, "nobody@kangqiao.example"):
        phone.page.locator("[name=account]").fill(email)
        phone.page.locator("[name=password]").fill("not " + PASSWORD)
        with phone.page.expect_response("**/api/session") as answer:
            phone.page.locator("form button[type=submit]").click()
        assert answer.value.status == 401
        phone.page.locator("form [role=alert]").wait_for()
        answers.append(phone.page.locator("form [role=alert]").inner_text())
    assert answers[0] == answers[1] != ""
    phone.close()
