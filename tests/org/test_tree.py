"""The team tree: who manages whom, and which buckets follow from it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import db
from app.core.errors import Forbidden, NotFound, Refusal
from app.org import queries, service
from app.org.models import Organization, Person, Team
from tests.makers import actor_of, make_organization, make_person, make_team, system

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def company() -> Organization:
    return make_organization()


def test_a_manager_sees_everyone_in_their_team_and_below_it(company: Organization) -> None:
    director = make_person(company, "director")
    manager = make_person(company, "manager", manager=director)
    rep = make_person(company, manager=manager)
    other = make_person(company, "manager", manager=director)
    assert queries.above(rep.id) == [manager.id, director.id]
    assert queries.below(director.id) == sorted([manager.id, rep.id, other.id])
    assert queries.below(manager.id) == [rep.id]
    assert queries.below(rep.id) == []
    assert queries.above(director.id) == []


def test_a_manager_who_is_a_member_of_their_own_team_reports_to_the_team_above(company: Organization) -> None:
    top, manager = make_person(company, "director"), make_person(company, "manager")
    head = make_team(company, manager=top)
    east = make_team(company, parent=head, manager=manager)
    service.set_person(system(company), person_id=manager.id, fields={"team_id": east.id})
    service.set_person(system(company), person_id=top.id, fields={"team_id": east.id})  # a director who also sells there
    assert manager.manager_id == top.id
    assert top.manager_id is None


def test_a_team_never_stands_below_itself(company: Organization) -> None:
    a = make_team(company)
    b = make_team(company, parent=a)
    c = make_team(company, parent=b)
    for parent in (a, c):
        with pytest.raises(Refusal) as refused:
            service.set_team(system(company), team_id=a.id, fields={"parent_id": parent.id})
        assert refused.value.fields == {"parent_id": "team_cycle"}


def test_people_of_a_disabled_manager_report_one_step_higher(company: Organization) -> None:
    director = make_person(company, "director")
    manager = make_person(company, "manager", manager=director)
    rep = make_person(company, manager=manager)
    service.set_person(system(company), person_id=manager.id, fields={"is_active": False})
    assert rep.manager_id == director.id
    assert f"person:{rep.id}" not in buckets(company, manager)
    assert buckets(company, manager) == set()


def test_a_person_moved_with_their_team_takes_it_along(company: Organization) -> None:
    north, south = make_person(company, "director"), make_person(company, "director")
    manager = make_person(company, "manager", manager=north)
    rep = make_person(company, manager=manager)
    service.join_manager(system(company), person_id=manager.id, manager_id=south.id)
    assert queries.above(rep.id) == [manager.id, south.id]
    with pytest.raises(Refusal):
        service.join_manager(system(company), person_id=south.id, manager_id=rep.id)


@given(st.randoms(use_true_random=False))
def test_no_tree_of_teams_ever_gives_a_circle_of_managers(random: random.Random) -> None:
    teams = {
        str(n): Team(id=str(n), parent_id=str(random.randrange(n)) if n and random.random() < 0.8 else None, sort=0)
        for n in range(6)
    }
    people = [Person(id=f"p{n}", team_id=random.choice([*teams, None])) for n in range(6)]
    for team in teams.values():
        team.manager_id = random.choice([*(person.id for person in people), None])
    active = {person.id for person in people if random.random() < 0.9}
    manager_of = {person.id: service.manager_of(person, teams, active) for person in people}
    for start in manager_of:
        chain = [start]
        while manager_of[chain[-1]]:
            chain.append(manager_of[chain[-1]] or "")
            assert len(chain) == len(set(chain)), (chain, teams)


def test_only_an_admin_changes_the_tree_and_only_their_own(company: Organization) -> None:
    team, manager, stranger = make_team(company), make_person(company, "manager"), make_person(make_organization(), "admin")
    with pytest.raises(Forbidden):
        service.set_team(actor_of(manager), team_id=team.id, fields={"name": "Mine"})
    with pytest.raises(NotFound):
        service.set_team(actor_of(stranger), team_id=team.id, fields={"name": "Mine"})
    with pytest.raises(NotFound):
        service.create_team(actor_of(stranger), name="x", parent_id=team.id)
    with pytest.raises(NotFound):
        service.create_team(actor_of(stranger), name="x", manager_id=manager.id)


def test_held_up_work_is_decided_by_the_nearest_manager_or_else_by_the_admins(company: Organization) -> None:
    director, admin = make_person(company, "director"), make_person(company, "admin")
    manager = make_person(company, "manager", manager=director)
    rep = make_person(company, manager=manager)
    assert queries.deciders(company.id, rep.id) == [manager.id]
    assert queries.deciders(company.id, director.id) == [admin.id]
    assert queries.deciders(company.id, admin.id) == []


# --- Buckets ---


def buckets(company: Organization, person: Person) -> set[str]:
    """What a person holds."""
    return {bucket for person_id, bucket in queries.grants(company.id, [person.id]) if person_id == person.id}


def test_each_role_holds_its_place_in_the_tree_and_no_more(company: Organization) -> None:
    director = make_person(company, "director")
    manager = make_person(company, "manager", manager=director)
    rep, colleague = make_person(company, manager=manager), make_person(company, manager=manager)
    admin, finance = make_person(company, "admin"), make_person(company, "finance")
    stranger = make_person(make_organization(), "admin")

    def expected(person: Person, *others: Person) -> set[str]:
        own = {f"org:{company.id}", f"user:{person.id}", f"person:{person.id}"} | (
            {f"team:{person.team_id}"} if person.team_id else set()
        )
        return own | {f"person:{other.id}" for other in others}

    assert buckets(company, rep) == expected(rep)
    assert buckets(company, finance) == expected(finance)
    assert buckets(company, manager) == expected(manager, rep, colleague)
    assert buckets(company, director) == expected(director, manager, rep, colleague)
    assert buckets(company, admin) == expected(admin, director, manager, rep, colleague, finance)
    assert buckets(company, stranger) == set()


def test_whose_grants_a_move_touches(company: Organization) -> None:
    north, south, admin = make_person(company, "director"), make_person(company, "director"), make_person(company, "admin")
    manager = make_person(company, "manager", manager=north)
    rep = make_person(company, manager=manager)
    db.session.flush()
    moved = {"manager_id": south.id, "team_id": "elsewhere"}
    assert set(queries.touched_by_person(rep, moved)) == {rep.id, manager.id, north.id, south.id}
    assert set(queries.touched_by_person(rep, {})) == {rep.id, manager.id, north.id, admin.id}
    assert list(queries.touched_by_person(rep, {"title": "old"})) == []
