"""The story of the product, played whole: a rep's day without a network, a change of plan, a push, a confirmation."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.core import geo
from tests.browser.company import (
    LI_TING,
    WANG_QIANG,
    World,
    chip,
    eventually,
    open_today,
    sign_in,
    stored,
    wait_until_synced,
)
from tests.browser.harness import Phone, digits
from tests.browser.push import allow, deliver, subscribe_in
from tests.push_service import Message, PushService

pytestmark = pytest.mark.browser

_PHOTO = """async (seed) => {
  const canvas = new OffscreenCanvas(1600, 1200), paint = canvas.getContext("2d");
  for (let i = 0; i < 4000; i++) {
    paint.fillStyle = `hsl(${(i * seed) % 360} 70% 50%)`;
    paint.fillRect((i * 37 * seed) % 1600, (i * 91) % 1200, 60, 40);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}"""


def take_photo(page: Page, number: int) -> None:
    """What the camera would give: a JPEG, handed to the photo field."""
    data = base64.b64decode(page.evaluate(_PHOTO, number + 3))
    page.get_by_test_id("photo").set_input_files({"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": data})
    expect(page.get_by_test_id("photo-tile")).to_have_count(number)


def stand_before(phone: Phone, world: World, visit_id: str) -> None:
    """Puts the phone a few metres from the customer's pin."""
    pin = world.facts.one(
        "SELECT customer.lat, customer.lng, customer.datum FROM customer JOIN visit ON visit.customer_id = customer.id WHERE visit.id = ?",
        visit_id,
    )
    there = geo.to_wgs84(geo.Point(pin["lat"], pin["lng"], geo.Datum(pin["datum"])))
    phone.position = {"latitude": there.lat + 0.0001, "longitude": there.lng, "accuracy": 12}
    phone.context.set_geolocation(phone.position)  # type: ignore[arg-type]


def first_stop(page: Page) -> str:
    """The id of the visit of the first stop."""
    href = page.get_by_test_id("stop").first.locator("a").get_attribute("href")
    assert href
    return href.removeprefix("/visit/")


def visit_first_stop(phone: Phone, world: World) -> str:
    """Checks in, records with two photos and money received, agrees a next step. Answers the visit's id."""
    page = phone.page
    visit_id = first_stop(page)
    stand_before(phone, world, visit_id)
    page.get_by_test_id("stop").first.locator("a").click()
    expect(page.get_by_test_id("distance")).to_contain_text("米")
    assert int(digits(page.get_by_test_id("distance").inner_text())) < 150
    page.get_by_test_id("do-check-in").click()

    page.get_by_test_id("outcome-ordered").wait_for()
    take_photo(page, 1)
    take_photo(page, 2)
    page.get_by_test_id("choice-accepted-yes").click()
    page.get_by_test_id("number-units").fill("3")
    page.get_by_test_id("outcome-ordered").click()
    page.get_by_test_id("amount").fill("26,000")
    page.get_by_test_id("report-receipt").click()
    page.get_by_test_id("receipt-amount").fill("20,000")
    page.get_by_test_id("to-next-step").click()
    page.get_by_test_id("next-step-training").check()
    page.get_by_test_id("finish-visit").click()
    page.get_by_test_id("visit-done").wait_for()
    expect(page.get_by_test_id("waiting").first).to_be_visible()
    return visit_id


def numbers_of(page: Page) -> list[str]:
    """What Today says: the number, its arithmetic, the road, the stops, the tasks."""
    return [text.strip() for text in page.locator(".today-hero, .today-split, .stop-name, .task-title").all_inner_texts()]


def test_the_story(world: World, push_service: PushService) -> None:
    her, his = world.phone(), world.phone()
    li_ting, wang_qiang = world.facts.person(LI_TING), world.facts.person(WANG_QIANG)

    # Today says what is needed, how it comes about, and what comes next.
    sign_in(her, LI_TING)
    her.quit()  # Chromium writes a new cookie down within half a minute, or when it is closed
    her.start("/today")
    page = open_today(her)
    chip(page).to_have_text("已同步")
    expect(page.locator(".today-split")).to_contain_text("原计划")
    expect(page.locator(".today-road svg, .today-road [role=img]").first).to_be_visible()
    expect(page.get_by_test_id("stop")).to_have_count(5)
    assert page.get_by_test_id("task").count() == 3
    page.locator("button.today-hero").click()
    expect(page.locator(".today-how dt")).to_have_count(7)
    page.keyboard.press("Escape")
    before = numbers_of(page)
    allow(page)
    subscribe_in(page, push_service)

    # The same without a network.
    her.offline()
    page = open_today(her)
    page.locator(".offline-strip").wait_for()
    assert numbers_of(page) == before

    # A visit, a task, a receipt: each marked as waiting.
    page.locator("[data-testid=task]:not(:checked)").first.click()
    expect(page.locator(".tasks").get_by_test_id("waiting")).to_have_count(1)
    visit_id = visit_first_stop(her, world)
    outbox = stored(page, "outbox")
    names = ["visits.complete_task", "visits.check_in", "sales.report_receipt", "visits.finish"]
    assert [entry["name"] for entry in outbox] == names
    photos = {blob["sha256"]: blob["size"] for blob in stored(page, "blobs")}
    assert len(photos) == 2

    # The browser dies. Started again without a network, everything is there.
    her.kill()
    her.start("/today")
    page = open_today(her)
    assert [entry["mid"] for entry in stored(page, "outbox")] == [entry["mid"] for entry in outbox]
    assert {blob["sha256"] for blob in stored(page, "blobs") if blob["state"] == "waiting"} == set(photos)
    page.locator(".offline-strip", has_text="4 项待同步").wait_for()
    expect(page.get_by_test_id("stop").first.get_by_test_id("waiting")).to_be_visible()
    assert world.facts.count("SELECT COUNT(*) FROM mutation WHERE person_id = ? AND name LIKE 'visits.%'", li_ting) == 0

    # The network comes back: everything arrives once, in order, photos included.
    her.online()
    chip(page).to_have_text("已同步", timeout=30_000)
    wait_until_synced(page)
    check_arrival(world, li_ting, visit_id, outbox, photos)

    # She asks for a lower target; he sees it on his phone and approves it.
    manager = sign_in(his, WANG_QIANG)
    his.go("/approvals")
    manager.get_by_test_id("open-approval").first.wait_for()
    request = ask_for_less(her)
    manager.get_by_test_id("open-approval").filter(has_text="李婷").click()  # came by itself
    expect(manager.locator(".asked-why")).to_contain_text("停业装修")
    expect(manager.locator("main .before-delta")).to_contain_text("−")
    expect(manager.locator("table.tree")).to_contain_text("李婷")
    expect(manager.locator(".pace-effects")).to_contain_text("李婷")
    manager.get_by_test_id("approve").click()
    manager.get_by_test_id("decided").wait_for()
    wait_until_synced(manager)

    receipt = check_decision(world, request, li_ting, wang_qiang)

    # The push: encrypted by the worker, decrypted as a browser does, shown by the service worker.
    def pushed() -> list[Message]:
        return [one for one in push_service.messages if f"/changes/{receipt['id']}" in one.body.decode()]

    eventually(pushed, "the push about the change", 30)
    (message, *_) = pushed()
    eventually(
        lambda: world.facts.count("SELECT COUNT(*) FROM delivery WHERE state = 'sent' AND person_id = ?", li_ting),
        "the delivery is sent",
    )
    allow(page)
    notices = deliver(page, message.body)
    notice = next(one for one in notices if one["data"]["url"] == f"/changes/{receipt['id']}")
    assert "→" in notice["title"]
    assert "今天" in notice["body"]

    # Tapped, it opens on the change: old and new, and what it means per day.
    her.go(notice["data"]["url"])
    expect(page.locator("main .before-old")).to_be_visible()
    expect(page.locator(".change-lines li")).not_to_have_count(0)
    expect(page.locator(".day-block").first).to_be_visible()
    page.get_by_test_id("acknowledge").click()
    page.get_by_test_id("acknowledged").wait_for()
    wait_until_synced(page)

    # The manager sees who has and who has not, without doing anything.
    expect(manager.get_by_test_id("receipt-state")).to_contain_text("已确认")
    assert world.facts.one("SELECT acknowledged_at FROM change_receipt WHERE id = ?", receipt["id"])["acknowledged_at"]

    # The days before the change keep what they asked: the old target in even parts over November's 21 working days.
    asked = closed_days(world, request, li_ting)
    (cell,) = json.loads(world.facts.one("SELECT cells FROM adjustment WHERE id = ?", request["id"])["cells"])
    assert all(abs(value - cell["old_value"] / 21) < 1 for value in asked.values() if value)
    assert len([value for value in asked.values() if value]) >= 15


def check_arrival(world: World, person: str, visit_id: str, outbox: list[dict[str, Any]], photos: dict[str, int]) -> None:
    """Each mutation once and in order; visit, task, receipt; the bytes of the photos."""
    rows = world.facts.rows("SELECT mid, name, n, status FROM mutation WHERE person_id = ? ORDER BY received_at, n", person)
    sent = [row for row in rows if row["mid"] in {entry["mid"] for entry in outbox}]
    assert [(row["mid"], row["status"]) for row in sent] == [(entry["mid"], "applied") for entry in outbox]
    visit = world.facts.one("SELECT * FROM visit WHERE id = ?", visit_id)
    assert (visit["status"], visit["outcome"], visit["amount"], visit["grade"]) == ("done", "ordered", 2_600_000, "verified")
    assert json.loads(visit["answers"])["units"] == 3
    assert {photo["sha256"] for photo in json.loads(visit["photos"])} == set(photos)
    assert visit["accuracy_m"] == 12
    assert visit["distance_m"] < 150
    assert world.facts.count("SELECT COUNT(*) FROM receipt WHERE visit_id = ? AND amount = 2000000", visit_id) == 1
    assert world.facts.count("SELECT COUNT(*) FROM task WHERE visit_id = ? AND due_on IS NOT NULL", visit_id) == 1
    done = json.loads(world.facts.one("SELECT args FROM mutation WHERE mid = ?", outbox[0]["mid"])["args"])
    assert world.facts.one("SELECT status FROM task WHERE id = ?", done["id"])["status"] == "done"
    for sha256, size in photos.items():
        assert world.facts.one("SELECT size FROM blob WHERE sha256 = ?", sha256)["size"] == size
        (file,) = [path for path in world.facts.folder.rglob(f"*{sha256}*") if path.is_file()]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def ask_for_less(phone: Phone) -> dict[str, Any]:
    """Asks for a lower target of one line of this month; answers the arguments of the request."""
    page = phone.page
    page.locator(".today-road").click()
    page.locator("main a[href^='/request']").first.click()
    page.get_by_test_id("new-amount").wait_for()
    page.get_by_test_id("new-amount").fill("100,000")  # each of her lines asks for more than that
    page.get_by_test_id("reason").fill("康复医院停业装修到下月,本月没有新订单")
    page.get_by_test_id("send-request").click()
    page.wait_for_url(lambda url: "/request" not in url)
    wait_until_synced(page)
    request: dict[str, Any] = next(one for one in stored(page, "kept") if one["name"] == "targets.request_adjustment")["args"]
    line = next(row for row in stored(page, "target") if row["id"] == request["cells"][0]["target_id"])["product_line_id"]
    return {**request, "line": line}


def check_decision(world: World, request: dict[str, Any], person: str, decider: str) -> dict[str, Any]:
    """One new version, the receipt, the notice, the delivery, all of one transaction. Answers the receipt."""
    decided = world.facts.one("SELECT * FROM adjustment WHERE id = ?", request["id"])
    assert (decided["status"], decided["decided_by"]) == ("approved", decider)
    versions = world.facts.rows("SELECT * FROM plan_version WHERE adjustment_id = ?", request["id"])
    assert [row["number"] for row in versions] == [request["seen_version"] + 1]
    receipt = world.facts.one("SELECT * FROM change_receipt WHERE adjustment_id = ?", request["id"])
    assert receipt["person_id"] == person
    (cell,) = json.loads(decided["cells"])
    assert cell["new_value"] == 10_000_000
    assert receipt["new_total"] - receipt["old_total"] == cell["new_value"] - cell["old_value"] < 0
    notice = world.facts.one("SELECT * FROM notice WHERE person_id = ? AND url = ?", person, f"/changes/{receipt['id']}")
    assert world.facts.count("SELECT COUNT(*) FROM delivery WHERE notice_id = ?", notice["id"]) == 1
    return receipt


def closed_days(world: World, request: dict[str, Any], person: str) -> dict[str, int]:
    """What the closed days of the changed target asked, in minor units."""
    rows = world.facts.rows(
        "SELECT frozen FROM target WHERE person_id = ? AND product_line_id = ? AND from_version = ?",
        person, request["line"], request["seen_version"] + 1,
    )  # fmt: skip
    (frozen,) = [json.loads(row["frozen"]) for row in rows]
    return {on: value for on, value in frozen.items() if on < request["effective_from"]}
