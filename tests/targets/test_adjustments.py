"""Asking for other targets, deciding, undoing and acknowledging (planning.md 1.8 and 1.9, promises 1 and 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import db, new_id
from app.core.errors import Forbidden, NotFound, Refusal, StaleVersion
from app.org import service as org_service
from app.targets import queries, service
from app.targets.events import AdjustmentDecided, AdjustmentRequested, ChangeAcknowledged, ChangeQuestioned, PlanChanged
from app.targets.models import Adjustment, PlanVersion, Target
from tests.targets.conftest import END, START, TODAY, Planned, at, local, make_planned

WAN = 1_0000_00  # 10,000 yuan in minor units


def refused(code: str, call: Any, *args: Any, **given: Any) -> None:
    """The call is refused with this code."""
    with pytest.raises(Refusal) as found:
        call(*args, **given)
    assert found.value.code == code


def heard(planned: Planned, kind: type) -> list[Any]:
    return [fact for fact in planned.heard if isinstance(fact, kind)]


# --- asking ---------------------------------------------------------------------------------------


def test_a_request_of_a_rep_goes_to_the_direct_manager(planned: Planned) -> None:
    adjustment = planned.adjustment(planned.ask())
    assert (adjustment.status, adjustment.approver_id) == ("submitted", planned.company.manager.person_id)
    assert [(c["old_value"], c["new_value"]) for c in adjustment.cells] == [(22 * WAN, 18 * WAN)]
    (fact,) = heard(planned, AdjustmentRequested)
    assert (fact.requester_name, fact.line_name, fact.old_total, fact.new_total) == ("李婷", "检验试剂", 22 * WAN, 18 * WAN)


def test_a_request_across_teams_goes_to_the_lowest_manager_of_all(planned: Planned) -> None:
    company = planned.company
    director = company.director
    boss = org_service.create_person(company.system, name="总经理", role="director")
    org_service.join_manager(company.system, person_id=director.person_id, manager_id=boss.id)
    cells = [(planned.leaf(company.rep), 18 * WAN), (planned.leaf(company.stranger), 34 * WAN)]
    assert planned.adjustment(planned.ask(director, *cells)).approver_id == boss.id


def test_a_request_of_a_manager_goes_above_the_manager(planned: Planned) -> None:
    assert planned.adjustment(planned.ask(planned.company.manager)).approver_id == planned.company.director.person_id


def test_who_has_nobody_above_cannot_ask(planned: Planned) -> None:
    refused("targets.no_approver", planned.ask, planned.company.director)


@pytest.mark.parametrize("who", ["colleague", "stranger", "finance", "staff", "other_manager"])
def test_nobody_asks_for_targets_of_people_who_are_not_below(planned: Planned, who: str) -> None:
    with pytest.raises(NotFound):
        planned.ask(getattr(planned.company, who))


def test_a_request_needs_a_reason_a_change_and_each_target_once(planned: Planned) -> None:
    leaf = planned.leaf(planned.company.rep)
    rep = planned.company.rep
    refused("targets.reason_missing", planned.ask, reason=" \n ")
    refused("targets.nothing_changes", planned.ask, rep, (leaf, leaf.value))
    refused("targets.cell_twice", planned.ask, rep, (leaf, 1), (leaf, 2))
    refused("targets.value_negative", planned.ask, rep, (leaf, -1))
    known = planned.ask()
    refused("targets.id_taken", planned.ask, id=known)


def test_a_request_never_reaches_back(planned: Planned) -> None:
    refused("targets.effective_in_past", planned.ask, effective_from=TODAY - timedelta(days=1))
    refused("targets.effective_after_period", planned.ask, effective_from=END + timedelta(days=1))
    late = at(planned.company.rep, date(2026, 12, 1))
    refused("targets.period_closed", planned.ask, late, (planned.leaf(late), 1), effective_from=date(2026, 12, 1))


def test_a_request_written_offline_counts_from_the_day_on_which_it_was_written(planned: Planned) -> None:
    sent_late = replace(planned.company.rep, now=local(TODAY + timedelta(days=2)), at=local(TODAY))
    assert planned.adjustment(planned.ask(sent_late)).effective_from == TODAY


def test_a_locked_target_is_not_asked_for(planned: Planned) -> None:
    planned.leaf(planned.company.rep).is_locked = True
    refused("targets.target_locked", planned.ask)


def test_a_request_based_on_an_old_version_is_stale(planned: Planned) -> None:
    planned.approve(planned.ask())
    with pytest.raises(StaleVersion):
        planned.ask(seen_version=1)
    with pytest.raises(StaleVersion):
        planned.ask(seen_version=99)
    other_line = planned.leaf(planned.company.rep, 1)
    assert planned.ask(planned.company.rep, (other_line, 60 * WAN), seen_version=1)  # this one has not changed


# --- approving --------------------------------------------------------------------------------------


def test_an_approval_makes_a_version_a_receipt_and_events_at_once(planned: Planned) -> None:
    before = planned.total()
    adjustment_id = planned.ask()
    planned.approve(adjustment_id, note="同意")
    adjustment = planned.adjustment(adjustment_id)
    assert (adjustment.status, adjustment.result_version, adjustment.decision_note) == ("approved", 2, "同意")
    assert planned.plan.version == 2
    version = db.session.scalars(select(PlanVersion).where(PlanVersion.plan_id == planned.plan.id, PlanVersion.number == 2)).one()
    assert (version.effective_from, version.adjustment_id) == (TODAY, adjustment_id)
    assert planned.leaf(planned.company.rep).value == 18 * WAN
    assert planned.leaf(planned.company.manager, is_unassigned=True).value == 4 * WAN
    assert planned.total() == before
    (receipt,) = planned.receipts()
    assert (receipt.person_id, receipt.old_total, receipt.new_total) == (planned.company.rep.person_id, 88 * WAN, 84 * WAN)
    assert [(c["old_value"], c["new_value"]) for c in receipt.cells] == [(22 * WAN, 18 * WAN)]
    assert (receipt.reason, receipt.decided_by) == (adjustment.reason, planned.company.manager.person_id)
    assert len(heard(planned, PlanChanged)) == len(heard(planned, AdjustmentDecided)) == 1


def test_a_closed_day_is_never_judged_by_a_later_target(planned: Planned) -> None:
    before = planned.days(planned.company.rep)
    planned.approve(planned.ask())
    after = planned.days(planned.company.rep)
    assert {d: a for d, a in after.items() if d < TODAY} == {d: a for d, a in before.items() if d < TODAY}
    assert sum(after.values()) == 18 * WAN
    assert all(after[d] < before[d] for d in before if d >= TODAY and before[d])


def test_the_open_days_on_the_receipt_are_those_that_will_be_asked(planned: Planned) -> None:
    before = [planned.days(planned.company.rep, line) for line in (0, 1)]
    planned.approve(planned.ask())
    after = [planned.days(planned.company.rep, line) for line in (0, 1)]
    (receipt,) = planned.receipts()
    shown = {date.fromisoformat(d["on"]): (d["old_value"], d["new_value"]) for d in receipt.days}
    assert shown == {
        d: (before[0][d] + before[1][d], after[0][d] + after[1][d]) for d in before[0] if d >= TODAY and before[0][d]
    }


def test_a_day_of_effect_that_passed_becomes_the_day_of_approval(planned: Planned) -> None:
    before = planned.days(planned.company.rep)
    adjustment_id = planned.ask()
    late = TODAY + timedelta(days=2)
    planned.approve(adjustment_id, at(planned.company.manager, late))
    after = planned.days(planned.company.rep)
    assert planned.leaf(planned.company.rep).effective_from == late
    assert [after[d] for d in after if d < late] == [before[d] for d in before if d < late]


def test_an_approval_after_the_period_is_refused(planned: Planned) -> None:
    adjustment_id = planned.ask()
    refused("targets.period_closed", planned.approve, adjustment_id, at(planned.company.manager, date(2026, 12, 1)))
    assert planned.plan.version == 1


def test_with_no_working_day_left_the_closed_days_stand_and_the_difference_is_shown(planned: Planned) -> None:
    rep = planned.company.rep
    org_service.add_leave(rep, id=new_id(), person_id=rep.person_id, from_on=TODAY, to_on=END)
    planned.approve(planned.ask(rep, (planned.leaf(rep), 25 * WAN)))
    days = planned.days(rep)
    assert sum(days.values()) < 25 * WAN == planned.leaf(rep).value
    (standing,) = queries.standings(planned.plan, [rep.person_id], TODAY)
    assert (standing.pace.state, standing.pace.needed_today) == ("cannot", None)
    assert standing.pace.unplaced == standing.pace.target - sum(standing.days.values()) > 0


def test_a_raise_beyond_what_is_unassigned_is_a_stated_over_assignment(planned: Planned) -> None:
    before = planned.total()
    planned.approve(planned.ask(planned.company.rep, (planned.leaf(planned.company.rep), 26 * WAN)))
    held = planned.leaf(planned.company.manager, is_unassigned=True)
    assert (held.value, held.flags) == (-4 * WAN, ["over_assigned"])
    assert planned.total() == before


def test_only_the_people_touched_get_receipts(planned: Planned) -> None:
    company = planned.company
    cells = [(planned.leaf(company.rep), 18 * WAN), (planned.leaf(company.colleague), 24 * WAN)]
    planned.approve(planned.ask(company.manager, *cells), company.director)
    assert sorted(r.person_id for r in planned.receipts()) == sorted([company.rep.person_id, company.colleague.person_id])
    assert {fact.person_id for fact in heard(planned, PlanChanged)} == {company.rep.person_id, company.colleague.person_id}


def test_a_target_may_be_cut_to_zero_and_is_then_no_target(planned: Planned) -> None:
    company = planned.company
    planned.approve(planned.ask(company.colleague, (planned.leaf(company.colleague), 0)))
    (standing,) = queries.standings(planned.plan, [company.colleague.person_id], TODAY)
    assert (standing.pace.state, standing.pace.attainment) == ("none", None)


def test_a_receipt_is_due_at_six_on_the_next_working_day_of_the_person(planned: Planned) -> None:
    rep = planned.company.rep
    org_service.add_leave(
        rep, id=new_id(), person_id=rep.person_id, from_on=TODAY + timedelta(days=1), to_on=TODAY + timedelta(days=1)
    )
    planned.approve(planned.ask())
    assert planned.receipts()[0].due_at == local(TODAY + timedelta(days=2), 18)


def test_an_event_says_what_the_change_means_for_today(planned: Planned) -> None:
    rep = planned.company.rep
    planned.sell(rep, date(2026, 11, 20), 60 * WAN)
    before = queries.today(rep.person_id, TODAY).standing
    planned.approve(planned.ask())
    after = queries.today(rep.person_id, TODAY).standing
    (fact,) = heard(planned, PlanChanged)
    assert before is not None
    assert after is not None
    assert (fact.on, fact.is_today) == (TODAY, True)
    assert (fact.day_old, fact.day_new) == (before.pace.needed_today, after.pace.needed_today)
    assert before.pace.actual == after.pace.actual == 60 * WAN


# --- taking effect by rule --------------------------------------------------------------------------


def test_a_small_zero_sum_shift_of_a_manager_takes_effect_by_rule(planned: Planned) -> None:
    company = planned.company
    before = planned.total()
    cells = [(planned.leaf(company.rep), 20 * WAN), (planned.leaf(company.colleague), 22 * WAN)]
    adjustment = planned.adjustment(planned.ask(company.manager, *cells))
    assert (adjustment.status, adjustment.decided_by, adjustment.result_version) == ("approved", company.manager.person_id, 2)
    assert (planned.leaf(company.rep).value, planned.leaf(company.colleague).value) == (20 * WAN, 22 * WAN)
    assert planned.total() == before
    assert len(planned.receipts()) == 2
    assert heard(planned, AdjustmentRequested) == []
    service.undo_adjustment(company.manager, id=adjustment.id)
    assert planned.leaf(company.rep).value == 22 * WAN


def test_what_is_unassigned_may_be_handed_out_by_rule(planned: Planned) -> None:
    company = planned.company
    planned.approve(planned.ask())
    held = planned.leaf(company.manager, is_unassigned=True)
    cells = [(held, 3 * WAN), (planned.leaf(company.colleague), 21 * WAN)]
    assert planned.adjustment(planned.ask(company.manager, *cells)).status == "approved"
    assert planned.leaf(company.manager, is_unassigned=True).value == 3 * WAN


def test_a_shift_that_is_large_or_not_zero_in_sum_or_of_ones_own_is_decided_above(planned: Planned) -> None:
    company = planned.company
    rep, colleague = planned.leaf(company.rep), planned.leaf(company.colleague)
    one_cent_more_than_a_tenth = [(rep, 20 * WAN - 1), (colleague, 22 * WAN + 1)]
    not_zero = [(rep, 21 * WAN), (colleague, 20 * WAN + 1)]
    for cells in (one_cent_more_than_a_tenth, not_zero):
        adjustment = planned.adjustment(planned.ask(company.manager, *cells))
        assert (adjustment.status, adjustment.approver_id) == ("submitted", company.director.person_id)
    own = [(rep, 21 * WAN), (planned.leaf(company.rep, 1), 67 * WAN)]
    assert planned.adjustment(planned.ask(company.rep, *own)).status == "submitted"


# --- who may decide, and how often ----------------------------------------------------------------


@pytest.mark.parametrize("who", ["colleague", "stranger", "finance", "staff", "other_manager"])
def test_whoever_is_not_above_does_not_even_find_the_request(planned: Planned, who: str) -> None:
    adjustment_id = planned.ask()
    actor = getattr(planned.company, who)
    for call in (
        lambda: planned.approve(adjustment_id, actor),
        lambda: service.reject_adjustment(actor, id=adjustment_id, seen_version=1, note="不"),
        lambda: service.return_adjustment(actor, id=adjustment_id, seen_version=1, note="不"),
        lambda: service.withdraw_adjustment(actor, id=adjustment_id),
        lambda: service.undo_adjustment(actor, id=adjustment_id),
    ):
        with pytest.raises(NotFound):
            call()
    assert planned.adjustment(adjustment_id).status == "submitted"


def test_nobody_decides_their_own_request(planned: Planned) -> None:
    adjustment_id = planned.ask()
    with pytest.raises(Forbidden) as found:
        planned.approve(adjustment_id, planned.company.rep)
    assert found.value.code == "targets.own_request"
    own = planned.ask(planned.company.manager)
    with pytest.raises(Forbidden):
        planned.approve(own, planned.company.manager)


def test_an_admin_sees_a_request_and_does_not_decide_it(planned: Planned) -> None:
    adjustment_id = planned.ask()
    with pytest.raises(Forbidden) as found:
        planned.approve(adjustment_id, planned.company.admin)
    assert (found.value.code, found.value.params) == ("targets.not_the_approver", {"name": "王强"})


def test_someone_above_the_approver_may_decide(planned: Planned) -> None:
    planned.approve(planned.ask(), planned.company.director)
    assert planned.leaf(planned.company.manager, is_unassigned=True).value == 4 * WAN


def test_after_a_move_in_the_tree_the_present_manager_decides(planned: Planned) -> None:
    company = planned.company
    adjustment_id = planned.ask()
    org_service.join_manager(company.system, person_id=company.rep.person_id, manager_id=company.other_manager.person_id)
    with pytest.raises(Forbidden) as found:
        planned.approve(adjustment_id)
    assert found.value.params == {"name": "孙浩"}
    planned.approve(adjustment_id, company.other_manager)
    assert planned.leaf(company.other_manager, is_unassigned=True).value == 4 * WAN


def test_another_organisation_finds_nothing(planned: Planned) -> None:
    adjustment_id = planned.ask()
    other = make_planned([], "other")
    leaf = planned.leaf(planned.company.rep)
    for actor in (other.company.manager, other.company.director, other.company.admin):
        with pytest.raises(NotFound):
            planned.approve(adjustment_id, actor)
        with pytest.raises(NotFound):
            planned.ask(actor, (leaf, 1))
        with pytest.raises(NotFound):
            planned.ask(actor, (leaf, 1), plan_id=other.plan.id)


def test_a_request_is_decided_once(planned: Planned) -> None:
    manager = planned.company.manager
    adjustment_id = planned.ask()
    planned.approve(adjustment_id)
    refused("already_decided", planned.approve, adjustment_id)
    refused("already_decided", planned.approve, adjustment_id, planned.company.director)
    refused("already_decided", service.reject_adjustment, manager, id=adjustment_id, seen_version=2, note="不同意")
    refused("already_decided", service.withdraw_adjustment, planned.company.rep, id=adjustment_id)
    assert (planned.plan.version, len(planned.receipts())) == (2, 1)


def test_a_rejection_moves_no_number_and_says_why(planned: Planned) -> None:
    adjustment_id = planned.ask()
    refused(
        "targets.reason_missing", service.reject_adjustment, planned.company.manager, id=adjustment_id, seen_version=1, note=" "
    )
    service.reject_adjustment(planned.company.manager, id=adjustment_id, seen_version=1, note="月底前还有两家新店。")
    assert (planned.adjustment(adjustment_id).status, planned.plan.version, planned.receipts()) == ("rejected", 1, [])
    (fact,) = heard(planned, AdjustmentDecided)
    assert (fact.decision, fact.note, fact.told_ids) == ("rejected", "月底前还有两家新店。", ())
    refused("already_decided", planned.approve, adjustment_id)


def test_a_returned_request_is_decided_too(planned: Planned) -> None:
    adjustment_id = planned.ask()
    service.return_adjustment(planned.company.manager, id=adjustment_id, seen_version=1, note="请附照片。")
    assert planned.adjustment(adjustment_id).status == "returned"
    refused("already_decided", planned.approve, adjustment_id)


def test_only_who_asked_withdraws(planned: Planned) -> None:
    adjustment_id = planned.ask()
    with pytest.raises(Forbidden):
        service.withdraw_adjustment(planned.company.manager, id=adjustment_id)
    service.withdraw_adjustment(planned.company.rep, id=adjustment_id)
    refused("already_decided", planned.approve, adjustment_id)


def test_a_decision_on_an_old_version_is_stale_and_changes_nothing(planned: Planned) -> None:
    first, second = planned.ask(), planned.ask(planned.company.rep, (planned.leaf(planned.company.rep), 20 * WAN))
    planned.approve(first)
    with pytest.raises(StaleVersion):
        planned.approve(second, seen_version=1)
    assert planned.adjustment(second).status == "submitted"
    planned.approve(second, seen_version=2)  # seen as it is now
    assert planned.leaf(planned.company.rep).value == 20 * WAN


def test_a_change_elsewhere_does_not_make_a_decision_stale(planned: Planned) -> None:
    adjustment_id = planned.ask()
    planned.approve(planned.ask(planned.company.colleague, (planned.leaf(planned.company.colleague), 19 * WAN)))
    planned.approve(adjustment_id, seen_version=1)
    assert planned.leaf(planned.company.rep).value == 18 * WAN


def test_what_the_same_phone_decided_before_is_no_news_to_it(planned: Planned) -> None:
    first, second = planned.ask(), planned.ask(planned.company.rep, (planned.leaf(planned.company.rep), 20 * WAN))
    phone = new_id()
    planned.approve(first, at(planned.company.manager, TODAY, client_id=phone, n=7), seen_version=1)
    with pytest.raises(StaleVersion):
        planned.approve(second, at(planned.company.manager, TODAY, client_id=new_id(), n=8), seen_version=1)
    planned.approve(second, at(planned.company.manager, TODAY, client_id=phone, n=8), seen_version=1)
    assert planned.leaf(planned.company.rep).value == 20 * WAN


# --- undoing ------------------------------------------------------------------------------------------


def test_undoing_restores_the_leaves_to_the_cent_with_receipts_of_its_own(planned: Planned) -> None:
    manager = planned.company.manager
    days, total = planned.days(planned.company.rep), planned.total()
    adjustment_id = planned.ask()
    planned.approve(adjustment_id)
    service.undo_adjustment(at(manager, TODAY, 9), id=adjustment_id)
    assert planned.adjustment(adjustment_id).status == "undone"
    assert planned.plan.version == 3
    assert planned.days(planned.company.rep) == days
    assert planned.leaf(manager, is_unassigned=True).value == 0
    assert planned.total() == total
    assert [(r.old_total, r.new_total) for r in planned.receipts()] == [(88 * WAN, 84 * WAN), (84 * WAN, 88 * WAN)]
    refused("already_decided", service.undo_adjustment, manager, id=adjustment_id)


def test_undoing_is_for_who_approved_within_ten_minutes_before_anything_else_changed(planned: Planned) -> None:
    manager = planned.company.manager
    adjustment_id = planned.ask()
    refused("targets.not_approved", service.undo_adjustment, manager, id=adjustment_id)
    planned.approve(adjustment_id)
    with pytest.raises(Forbidden):
        service.undo_adjustment(planned.company.director, id=adjustment_id)
    refused("targets.undo_too_late", service.undo_adjustment, at(manager, TODAY, 10), id=adjustment_id)
    planned.approve(planned.ask(planned.company.rep, (planned.leaf(planned.company.rep), 17 * WAN)))
    refused("targets.undo_superseded", service.undo_adjustment, manager, id=adjustment_id)
    assert planned.leaf(planned.company.rep).value == 17 * WAN


# --- receipts -----------------------------------------------------------------------------------------


def test_seeing_asking_and_acknowledging_are_three_things(planned: Planned) -> None:
    rep = planned.company.rep
    planned.approve(planned.ask())
    (receipt,) = planned.receipts()
    service.see_change(rep, id=receipt.id)
    assert (receipt.seen_at, receipt.acknowledged_at) == (rep.at, None)
    service.ask_about_change(rep, id=receipt.id, question="奖金怎么算？")
    assert (receipt.question, receipt.acknowledged_at) == ("奖金怎么算？", None)
    (asked,) = heard(planned, ChangeQuestioned)
    assert (asked.decided_by, asked.person_name) == (planned.company.manager.person_id, "李婷")
    offline = at(rep, TODAY, 11)
    service.acknowledge_change(offline, id=receipt.id)
    assert (receipt.acknowledged_at, receipt.seen_at) == (offline.at, rep.at)
    service.acknowledge_change(at(rep, TODAY, 12), id=receipt.id)
    assert receipt.acknowledged_at == offline.at  # the first time counts
    assert len(heard(planned, ChangeAcknowledged)) == 1


def test_acknowledging_the_latest_change_acknowledges_the_earlier_ones(planned: Planned) -> None:
    rep = planned.company.rep
    planned.approve(planned.ask())
    planned.approve(planned.ask(rep, (planned.leaf(rep), 17 * WAN)))
    first, second = planned.receipts()
    service.acknowledge_change(rep, id=second.id)
    assert first.acknowledged_at == second.acknowledged_at == rep.at
    assert queries.unconfirmed(rep.person_id) == 0


@pytest.mark.parametrize("who", ["manager", "colleague", "admin", "stranger"])
def test_nobody_acknowledges_for_another(planned: Planned, who: str) -> None:
    planned.approve(planned.ask())
    (receipt,) = planned.receipts()
    actor = getattr(planned.company, who)
    with pytest.raises(NotFound):
        service.acknowledge_change(actor, id=receipt.id)
    with pytest.raises(NotFound):
        service.see_change(actor, id=receipt.id)
    with pytest.raises(NotFound):
        service.ask_about_change(actor, id=receipt.id, question="?")
    assert receipt.acknowledged_at is None


# --- previews and buckets -----------------------------------------------------------------------------


def test_the_preview_is_what_the_approval_does(planned: Planned) -> None:
    rep, manager = planned.company.rep, planned.company.manager
    effect = service.preview(
        manager,
        plan_id=planned.plan.id,
        values={planned.leaf(rep).id: 18 * WAN},
        holder_id=manager.person_id,
        effective_from=TODAY,
    )
    assert planned.plan.version == 1
    planned.approve(planned.ask())
    (receipt,) = planned.receipts()
    (person,) = effect.people
    assert [(d.on.isoformat(), d.old_value, d.new_value) for d in person.days] == [
        (d["on"], d["old_value"], d["new_value"]) for d in receipt.days
    ]
    assert all(total.remainder == 0 for total in effect.totals)
    with pytest.raises(NotFound):
        service.preview(
            planned.company.colleague,
            plan_id=planned.plan.id,
            values={planned.leaf(rep).id: 1},
            holder_id="x",
            effective_from=TODAY,
        )


def test_rows_travel_to_the_person_those_above_and_the_approver_only(planned: Planned) -> None:
    company = planned.company
    adjustment_id = planned.ask()
    planned.approve(adjustment_id)
    (receipt,) = planned.receipts()
    rep = f"person:{company.rep.person_id}"
    assert queries.adjustment_buckets(planned.adjustment(adjustment_id)) == [rep, f"user:{company.manager.person_id}"]
    assert queries.receipt_buckets(receipt) == queries.target_buckets(planned.leaf(company.rep)) == [rep]
    receipt.archived_at = company.rep.now
    assert queries.receipt_buckets(receipt) == []


def test_concurrent_requests_for_one_cell_end_in_one_chain_of_leaves(planned: Planned) -> None:
    rep = planned.company.rep
    for value in (18, 19, 25, 0):
        planned.approve(planned.ask(rep, (planned.leaf(rep), value * WAN)))
    chain = list(
        db.session.scalars(
            select(Target)
            .where(Target.person_id == rep.person_id, Target.product_line_id == planned.lines[0], Target.period_start == START)
            .order_by(Target.from_version)
        )
    )
    assert [(t.from_version, t.to_version) for t in chain] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, None)]
    assert [t.value for t in chain] == [22 * WAN, 18 * WAN, 19 * WAN, 25 * WAN, 0]
    assert db.session.scalars(select(Adjustment.status).distinct()).all() == ["approved"]


def test_a_director_publishes_a_version_without_a_request(planned: Planned) -> None:
    company = planned.company
    cells: list[service.NewValue] = [{"target_id": planned.leaf(company.stranger).id, "new_value": 33 * WAN}]
    before = planned.total()
    version = service.publish_version(company.director, plan_id=planned.plan.id, cells=cells, reason="新店", effective_from=TODAY)
    assert (version.number, planned.total(), len(planned.receipts())) == (2, before, 1)
    with pytest.raises(Forbidden):
        service.publish_version(company.manager, plan_id=planned.plan.id, cells=cells, reason="新店", effective_from=TODAY)
    refused(
        "targets.reason_missing",
        service.publish_version,
        company.director,
        plan_id=planned.plan.id,
        cells=[cells[0] | {"new_value": 1}],
        reason="",
        effective_from=TODAY,
    )


def test_a_leaf_keeps_floor_and_stretch_around_its_value(planned: Planned) -> None:
    company = planned.company
    leaf = planned.leaf(company.rep)
    leaf.floor_value, leaf.stretch_value = 20 * WAN, 24 * WAN
    planned.approve(planned.ask())
    assert (planned.leaf(company.rep).floor_value, planned.leaf(company.rep).stretch_value) == (18 * WAN, 24 * WAN)
