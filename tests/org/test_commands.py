"""paceline init and paceline person, as a shell calls them."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.db import db
from app.org.models import Organization, Person
from tests.makers import PASSWORD, make_organization, make_person

INIT = ["init", "--name", "Northwind", "--code", "northwind", "--currency", "USD", "--time-zone", "America/Los_Angeles",
        "--calendar", "US", "--locale", "en", "--admin-name", "Ann", "--admin-email", "Ann@Northwind.example"]  # fmt: skip


pytestmark = pytest.mark.one_database


@pytest.fixture
def run(app: Flask):  # type: ignore[no-untyped-def]
    runner = app.test_cli_runner()
    return lambda *args, **more: runner.invoke(args=list(args), **more)


def test_init_makes_a_company_whose_admin_joins_by_the_printed_link(app: Flask, run) -> None:  # type: ignore[no-untyped-def]
    done = run(*INIT)
    assert done.exit_code == 0, done.output
    link = done.stdout.strip()
    assert link.startswith("http://localhost/join/")
    client = app.test_client()
    joined = client.post("/api/links/" + link.rsplit("/", 1)[1], json={"password": PASSWORD})
    assert joined.json["user"]["role"] == "admin"
    assert joined.json["user"]["email"] == "ann@northwind.example"
    assert (joined.json["organization"]["code"], joined.json["organization"]["currency"]) == ("northwind", "USD")


def test_init_refuses_a_taken_code_and_saves_nothing(run, session) -> None:  # type: ignore[no-untyped-def]
    assert run(*INIT).exit_code == 0
    again = run(*INIT)
    assert again.exit_code == 1
    assert "code: There is an organization with the code “northwind” already." in again.stderr
    assert db.session.query(Organization).count() == 1


@pytest.mark.parametrize(
    "option, value, word",
    [
        ("--currency", "dollars", "currency"),
        ("--time-zone", "Mars", "Asia/Shanghai"),
        ("--calendar", "XX", "calendar"),
        ("--code", "no blanks", "code"),
        ("--admin-email", "nobody", "e-mail"),
    ],
)
def test_init_says_which_value_is_wrong_and_how_to_mend_it(run, session, option: str, value: str, word: str) -> None:  # type: ignore[no-untyped-def]
    args = list(INIT)
    args[args.index(option) + 1] = value
    done = run(*args)
    assert done.exit_code != 0
    assert word in done.stderr
    assert "Traceback" not in done.output
    assert db.session.query(Organization).count() == 0


def test_init_without_a_terminal_asks_for_nothing(run) -> None:  # type: ignore[no-untyped-def]
    done = run("init", "--code", "x")
    assert done.exit_code == 2
    assert "--name" in done.stderr


@pytest.fixture
def imported(session) -> Person:  # type: ignore[no-untyped-def]
    """Somebody without an e-mail address, as an import leaves them."""
    person = make_person(make_organization(code="northwind"), name="Nancy Davolio", external_id="1")
    db.session.commit()
    return person


def test_a_person_without_an_address_can_be_let_in(app: Flask, run, imported: Person) -> None:  # type: ignore[no-untyped-def]
    done = run("person", "set-password", "1", input=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == "Nancy Davolio can now sign in with 1."
    answer = app.test_client().post("/api/session", json={"email": "1", "password": PASSWORD})
    assert answer.json["user"]["name"] == "Nancy Davolio"


def test_a_number_in_two_organisations_needs_the_code(run, imported: Person, session) -> None:  # type: ignore[no-untyped-def]
    make_person(make_organization(code="other"), external_id="1")
    db.session.commit()
    unclear = run("person", "set-password", "1", input=f"{PASSWORD}\n")
    assert unclear.exit_code == 1
    assert "--org northwind, --org other" in unclear.stderr
    assert run("person", "set-password", "1", "--org", "northwind", input=f"{PASSWORD}\n").exit_code == 0


@pytest.mark.parametrize(
    "who, typed, code, words",
    [
        ("nobody@example.com", PASSWORD, 1, "no active person"),
        ("1", "short", 1, "at least 8 characters"),
        ("1", "", 2, "standard input"),
    ],
)
def test_a_password_that_cannot_be_set_is_explained(run, imported: Person, who: str, typed: str, code: int, words: str) -> None:  # type: ignore[no-untyped-def]
    done = run("person", "set-password", who, input=typed)
    assert done.exit_code == code
    assert words in done.stderr


def test_a_link_and_the_list_of_people(app: Flask, run, imported: Person) -> None:  # type: ignore[no-untyped-def]
    url = run("person", "link", "1").stdout.strip()
    assert app.test_client().get("/api/links/" + url.rsplit("/", 1)[1]).json["name"] == "Nancy Davolio"
    assert run("person", "list").stdout == "northwind\t1\t-\trep\tNancy Davolio\tno password\n"
    assert run("person", "list", "--org", "nowhere").stdout == ""


def test_the_calendar_is_brought_up_to_date_for_every_company(run, imported: Person) -> None:  # type: ignore[no-untyped-def]
    assert run("calendar").exit_code == 0
