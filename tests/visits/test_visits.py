"""Visits: graded and never refused for a distance, on the right day, with what must be there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import AccessLost, Forbidden, NotFound, Refusal
from app.core.geo import Point, to_gcj02
from app.customers import service as customers
from app.customers.models import Customer
from app.visits import queries, rules, service
from app.visits.models import Task, Visit
from app.visits.rules import Grade
from tests.company import MORNING, OUTCOMES, PHOTO, STEPS, Company, at, make_company

pytestmark = pytest.mark.usefixtures("session")
TODAY = date(2026, 11, 23)
DOOR = Point(30.2592, 120.1301)


@pytest.fixture
def company(session: Any) -> Company:
    return make_company()


@pytest.fixture
def customer(company: Company) -> Customer:
    pin = to_gcj02(DOOR)
    return company.customer(lat=pin.lat, lng=pin.lng, datum="gcj02")


def fix(lat: float = DOOR.lat, accuracy_m: int = 15, fix_age_s: int = 3) -> dict[str, Any]:
    return {"lat": lat, "lng": DOOR.lng, "datum": "wgs84", "accuracy_m": accuracy_m, "fix_age_s": fix_age_s}


def check_in(company: Company, customer: Customer, actor: Actor | None = None, **values: Any) -> Visit:
    args = {"id": new_id(), "customer_id": customer.id, "visit_type_id": company.visit_type.id, "planned_on": TODAY, **values}
    service.check_in(actor or company.rep, **{"position": fix(), **args})
    visit = db.session.get(Visit, args["id"])
    assert visit is not None
    return visit


def finish(actor: Actor, visit: Visit, **values: Any) -> None:
    service.finish(actor, **{"id": visit.id, "outcome": "ordered", "answers": {"shelf": "full"}, "photos": [PHOTO], **values})


# --- Where -------------------------------------------------------------------------------------


def test_the_distance_is_measured_in_one_datum(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    assert (visit.grade, visit.flags) == ("verified", [])
    assert visit.distance_m is not None
    assert visit.distance_m < 30


@pytest.mark.parametrize("distance, accuracy, age, grade", [
    (0, 10, 0, Grade.VERIFIED),
    (150, 100, 300, Grade.VERIFIED),
    (150, 101, 0, Grade.NEARBY),
    (10, 10, 301, Grade.NEARBY),
    (151, 10, 0, Grade.NEARBY),
    (450, 10, 0, Grade.NEARBY),
    (451, 10, 0, Grade.OFF_SITE),
    (640, 500, 0, Grade.NEARBY),
    (5000, 9999, 0, Grade.OFF_SITE),
    (None, 10, 0, Grade.NO_LOCATION),
    (20, None, None, Grade.VERIFIED),
])  # fmt: skip
def test_a_grade_says_how_well_the_place_is_known(
    distance: int | None, accuracy: int | None, age: int | None, grade: Grade
) -> None:
    assert rules.grade(distance, accuracy, age, 150) is grade


@given(st.integers(0, 10**7), st.integers(0, 10**5), st.integers(0, 10**5), st.integers(1, 5000))
def test_coming_closer_never_lowers_a_grade(distance: int, accuracy: int, age: int, radius: int) -> None:
    order = [Grade.VERIFIED, Grade.NEARBY, Grade.OFF_SITE]
    here, closer = (rules.grade(d, accuracy, age, radius) for d in (distance, distance // 2))
    assert order.index(closer) <= order.index(here)


def test_a_check_in_far_away_is_saved_graded_and_marked_if_no_reason_is_given(company: Company, customer: Customer) -> None:
    far = check_in(company, customer, position=fix(lat=31.0))
    assert (far.status, far.grade, far.flags) == ("open", "off_site", ["reason_missing"])
    told = check_in(company, customer, position=fix(lat=31.0), off_site_reason="客户换地址")
    assert (told.grade, told.flags) == ("off_site", [])


def test_a_check_in_without_a_position_is_saved(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer, position=None, off_site_reason="室内无信号")
    assert (visit.status, visit.grade, visit.distance_m, visit.flags) == ("open", "no_location", None, [])


def test_a_customer_without_a_pin_is_nobodys_fault(company: Company) -> None:
    visit = check_in(company, company.customer())
    assert (visit.grade, visit.flags) == ("no_location", ["customer_without_pin"])


# --- When --------------------------------------------------------------------------------------


def test_a_visit_is_on_the_local_day_of_its_corrected_time(company: Company, customer: Customer) -> None:
    before_midnight = datetime(2026, 11, 23, 15, 58, tzinfo=UTC)  # 23:58 in Shanghai
    visit = check_in(company, customer, at(company.rep, before_midnight), planned_on=date(2026, 11, 25))
    finish(at(company.rep, before_midnight + timedelta(minutes=22)), visit)
    assert visit.planned_on == date(2026, 11, 23)
    assert visit.checked_out_at == before_midnight + timedelta(minutes=22)


def test_a_forgotten_check_out_blocks_nobody_and_is_closed_at_a_marked_time(company: Company, customer: Customer) -> None:
    forgotten = check_in(company, customer)
    check_in(company, customer, at(company.rep, MORNING + timedelta(hours=2)))
    assert (forgotten.status, forgotten.flags) == ("done", ["check_out_estimated"])
    assert forgotten.checked_out_at == MORNING + rules.TYPICAL_VISIT
    finish(at(company.rep, MORNING + timedelta(hours=3)), forgotten)
    assert (forgotten.outcome, forgotten.flags) == ("ordered", ["finished_later"])
    assert forgotten.checked_out_at == MORNING + rules.TYPICAL_VISIT


def test_a_check_out_forgotten_overnight_is_estimated_and_one_that_only_arrives_late_counts_as_made(
    company: Company, customer: Customer
) -> None:
    forgotten = check_in(company, customer)
    service.close_days_that_ended(MORNING + timedelta(hours=14, minutes=59))  # 23:59 in Shanghai
    assert (forgotten.status, forgotten.flags) == ("open", [])
    midnight = MORNING + timedelta(hours=15)
    service.close_days_that_ended(midnight)
    service.close_days_that_ended(midnight + timedelta(hours=1))
    assert (forgotten.status, forgotten.flags) == ("done", ["check_out_estimated"])
    assert forgotten.checked_out_at == MORNING + rules.TYPICAL_VISIT
    made_at_ten = replace(company.rep, at=MORNING + timedelta(hours=1), now=midnight + timedelta(hours=9))
    finish(made_at_ten, forgotten)
    assert (forgotten.outcome, forgotten.flags) == ("ordered", [])
    assert forgotten.checked_out_at == made_at_ten.at


@given(st.timedeltas(timedelta(days=-1), timedelta(days=2)))
def test_an_estimated_end_is_never_before_the_beginning(gap: timedelta) -> None:
    end = rules.estimated_end(MORNING, MORNING + gap)
    assert MORNING <= end <= MORNING + rules.TYPICAL_VISIT


def test_a_colleagues_open_visit_stays_open(company: Company, customer: Customer) -> None:
    theirs = check_in(company, company.customer(company.colleague), company.colleague)
    check_in(company, customer)
    assert theirs.status == "open"


# --- Whose -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["colleague", "stranger", "other_manager", "staff"])
def test_a_customer_outside_ones_scope_is_not_visited(company: Company, customer: Customer, who: str) -> None:
    with pytest.raises(NotFound):
        check_in(company, customer, getattr(company, who))
    with pytest.raises(NotFound):
        service.plan_visit(getattr(company, who), id=new_id(), customer_id=customer.id, planned_on=TODAY)
    assert db.session.scalars(select(Visit)).all() == []


def test_a_visit_to_a_customer_given_away_meanwhile_counts_for_72_hours_and_is_marked(
    company: Company, customer: Customer
) -> None:
    planned = new_id()
    service.plan_visit(company.rep, id=planned, customer_id=customer.id, planned_on=TODAY)
    customers.reassign(company.manager, customer_id=customer.id, owner_id=company.colleague.person_id)
    visit = db.session.get(Visit, planned)
    assert visit is not None
    assert (visit.status, visit.flags) == ("cancelled", ["customer_reassigned"])
    check_in(company, customer, at(company.rep, MORNING + timedelta(hours=72)), id=planned)
    assert visit.status == "open"
    assert "late_after_reassign" in visit.flags
    with pytest.raises(AccessLost):
        check_in(company, customer, at(company.rep, MORNING + timedelta(hours=72, seconds=1)))


def test_a_visit_made_before_the_customer_was_given_away_counts_whenever_it_arrives(company: Company, customer: Customer) -> None:
    customers.reassign(
        at(company.manager, MORNING + timedelta(days=1)), customer_id=customer.id, owner_id=company.colleague.person_id
    )
    visit = check_in(company, customer)
    assert (visit.status, visit.flags) == ("open", ["late_after_reassign"])


def test_nobody_touches_a_visit_or_task_of_somebody_else(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    task = new_id()
    service.add_task(company.rep, id=task, title="报价")
    for actor in (company.manager, company.admin, company.colleague, make_company("other").rep):
        for act in (
            lambda a: finish(a, visit),
            lambda a: service.move_visit(a, id=visit.id, planned_on=TODAY),
            lambda a: service.cancel_visit(a, id=visit.id),
            lambda a: service.complete_task(a, id=task),
            lambda a: service.reopen_task(a, id=task),
        ):
            with pytest.raises(NotFound):
                act(actor)
    with pytest.raises(NotFound):
        check_in(company, customer, company.manager, id=visit.id)


def test_a_visit_goes_to_its_customer_and_its_person(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    assert queries.visit_buckets(visit) == [f"cust:{customer.id}", f"person:{company.rep.person_id}"]
    visit.archived_at = MORNING
    assert queries.visit_buckets(visit) == []


# --- The route ---------------------------------------------------------------------------------


def test_a_stop_is_planned_moved_and_cancelled_until_it_begins(company: Company, customer: Customer) -> None:
    visit_id = new_id()
    service.plan_visit(company.rep, id=visit_id, customer_id=customer.id, planned_on=TODAY, planned_at="09:30", purpose="补货")
    service.move_visit(company.rep, id=visit_id, planned_on=date(2026, 11, 24), planned_at="10:00", sort=2)
    visit = queries.own_visit(company.rep, visit_id)
    assert (visit.planned_on, visit.planned_at, visit.sort) == (date(2026, 11, 24), "10:00", 2)
    check_in(company, customer, id=visit_id)
    assert (visit.status, visit.is_planned, visit.planned_on) == ("open", True, TODAY)
    for act in (service.cancel_visit, lambda a, id: service.move_visit(a, id=id, planned_on=TODAY)):
        with pytest.raises(Refusal, match="not_planned"):
            act(company.rep, id=visit_id)


def test_a_visit_begins_once_and_at_the_customer_that_was_planned(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    with pytest.raises(Refusal, match="already_checked_in"):
        check_in(company, customer, id=visit.id)
    planned = new_id()
    service.plan_visit(company.rep, id=planned, customer_id=customer.id, planned_on=TODAY)
    with pytest.raises(Refusal, match="other_customer"):
        check_in(company, company.customer(name="别家"), id=planned)


# --- What --------------------------------------------------------------------------------------


@pytest.mark.parametrize("change, field, code", [
    ({"photos": []}, "photo", "visits.photo_missing"),
    ({"photos": [{**PHOTO, "step_key": "other"}]}, "photo", "visits.photo_missing"),
    ({"answers": {}}, "shelf", "required"),
    ({"answers": {"shelf": "nope"}}, "shelf", "visits.unknown_choice"),
    ({"answers": {"shelf": ["full"]}}, "shelf", "visits.one_choice"),
    ({"answers": {"shelf": "full", "stock": 100}}, "stock", "visits.out_of_range"),
    ({"answers": {"shelf": "full", "stock": "12"}}, "stock", "visits.not_a_number"),
    ({"answers": {"shelf": "full", "stock": True}}, "stock", "visits.not_a_number"),
    ({"answers": {"shelf": "full", "new": 1}}, "new", "visits.unknown_field"),
    ({"outcome": "married"}, "outcome", "visits.unknown_outcome"),
])  # fmt: skip
def test_a_missing_must_do_is_refused_by_its_name(
    company: Company, customer: Customer, change: Any, field: str, code: str
) -> None:
    visit = check_in(company, customer)
    with pytest.raises(Refusal, match="incomplete") as refused:
        finish(company.rep, visit, **change)
    assert refused.value.fields == {field: code}
    assert visit.status == "open"


def test_a_visit_finishes_on_the_version_that_it_began_on(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    renewed = service.publish_visit_type(
        company.admin, code="routine", name={"zh": "常规", "en": "Routine"}, outcomes=OUTCOMES,
        steps=[*STEPS, {"key": "rival", "kind": "text", "label": {"zh": "竞品", "en": "Rival"}, "is_required": True}],
    )  # fmt: skip
    assert (renewed.version, renewed.is_live, company.visit_type.is_live) == (3, True, False)
    assert [known for known in queries.live_visit_types(company.rep) if known.code == "routine"] == [renewed]
    finish(company.rep, visit)
    assert visit.status == "done"
    later = check_in(company, customer, visit_type_id=renewed.id)
    with pytest.raises(Refusal) as refused:
        finish(company.rep, later)
    assert refused.value.fields == {"rival": "required"}


def test_a_visit_ends_once_with_its_photos_and_a_next_step_as_a_task(company: Company, customer: Customer) -> None:
    visit = check_in(company, customer)
    step = {"task_id": new_id(), "title": "送样机", "due_on": date(2026, 11, 25)}
    finish(company.rep, visit, amount=500_00, note="见了院长", next_step=step)
    assert (visit.status, visit.amount, visit.photos[0]["sha256"]) == ("done", 500_00, PHOTO["sha256"])
    task = db.session.scalars(select(Task)).one()
    assert (task.id, task.kind, task.visit_id, task.customer_id) == (step["task_id"], "next_step", visit.id, customer.id)
    assert (task.due_on, task.person_id) == (date(2026, 11, 25), company.rep.person_id)
    with pytest.raises(Refusal, match="already_finished"):
        finish(company.rep, visit)


def test_a_task_is_ticked_and_unticked(company: Company) -> None:
    task_id = new_id()
    service.add_task(company.rep, id=task_id, title=" 打电话 ", due_on=TODAY)
    service.complete_task(company.rep, id=task_id)
    service.complete_task(at(company.rep, MORNING + timedelta(hours=1)), id=task_id)
    task = queries.own_task(company.rep, task_id)
    assert (task.title, task.status, task.done_at) == ("打电话", "done", MORNING)
    service.reopen_task(company.rep, id=task_id)
    assert (task.status, task.done_at) == ("open", None)


@pytest.mark.parametrize("steps, code", [
    ([{**STEPS[0]}, {**STEPS[0]}], "step_keys"),
    ([{**STEPS[0], "kind": "video"}], "step_kind"),
    ([{**STEPS[0], "label": {"zh": "照片"}}], "step_label"),
    ([{**STEPS[1], "options": []}], "step_options"),
])  # fmt: skip
def test_a_visit_type_that_nobody_could_fill_is_refused(company: Company, steps: Any, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        service.publish_visit_type(company.admin, code="x", name={"zh": "x", "en": "x"}, steps=steps, outcomes=OUTCOMES)


def test_a_new_company_starts_with_visit_types_and_keeps_its_own(company: Company) -> None:
    codes = [(known.code, known.version) for known in queries.live_visit_types(company.rep)]
    assert codes == [("installation", 1), ("routine", 2)]
    service.publish_defaults(company.admin)
    assert [(known.code, known.version) for known in queries.live_visit_types(company.rep)] == codes


def test_only_an_admin_publishes_visit_types(company: Company) -> None:
    for actor in (company.rep, company.manager, company.director):
        with pytest.raises(Forbidden):
            service.publish_visit_type(actor, code="x", name={"zh": "x", "en": "x"}, steps=STEPS, outcomes=OUTCOMES)
