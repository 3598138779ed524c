"""Who sees which customer, and what happens when one changes hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import synced
from app.core.actor import Actor
from app.core.db import db, new_id
from app.core.errors import AccessLost, Forbidden, Gone, NotFound, Refusal
from app.customers import queries, rules, service
from app.customers.models import Contact, CustomerAssignment
from app.org import queries as org
from tests.company import MORNING, Company, make_company

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def company(session: Any) -> Company:
    return make_company()


def version_of(row: Any) -> int:
    """The version of a row as a phone knows it after the last commit."""
    stored = db.session.get(synced.SyncRow, (synced.name_of(row), row.id))
    assert stored is not None
    return stored.v


@pytest.mark.parametrize(
    "name, expected",
    [
        ("仁济门诊", "rjmz"),
        ("A Bike Store", "abs"),
        ("重庆3M Shop", "cq3s"),
        ("José's Café", "jc"),
        ("(西湖)店", "xhd"),
        ("🏥", ""),
    ],
)
def test_a_name_is_found_by_its_pinyin_initials(name: str, expected: str) -> None:
    assert rules.initials(name) == expected


@pytest.mark.parametrize("who, sees", [
    ("rep", True), ("colleague", False), ("manager", True), ("director", True), ("other_manager", False),
    ("stranger", False), ("finance", True), ("admin", True), ("staff", False),
])  # fmt: skip
def test_a_customer_is_seen_by_its_owner_those_above_admin_and_finance(company: Company, who: str, sees: bool) -> None:
    customer = company.customer()
    actor: Actor = getattr(company, who)
    assert (customer in db.session.scalars(queries.visible(actor)).all()) is sees
    if sees:
        assert queries.get(actor, customer.id) is customer
    else:
        with pytest.raises(NotFound):
            queries.get(actor, customer.id)


def test_another_organisation_sees_nothing_not_even_its_admin(company: Company) -> None:
    customer = company.customer()
    other = make_company("other")
    for actor in (other.admin, other.finance, other.director, other.system):
        assert db.session.scalars(queries.visible(actor)).all() == []
        with pytest.raises(NotFound):
            queries.get(actor, customer.id)


def test_a_new_customer_belongs_to_who_made_it_from_that_day(company: Company) -> None:
    customer = company.customer(contacts=[{"id": new_id(), "name": "张医生", "phone": "139"}])
    assignment = db.session.scalars(select(CustomerAssignment)).one()
    assert (assignment.person_id, assignment.from_on, assignment.to_on) == (company.rep.person_id, date(2026, 11, 23), None)
    assert [contact.name for contact in queries.contacts_of(customer)] == ["张医生"]


def test_the_day_is_the_one_where_the_person_is(company: Company) -> None:
    late = replace(company.rep, at=MORNING.replace(hour=17), now=MORNING.replace(hour=17))  # 01:00 the next day in Shanghai
    company.customer(late)
    assert db.session.scalars(select(CustomerAssignment.from_on)).one() == date(2026, 11, 24)


@pytest.mark.parametrize("who", ["finance", "staff"])
def test_who_does_not_sell_makes_no_customers(company: Company, who: str) -> None:
    with pytest.raises(Forbidden):
        company.customer(getattr(company, who))


def test_half_a_position_is_refused(company: Company) -> None:
    with pytest.raises(Refusal, match="half_a_position"):
        company.customer(lat=30.25, lng=120.13)
    customer = company.customer(lat=30.25, lng=120.13, datum="gcj02")
    with pytest.raises(Refusal, match="half_a_position"):
        service.set_fields(company.rep, id=customer.id, base_v=0, fields={"lat": None})


def test_a_changed_name_changes_the_initials(company: Company) -> None:
    customer = company.customer()
    db.session.commit()
    assert (
        service.set_fields(company.rep, id=customer.id, base_v=version_of(customer), fields={"name": "西湖药店", "note": "后门"})
        == []
    )
    assert (customer.name, customer.initials, customer.note) == ("西湖药店", "xhyd", "后门")


def test_two_people_who_change_different_fields_both_win_and_of_the_same_field_the_later(company: Company) -> None:
    customer = company.customer()
    db.session.commit()
    seen = version_of(customer)
    assert service.set_fields(company.rep, id=customer.id, base_v=seen, fields={"note": "后门", "tier": "A"}) == []
    db.session.commit()
    assert service.set_fields(company.manager, id=customer.id, base_v=seen, fields={"phone": "139", "tier": "B"}) == ["tier"]
    assert (customer.note, customer.phone, customer.tier) == ("后门", "139", "B")


def test_the_wrong_person_changes_nothing(company: Company) -> None:
    customer = company.customer(contacts=[{"id": new_id(), "name": "张医生"}])
    contact = db.session.scalars(select(Contact)).one()
    for actor in (company.colleague, company.stranger, company.other_manager):
        with pytest.raises(NotFound):
            service.set_fields(actor, id=customer.id, base_v=0, fields={"name": "x"})
        with pytest.raises(NotFound):
            service.set_contact_fields(actor, id=contact.id, base_v=0, fields={"name": "x"})
        with pytest.raises(NotFound):
            service.add_contact(actor, id=new_id(), customer_id=customer.id, name="x")
        with pytest.raises(NotFound):
            service.set_position(actor, id=customer.id, lat=30.0, lng=120.0, datum="wgs84")
    with pytest.raises(Forbidden):
        service.set_fields(company.finance, id=customer.id, base_v=0, fields={"name": "x"})
    assert (customer.name, contact.name, customer.lat) == ("仁济门诊", "张医生", None)


def test_a_corrected_position_keeps_the_former_one(company: Company) -> None:
    customer = company.customer(lat=30.25, lng=120.13, datum="gcj02")
    service.set_position(company.rep, id=customer.id, lat=30.26, lng=120.14, datum="wgs84", accuracy_m=12)
    assert (customer.lat, customer.lng, customer.datum) == (30.26, 120.14, "wgs84")
    assert customer.facts["former_position"]["datum"] == "gcj02"


def test_owners_are_effective_dated_and_never_overlap(company: Company) -> None:
    customer = company.customer()
    service.reassign(company.manager, customer_id=customer.id, owner_id=company.colleague.person_id, on=date(2026, 12, 1))
    spans = db.session.execute(
        select(CustomerAssignment.person_id, CustomerAssignment.from_on, CustomerAssignment.to_on).order_by(
            CustomerAssignment.from_on
        )
    ).all()
    assert [tuple(span) for span in spans] == [
        (company.rep.person_id, date(2026, 11, 23), date(2026, 11, 30)),
        (company.colleague.person_id, date(2026, 12, 1), None),
    ]
    assert rules.overlapping([(span.from_on, span.to_on) for span in spans]) is None
    assert rules.overlapping([(date(2026, 1, 1), None), (date(2026, 5, 1), date(2026, 5, 2))]) == (0, 1)


def test_who_had_a_customer_before_has_lost_access_and_is_not_told_that_it_does_not_exist(company: Company) -> None:
    customer = company.customer()
    service.reassign(company.manager, customer_id=customer.id, owner_id=company.colleague.person_id)
    with pytest.raises(AccessLost):
        queries.get(company.rep, customer.id)
    with pytest.raises(NotFound):
        queries.get(company.stranger, customer.id)
    assert queries.get(company.colleague, customer.id) is customer


def test_admitted_work_passes_only_if_the_admitting_person_may_see_the_customer(company: Company) -> None:
    customer = company.customer()
    service.reassign(company.manager, customer_id=customer.id, owner_id=company.colleague.person_id)
    admitted = replace(company.rep, admitted_by=company.manager.person_id)
    assert queries.get(admitted, customer.id) is customer
    with pytest.raises(AccessLost):
        queries.get(replace(company.rep, admitted_by=company.other_manager.person_id), customer.id)
    never_had_it = replace(company.stranger, admitted_by=company.manager.person_id)
    with pytest.raises(NotFound):
        queries.get(never_had_it, customer.id)


def test_a_customer_goes_only_to_ones_own_people(company: Company) -> None:
    customer = company.customer()
    with pytest.raises(Refusal, match="owner_not_yours"):
        service.reassign(company.manager, customer_id=customer.id, owner_id=company.stranger.person_id)
    with pytest.raises(Forbidden):
        service.reassign(company.rep, customer_id=customer.id, owner_id=company.colleague.person_id)
    with pytest.raises(NotFound):
        service.reassign(company.other_manager, customer_id=customer.id, owner_id=company.stranger.person_id)


def test_a_deleted_customer_is_gone_and_a_merged_one_redirects(company: Company) -> None:
    first, second, third = company.customer(), company.customer(name="仁济医院"), company.customer(name="邵逸夫")
    service.merge_into(company.manager, customer_id=first.id, into_id=second.id)
    assert queries.get(company.rep, first.id) is second
    assert queries.search(company.rep, "rj", 10) == [second]
    service.archive(company.manager, customer_id=third.id)
    with pytest.raises(Gone):
        queries.get(company.rep, third.id)
    assert queries.customer_buckets(third) == []


def test_a_search_finds_by_name_initials_and_phone_and_never_past_ones_scope(company: Company) -> None:
    mine = company.customer(name="湖畔宴餐饮", phone="0571-8888")
    company.customer(company.stranger, name="湖畔居")
    for q in ("湖畔", "hpy", "HPY", "8888"):
        assert queries.search(company.rep, q, 10) == [mine]
    assert queries.search(company.rep, "100%", 10) == []
    assert {found.name for found in queries.search(company.admin, "湖畔", 10)} == {"湖畔宴餐饮", "湖畔居"}
    assert len(queries.search(company.admin, "", 1)) == 1


def test_only_the_owner_holds_the_bucket_of_a_customer(company: Company) -> None:
    customer = company.customer()
    everyone = org.active(company.rep.organization_id)
    assert list(queries.owner_grants(company.rep.organization_id, everyone)) == [(company.rep.person_id, f"cust:{customer.id}")]
    assert queries.touched_owners(customer, {"owner_id": "somebody"}) == [company.rep.person_id, "somebody"]
    assert queries.touched_owners(customer, {"name": "x"}) == []


def test_lost_at_is_when_it_was_given_away_not_the_end_of_that_day(company: Company) -> None:
    customer = company.customer()
    later = MORNING + timedelta(hours=3)
    service.reassign(replace(company.manager, now=later, at=later), customer_id=customer.id, owner_id=company.colleague.person_id)
    assert queries.lost_at(company.rep, customer.id) == later
