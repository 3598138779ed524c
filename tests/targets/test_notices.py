"""Who is told of which change, and in which words; what the morning says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.core.db import new_id
from app.domain import NoticeKind, Words
from app.org import service as org_service
from app.targets import notices, service
from app.targets.domain import targets
from app.visits import service as visits
from tests.targets.conftest import TODAY, Planned, at

WAN = 1_0000_00


def told(planned: Planned, kind: NoticeKind) -> list[tuple[str, Any]]:
    """Who would be told, with the fact, in order."""
    return [
        (person, fact)
        for fact in planned.heard
        if isinstance(fact, kind.event)
        for person in kind.audience(planned.company.system, fact)
    ]


def words(planned: Planned, kind: NoticeKind, locale: str = "zh-CN") -> Words:
    """What the only one who is told reads."""
    ((person, fact),) = told(planned, kind)
    return kind.compose(fact, person, locale)


def test_a_request_reaches_the_approver_alone_with_before_and_after(planned: Planned) -> None:
    adjustment_id = planned.ask()
    assert [person for person, _ in told(planned, notices.adjustment_requested)] == [planned.company.manager.person_id]
    zh = words(planned, notices.adjustment_requested)
    assert (zh.title, zh.body, zh.url) == (
        "李婷申请下调检验试剂：¥22.0万 → ¥18.0万",
        "三家店装修，月内没有订单。",
        f"/approvals/{adjustment_id}",
    )
    assert words(planned, notices.adjustment_requested, "en").title == "李婷 asks to lower 检验试剂: ¥220k → ¥180k"
    approve, view = zh.actions
    assert (approve["title"], view["title"]) == ("批准", "查看")
    assert (approve["mutation"], approve["args"]) == (
        "targets.approve_adjustment",
        {"id": adjustment_id, "seen_version": 1, "note": None},
    )


def test_a_request_for_several_lines_names_the_month(planned: Planned) -> None:
    rep = planned.company.rep
    planned.ask(rep, (planned.leaf(rep), 20 * WAN), (planned.leaf(rep, 1), 68 * WAN))
    assert words(planned, notices.adjustment_requested).title == "李婷申请调整11月目标，总数 ¥88.0万 不变"
    assert (
        words(planned, notices.adjustment_requested, "en").title
        == "李婷 asks to shift the November target; the total ¥880k stays"
    )


def test_the_approvers_notice_is_answered_by_the_decision_or_the_withdrawal(planned: Planned) -> None:
    first, second = planned.ask(), planned.ask()
    keys = [notices.adjustment_requested.dedupe(fact, person) for person, fact in told(planned, notices.adjustment_requested)]
    assert len(set(keys)) == 2
    planned.approve(first)
    service.withdraw_adjustment(planned.company.rep, id=second)
    answers = notices.adjustment_requested.answered_by
    found = [pair for fact in planned.heard if type(fact) in answers for pair in answers[type(fact)](fact)]
    assert found == [(planned.company.manager.person_id, key) for key in keys]


def test_a_change_reaches_each_person_touched_with_what_it_means_for_today(planned: Planned) -> None:
    planned.approve(planned.ask())
    assert [person for person, _ in told(planned, notices.plan_changed)] == [planned.company.rep.person_id]
    (receipt,) = planned.receipts()
    zh = words(planned, notices.plan_changed)
    assert zh.title == "11月目标有调整：¥88.0万 → ¥84.0万"
    assert zh.body == "今天需要 ¥14.7万 → ¥14.0万。三家店装修，月内没有订单。"
    assert zh.url == f"/changes/{receipt.id}"
    assert zh.actions[0]["args"] == {"id": receipt.id}
    en = words(planned, notices.plan_changed, "en")
    assert (en.title, en.body) == (
        "November target changed: ¥880k → ¥840k",
        "Needed today ¥147k → ¥140k. 三家店装修，月内没有订单。",
    )
    service.acknowledge_change(planned.company.rep, id=receipt.id)
    ((person, fact),) = told(planned, notices.plan_changed)
    answers = notices.plan_changed.answered_by
    assert [p for f in planned.heard if type(f) in answers for p in answers[type(f)](f)] == [
        (person, notices.plan_changed.dedupe(fact, person))
    ]


def test_a_change_from_a_later_day_names_the_day(planned: Planned) -> None:
    saturday = date(2026, 11, 28)
    planned.approve(planned.ask(effective_from=date(2026, 11, 30)), at(planned.company.manager, saturday))
    assert "11月30日起每天" in words(planned, notices.plan_changed).body


def test_who_asked_hears_of_a_decision_once(planned: Planned) -> None:
    approved = planned.ask()
    planned.approve(approved)
    assert told(planned, notices.adjustment_decided) == []  # the receipt of change tells them, with the numbers
    rejected = planned.ask(planned.company.rep, (planned.leaf(planned.company.rep), 1 * WAN))
    service.reject_adjustment(planned.company.manager, id=rejected, seen_version=2, note="月底有新店。")
    found = words(planned, notices.adjustment_decided)
    assert (found.title, found.body, found.url) == ("王强驳回了你的调整申请", "月底有新店。", f"/approvals/{rejected}")


def test_a_manager_hears_that_a_request_for_others_was_approved(planned: Planned) -> None:
    company = planned.company
    planned.approve(planned.ask(company.manager), company.director)
    assert [person for person, _ in told(planned, notices.adjustment_decided)] == [company.manager.person_id]
    assert words(planned, notices.adjustment_decided).title == "陈明批准了你的调整申请"
    assert [person for person, _ in told(planned, notices.plan_changed)] == [company.rep.person_id]


def test_a_question_reaches_the_author_of_the_change(planned: Planned) -> None:
    planned.approve(planned.ask())
    (receipt,) = planned.receipts()
    service.ask_about_change(planned.company.rep, id=receipt.id, question="奖金怎么算？")
    assert [person for person, _ in told(planned, notices.change_questioned)] == [planned.company.manager.person_id]
    found = words(planned, notices.change_questioned)
    assert (found.title, found.body, found.url) == ("李婷对11月目标有疑问", "奖金怎么算？", f"/changes/{receipt.id}")


def test_what_asks_for_a_decision_or_an_answer_is_urgent(planned: Planned) -> None:
    assert {kind.kind: (kind.urgent, kind.needs_answer) for kind in targets.notices} == {
        "targets.adjustment_requested": (True, True),
        "targets.adjustment_decided": (False, False),
        "targets.plan_changed": (True, True),
        "targets.change_questioned": (False, False),
    }


# --- the morning ----------------------------------------------------------------------------------------


def test_the_morning_says_the_number_its_arithmetic_the_first_stop_and_open_changes(planned: Planned) -> None:
    rep = planned.company.rep
    planned.sell(rep, date(2026, 11, 10), 58 * WAN)
    for hour, name in (("14:00", "康宁诊所"), ("09:30", "仁济门诊")):
        visits.plan_visit(
            rep, id=new_id(), customer_id=planned.company.customer(name=name).id, planned_on=TODAY, planned_at=hour, sort=1
        )
    planned.approve(planned.ask())
    zh = notices.morning(rep.person_id, TODAY, "zh-CN")
    assert zh is not None
    assert (zh.title, zh.url) == ("今天需要 ¥4.3万", "/today")
    assert zh.body == "原计划 ¥3.5万 + 追赶 ¥8,095 · 拜访 2 家 · 首站 09:30 仁济门诊 · 1 条目标变更待确认"
    en = notices.morning(rep.person_id, TODAY, "en")
    assert en is not None
    assert en.title == "Needed today: ¥43k"


@pytest.mark.parametrize("sold,title", [(88, "11月目标已达成"), (90, "11月目标已达成")])
def test_the_morning_says_briefly_that_the_target_is_reached(planned: Planned, sold: int, title: str) -> None:
    planned.sell(planned.company.rep, date(2026, 11, 10), sold * WAN)
    found = notices.morning(planned.company.rep.person_id, TODAY, "zh-CN")
    assert found is not None
    assert (found.title, found.body) == (title, "")


def test_the_morning_shows_the_gap_when_no_working_day_is_left(planned: Planned) -> None:
    rep = planned.company.rep
    org_service.add_leave(rep, id=new_id(), person_id=rep.person_id, from_on=TODAY, to_on=date(2026, 11, 30))
    found = notices.morning(rep.person_id, TODAY, "zh-CN")
    assert found is not None
    assert found.title == "11月还差 ¥88.0万，已没有工作日"


def test_the_morning_has_nothing_to_say_without_target_stops_and_changes(planned: Planned) -> None:
    assert notices.morning(planned.company.staff.person_id, TODAY, "zh-CN") is None
