"""What an import does with files that are not as they should be: it says where and why, and breaks nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core import words
from app.core.actor import Actor
from app.core.db import db
from app.customers.models import Customer, CustomerAssignment, Territory, TerritoryAssignment
from app.importer import formats
from app.importer.check import outliers
from app.importer.commands import import_command
from app.importer.read import NotAFolder
from app.importer.report import Report
from app.importer.run import import_folder
from app.importer.words import WORDS
from app.org import service as org
from app.org.models import Account, Organization, Person, Team
from app.sales.models import Credit, Order, OrderLine, Product
from app.targets.models import Plan, Target
from tests.makers import NOW, make_organization

pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("session")]

GOOD = {
    "territories": "id,name,parent,country\nT,Top,,\n01,East,T,USA\n",
    "people": "id,name,email,role,manager_id,territory,title,hired_on\n"
    "1,Ann,ann@example.com,head,,,Boss,2010-01-01\n2,Bo,bo@example.com,rep,1,01,Seller,2011-01-01\n3,Cy,,rep,1,,,\n",
    "customers": "id,name,kind,owner_id,territory,lat,lon,phone\nA,Alpha,shop,2,01,47.1,-122.1,111\nB,Beta,,3,,,,\nC,Gamma,,,,,,\n",
    "products": "id,name,line,category,price\nP,Pump,Pumps,,9.50\nQ,Quilt,Cloth,,\n",
    "orders": "id,customer_id,rep_id,ordered_on,currency,amount\nO1,A,2,2013-01-05,USD,30.00\nO2,C,3,2013-01-06,USD,5.00\n",
    "order_lines": "order_id,product_id,qty,amount\nO1,P,1,10.00\nO1,Q,2,20.00\nO2,P,0.5,5.00\n",
    "quotas": "rep_id,period_start,period_end,period_kind,amount\n2,2013-01-01,2013-03-30,quarter,100.00\n",
}
Write = Callable[..., Path]


@pytest.fixture
def company(session: Any) -> Organization:
    made = make_organization(currency="USD", time_zone="America/New_York", calendar_code="US", locale="en")
    db.session.commit()
    return made


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the good files into a folder, changed as said: a text replaces a file, None leaves it out."""

    def make(**changes: str | bytes | None) -> Path:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for name, content in (GOOD | changes).items():
            path = folder / f"{name}.csv"
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


def load(company: Organization, folder: Path, **options: Any) -> Report:
    return import_folder(Actor.system(company.id, NOW, "en"), folder, **options)


def told(report: Report) -> list[tuple[str, int, str, str, str]]:
    return [(each.file, each.line, each.column, each.value, each.code) for each in report.errors]


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def customer(external_id: str) -> Customer:
    return db.session.scalars(
        select(Customer).where(Customer.external_id == external_id).execution_options(populate_existing=True)
    ).one()


# --- Each bad cell ------------------------------------------------------------------------------

PEOPLE = "id,name,email,role,manager_id,territory,title,hired_on\n"
CUSTOMERS = "id,name,kind,owner_id,territory,lat,lon,phone\n"
ORDERS = "id,customer_id,rep_id,ordered_on,currency,amount\n"
QUOTAS = "rep_id,period_start,period_end,period_kind,amount\n"


@pytest.mark.parametrize("file, content, expected", [
    ("people", PEOPLE + "1,Ann,,queen,,,,\n", (2, "role", "queen", "bad_choice")),
    ("people", PEOPLE + "1,,,head,,,,\n", (2, "name", "", "empty")),
    ("people", PEOPLE + "1,Ann,ann at home,head,,,,\n", (2, "email", "ann at home", "bad_email")),
    ("people", PEOPLE + "1,Ann,,head,,,,01/02/2013\n", (2, "hired_on", "01/02/2013", "bad_date")),
    ("people", PEOPLE + "1,Ann,,head,,,,2013-02-30\n", (2, "hired_on", "2013-02-30", "bad_date")),
    ("people", PEOPLE + "1,Ann,,head,,,,\n2,Bo,,rep,9,,,\n", (3, "manager_id", "9", "unknown_reference")),
    ("people", PEOPLE + "1,Ann,,head,,,,\n1,Al,,rep,,,,\n", (3, "id", "1", "twice")),
    ("people", PEOPLE + "1,Ann,,head,2,,,\n2,Bo,,rep,1,,,\n3,Cy,,rep,,,,\n", (2, "manager_id", "2", "manager_cycle")),
    ("people", PEOPLE + "1,Ann,,head,1,,,\n2,Bo,,rep,,,,\n", (2, "manager_id", "1", "manager_cycle")),
    ("people", PEOPLE + "1,Ann,,head\n", (2, "", "", "cells")),
    ("people", "id,name,email,manager_id,territory,title,hired_on\n1,Ann,,,,,\n", (1, "role", "", "column_missing")),
    ("people", "id,name,name,role\n1,Ann,Ann,head\n", (1, "name", "name", "column_twice")),
    ("people", "", (1, "", "", "no_header")),
    ("people", PEOPLE + '1,"Ann"x,,head,,,,\n', (2, "", "", "bad_csv")),
    ("customers", CUSTOMERS + "A,Alpha,,2,,91,0,\n", (2, "lat", "91", "bad_degrees")),
    ("customers", CUSTOMERS + "A,Alpha,,2,,47.1,,\n", (2, "lat", "47.1", "half_a_position")),
    ("customers", CUSTOMERS + "A,Alpha,,2,99,,,\n", (2, "territory", "99", "unknown_reference")),
    ("customers", CUSTOMERS + f"A,{'x' * 301},,2,,,,\n", (2, "name", "x" * 200, "too_long")),
    ("orders", ORDERS + "O1,A,2,2013-01-05,USD,12.345\n", (2, "amount", "12.345", "too_many_places")),
    ("orders", ORDERS + 'O1,A,2,2013-01-05,USD,"1,234.00"\n', (2, "amount", "1,234.00", "bad_money")),
    ("orders", ORDERS + "O1,A,2,2013-01-05,USD,NaN\n", (2, "amount", "NaN", "bad_money")),
    ("orders", ORDERS + "O1,A,2,2013-01-05,USD,1e3\n", (2, "amount", "1e3", "bad_money")),
    ("orders", ORDERS + f"O1,A,2,2013-01-05,USD,{'9' * 30}\n", (2, "amount", "9" * 30, "too_much_money")),
    ("orders", ORDERS + "O1,A,2,2013-01-05,usd,1.00\n", (2, "currency", "usd", "bad_currency")),
    ("orders", ORDERS + "O1,A,2,2013-01-05,EUR,1.00\n", (2, "currency", "EUR", "no_rate")),
    ("orders", ORDERS + "O1,Z,2,2013-01-05,USD,1.00\n", (2, "customer_id", "Z", "unknown_reference")),
    ("quotas", QUOTAS + "2,2013-03-01,2013-01-01,quarter,1.00\n", (2, "period_end", "2013-01-01", "ends_before_start")),
    ("quotas", QUOTAS + "2,2013-01-01,2013-03-31,quarter,1.00\n2,2013-03-31,2013-06-30,quarter,1.00\n", (3, "period_start", "2013-03-31", "overlaps")),
    ("quotas", QUOTAS + "2,2013-01-01,2013-03-31,fortnight,1.00\n", (2, "period_kind", "fortnight", "bad_choice")),
    ("quotas", QUOTAS + "2,2013-01-01,2013-03-31,quarter,-1.00\n", (2, "amount", "-1.00", "negative")),
    ("quotas", b"rep_id,\xff\xfe\x80", (0, "", "", "encoding")),
])  # fmt: skip
def test_a_problem_is_told_by_file_line_column_value_and_reason_and_nothing_is_saved(
    company: Organization, write: Write, file: str, content: Any, expected: tuple[Any, ...]
) -> None:
    report = load(company, write(**{file: content}))
    assert (f"{file}.csv", *expected) in told(report)
    assert not report.is_saved
    assert (count(Customer), count(Person), count(Order), count(Plan)) == (0, 0, 0, 0)
    for problem in report.problems:
        assert problem.reason("en")
        assert problem.reason("zh-CN") != problem.reason("en")


def test_every_sentence_of_a_problem_is_in_both_languages() -> None:
    for code, sentence in WORDS.items():
        assert sentence["zh"]
        assert sentence["en"]
        assert words.known()[code] == sentence


def test_the_line_is_the_one_in_the_file_even_after_cells_with_line_breaks(company: Organization, write: Write) -> None:
    content = CUSTOMERS + 'A,"Alpha\nHouse",,2,,,,\n\nB,Beta,,77,,,,\n'
    assert told(load(company, write(customers=content, orders=None, order_lines=None))) == [
        ("customers.csv", 5, "owner_id", "77", "unknown_reference")
    ]


def test_a_file_that_others_need_is_asked_for_once(company: Organization, write: Write) -> None:
    report = load(company, write(customers=None))
    assert told(report)[0] == ("orders.csv", 0, "customer_id", "", "file_missing")
    assert [problem.code for problem in report.errors].count("file_missing") == 1
    assert "customers.csv" in report.errors[0].reason("en")


def test_a_folder_without_files_is_no_import(company: Organization, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotAFolder):
            load(company, folder)


# --- Bad rows -----------------------------------------------------------------------------------


def test_one_bad_row_costs_the_others_nothing_with_skip_bad(company: Organization, write: Write) -> None:
    customers = GOOD["customers"].replace("A,Alpha,shop,2", "A,Alpha,shop,77")
    report = load(company, write(customers=customers), skip_bad=True)
    assert report.is_saved
    assert [(each.file, each.line, each.code) for each in report.errors] == [
        ("customers.csv", 2, "unknown_reference"),
        ("orders.csv", 2, "refers_to_bad"),
        ("order_lines.csv", 2, "refers_to_bad"),
        ("order_lines.csv", 3, "refers_to_bad"),
    ]
    assert (count(Customer), count(Order), count(OrderLine), count(Person)) == (2, 1, 1, 3)
    for counts in report.files.values():
        assert counts.rows == counts.created + counts.updated + counts.unchanged + counts.skipped


def test_a_circle_of_managers_takes_those_below_along(company: Organization, write: Write) -> None:
    people = PEOPLE + "1,Ann,,head,2,,,\n2,Bo,,rep,1,,,\n3,Cy,,rep,2,,,\n4,Di,,head,,,,\n"
    report = load(company, write(people=people, customers=None, orders=None, order_lines=None, quotas=None), skip_bad=True)
    assert [(each.line, each.code) for each in report.errors] == [
        (2, "manager_cycle"),
        (3, "manager_cycle"),
        (4, "refers_to_bad"),
    ]
    assert db.session.scalars(select(Person.name)).all() == ["Di"]


def test_lines_that_do_not_add_up_are_a_warning_and_the_rest_counts_for_no_product_line(
    company: Organization, write: Write
) -> None:
    report = load(company, write(orders=GOOD["orders"].replace("30.00", "33.00")))
    assert [(each.file, each.line, each.value, each.code) for each in report.warnings] == [
        ("orders.csv", 2, "33.00", "lines_differ")
    ]
    order = db.session.scalars(select(Order).where(Order.external_id == "O1")).one()
    credits = db.session.scalars(select(Credit).where(Credit.source_id == order.id)).all()
    assert sum(row.amount for row in credits) == 33_00
    assert [row.amount for row in credits if row.product_line_id is None] == [3_00]


def test_an_address_that_somebody_has_is_left_empty_with_a_warning(company: Organization, write: Write) -> None:
    people = GOOD["people"].replace("bo@example.com", "ANN@example.com")
    report = load(company, write(people=people))
    assert [(each.line, each.column, each.code) for each in report.warnings] == [(3, "email", "email_taken")]
    assert sorted(account.email or "" for account in db.session.scalars(select(Account))) == ["", "", "ann@example.com"]


# --- Again ----------------------------------------------------------------------------------------


def test_what_differs_is_updated_and_what_is_blank_never_overwrites(company: Organization, write: Write) -> None:
    load(company, write())
    customers = CUSTOMERS + "A,Alpha House,,2,,,,222\n"
    report = load(company, write(customers=customers))
    assert vars(report.files["customers"]) == {"rows": 1, "created": 0, "updated": 1, "unchanged": 0, "skipped": 0}
    found = customer("A")
    assert (found.name, found.initials, found.phone) == ("Alpha House", "ah", "222")
    assert (found.kind, found.lat, found.lng, found.datum) == ("shop", 47.1, -122.1, "wgs84")
    assert [(each.line, each.id, each.column, each.old, each.new) for each in report.changes] == [
        (2, "A", "name", "Alpha", "Alpha House"),
        (2, "A", "phone", "111", "222"),
    ]


def test_another_owner_holds_from_today_and_the_former_one_stays_in_the_history(company: Organization, write: Write) -> None:
    load(company, write())
    report = load(company, write(customers=GOOD["customers"].replace("A,Alpha,shop,2", "A,Alpha,shop,3")))
    assert report.files["customers"].updated == 1
    spans = db.session.execute(
        select(Person.external_id, CustomerAssignment.from_on, CustomerAssignment.to_on)
        .join(Person, Person.id == CustomerAssignment.person_id)
        .where(CustomerAssignment.customer_id == customer("A").id)
        .order_by(Person.external_id)
    ).all()
    assert [tuple(span) for span in spans] == [("2", None, date(2026, 5, 16)), ("3", date(2026, 5, 17), None)]


def test_a_customer_without_owner_keeps_the_one_from_its_latest_order_until_the_file_names_one(
    company: Organization, write: Write
) -> None:
    load(company, write())
    people = {row.external_id: row.id for row in db.session.scalars(select(Person))}
    assert (customer("C").owner_id, customer("C").flags) == (people["3"], ["owner_from_latest_order"])
    assert load(company, write()).changes == []
    load(company, write(customers=GOOD["customers"].replace("C,Gamma,,,", "C,Gamma,,2,")))
    assert (customer("C").owner_id, customer("C").flags) == (people["2"], [])


def test_changed_lines_are_credited_anew(company: Organization, write: Write) -> None:
    load(company, write())
    report = load(company, write(order_lines=GOOD["order_lines"].replace("O1,Q,2,20.00", "O1,P,2,20.00")))
    assert (report.files["order_lines"].updated, report.files["order_lines"].unchanged) == (2, 1)
    assert (count(OrderLine), report.files["orders"].unchanged) == (3, 2)
    order = db.session.scalars(select(Order).where(Order.external_id == "O1")).one()
    assert db.session.scalars(select(Credit.amount).where(Credit.source_id == order.id)).all() == [30_00]


def test_an_order_of_another_rep_or_amount_moves_its_credit(company: Organization, write: Write) -> None:
    load(company, write())
    load(company, write(orders=GOOD["orders"].replace("O2,C,3,2013-01-06,USD,5.00", "O2,C,2,2013-01-06,USD,6.00")))
    order = db.session.scalars(select(Order).where(Order.external_id == "O2")).one()
    credits = db.session.scalars(select(Credit).where(Credit.source_id == order.id)).all()
    bo = db.session.scalars(select(Person.id).where(Person.external_id == "2")).one()
    assert {row.person_id for row in credits} == {bo}
    assert sum(row.amount for row in credits) == 6_00


def test_a_changed_quota_is_the_next_version_of_its_plan(company: Organization, write: Write) -> None:
    load(company, write())
    report = load(
        company, write(quotas=QUOTAS + "2,2013-01-01,2013-03-30,quarter,120.00\n3,2013-01-01,2013-03-30,quarter,80.00\n")
    )
    assert (report.files["quotas"].created, report.files["quotas"].updated) == (1, 1)
    plan = db.session.scalars(select(Plan)).one()
    assert plan.version == 2
    present = select(Target.value).where(Target.to_version.is_(None)).order_by(Target.value)
    assert db.session.scalars(present).all() == [80_00, 120_00]


def test_one_file_alone_is_enough_where_the_rest_is_known(company: Organization, write: Write) -> None:
    load(company, write())
    alone = write(**dict.fromkeys(GOOD, None) | {"orders": ORDERS + "O3,B,3,2013-02-01,USD,7.00\n"})
    report = load(company, alone)
    assert (report.is_saved, report.files["orders"].created) == (True, 1)
    assert count(Order) == 3


def test_a_manager_who_changes_takes_people_to_another_team(company: Organization, write: Write) -> None:
    load(company, write())
    load(company, write(people=GOOD["people"].replace("3,Cy,,rep,1", "3,Cy,,rep,2")))
    people = {row.external_id: row for row in db.session.scalars(select(Person))}
    assert people["3"].manager_id == people["2"].id
    assert count(Team) == 2


def test_who_stands_above_cannot_be_put_below_by_a_file_that_leaves_the_rest_blank(company: Organization, write: Write) -> None:
    load(company, write(people=GOOD["people"].replace("3,Cy,,rep,1", "3,Cy,,rep,2")))
    alone = dict.fromkeys(GOOD, None) | {"people": PEOPLE + "2,Bo,,rep,3,,,\n3,Cy,,rep,,,,\n"}
    report = load(company, write(**alone))
    assert told(report) == [("people.csv", 2, "manager_id", "3", "manager_below")]
    assert not report.is_saved
    people = {row.external_id: row for row in db.session.scalars(select(Person))}
    assert people["3"].manager_id == people["2"].id


def test_the_last_admin_stays_one_whatever_the_file_says(company: Organization, write: Write) -> None:
    org.create_person(Actor.system(company.id, NOW), name="Ada", role="admin", external_id="1")
    db.session.commit()
    report = load(company, write())
    assert told(report) == [("people.csv", 2, "role", "head", "refused")]
    assert db.session.scalars(select(Person.role)).all() == ["admin"]


# --- Trying -----------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_change_and_saves_nothing(company: Organization, write: Write) -> None:
    load(company, write())
    changed = GOOD["customers"].replace("Beta", "Beta Bros") + "D,Delta,,77,,,,\nE,Epsilon,,2,,,,\n"
    report = load(company, write(customers=changed), is_dry_run=True)
    assert vars(report.files["customers"]) == {"rows": 5, "created": 1, "updated": 1, "unchanged": 2, "skipped": 1}
    assert [(each.id, each.old, each.new) for each in report.changes] == [("B", "Beta", "Beta Bros")]
    assert told(report) == [("customers.csv", 5, "owner_id", "77", "unknown_reference")]
    assert (report.is_saved, count(Customer), customer("B").name) == (False, 3, "Beta")


# --- Encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.encode("gb18030"),
    lambda text: text.encode("utf-16"),
], ids=["bom", "crlf", "gbk", "utf-16"])  # fmt: skip
def test_files_are_read_as_spreadsheets_write_them(company: Organization, write: Write, encode: Callable[[str], bytes]) -> None:
    content = CUSTOMERS + "A,仁济门诊,医院,2,,,,\nC,湖畔宴餐饮,,,,,,\n"
    report = load(company, write(customers=encode(content), order_lines=None))
    assert report.errors == []
    assert (customer("A").name, customer("A").initials, customer("A").kind) == ("仁济门诊", "rjmz", "医院")


def test_a_compressed_file_is_read_and_two_of_a_name_are_refused(company: Organization, write: Write) -> None:
    folder = write()
    (folder / "orders.csv.gz").write_bytes(gzip.compress(GOOD["orders"].encode()))
    assert told(load(company, folder)) == [("orders.csv.gz", 0, "", "", "file_twice")]
    (folder / "orders.csv").unlink()
    assert load(company, folder).is_saved
    assert count(Order) == 2


def test_what_is_not_part_of_the_format_is_told_and_left_out(company: Organization, write: Write) -> None:
    folder = write(products="id,name,line,colour\nP,Pump,Pumps,red\nQ,Quilt,Cloth,\n")
    (folder / "invoices.csv").write_text("id\n1\n")
    report = load(company, folder)
    assert sorted((each.file, each.column, each.code) for each in report.warnings) == [
        ("invoices.csv", "", "unknown_file"),
        ("products.csv", "colour", "column_unknown"),
    ]
    assert count(Product) == 2


def test_ids_keep_their_leading_zeros_and_territories_of_people_their_list(company: Organization, write: Write) -> None:
    load(company, write(people=GOOD["people"].replace("rep,1,01,Seller", "rep,1,01;T,Seller")))
    names = {row.id: row.external_id for row in db.session.scalars(select(Territory))}
    assert sorted(names[row.territory_id] or "" for row in db.session.scalars(select(TerritoryAssignment))) == ["01", "T"]


def test_an_order_in_another_currency_counts_by_the_rate_of_its_day_and_keeps_both_amounts(
    company: Organization, write: Write
) -> None:
    rates = "currency,on,average,end_of_day\nJPY,2013-01-05,0.0110,0.0111\n"
    report = load(
        company,
        write(orders=ORDERS + "O1,A,2,2013-01-05,JPY,3000\nO2,C,3,2013-01-06,USD,5.00\n", order_lines=None, fx_rates=rates),
    )
    assert report.errors == []
    order = db.session.scalars(select(Order).where(Order.external_id == "O1")).one()
    assert (order.currency, order.amount, order.base_amount) == ("JPY", 3000, 33_00)
    assert report.money["orders"] == {"JPY": 3000, "USD": 5_00}


# --- What stands out ------------------------------------------------------------------------------


@given(st.lists(st.integers(90, 110), min_size=5, max_size=30), st.integers(0, 29))
def test_a_digit_too_many_stands_apart_wherever_it_is(values: list[int], place: int) -> None:
    place %= len(values)
    assert outliers(values) == []
    assert outliers([*values[:place], values[place] * 10, *values[place + 1 :]]) == [place]


@given(st.lists(st.integers(-(10**9), 10**9), max_size=30))
def test_what_stands_apart_does_not_depend_on_the_order(values: list[int]) -> None:
    backwards = [len(values) - 1 - place for place in outliers(values[::-1])]
    assert sorted(backwards) == outliers(values)


def test_few_values_and_an_even_spread_hold_nothing_that_stands_apart() -> None:
    assert outliers([100, 100, 100, 9000]) == []
    assert outliers([2**n for n in range(12)]) == []
    assert outliers([0, 0, 0, 0, 0, 0]) == []


# --- The command ----------------------------------------------------------------------------------


def run(app: Flask, *args: str) -> Any:
    return app.test_cli_runner().invoke(import_command, list(args))


def test_json_prints_one_object_with_counts_sums_and_problems(app: Flask, company: Organization, write: Write) -> None:
    folder = write(orders=GOOD["orders"].replace("USD,5.00", "USD,five"))
    result = run(app, str(folder), "--org", company.code, "--json", "--skip-bad")
    assert result.exit_code == 1
    assert result.stderr == "", "a progress bar is for terminals"
    answer = json.loads(result.stdout)
    assert (answer["saved"], answer["errors"], answer["warnings"]) == (True, 2, 0)
    assert answer["files"]["orders"] == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "skipped": 1}
    assert answer["money"]["orders"] == {"USD": "30.00"}
    first = answer["problems"][0]
    assert (first["file"], first["line"], first["column"], first["value"]) == ("orders.csv", 3, "amount", "five")
    assert first["reason"].startswith("Not an amount")


def test_a_new_company_is_made_with_the_options_and_not_at_all_where_something_is_wrong(app: Flask, write: Write) -> None:
    options = (
        "--org",
        "new",
        "--name",
        "New",
        "--currency",
        "USD",
        "--time-zone",
        "America/New_York",
        "--calendar",
        "US",
        "--locale",
        "en",
    )
    folder = write()
    assert run(app, str(folder), "--org", "new").exit_code == 2
    for wrong in (("--time-zone", "Mars/Base"), ("--currency", "dollars"), ("--calendar", "XX")):
        assert run(app, str(folder), *options, *wrong).exit_code == 2
    assert run(app, str(folder), *options, "--dry-run").exit_code == 0
    assert run(app, str(write(quotas=QUOTAS + "2,x,y,z,1\n")), *options).exit_code == 1
    assert count(Organization) == 0
    result = run(app, str(write()), *options)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 errors, 0 warnings. Saved.")
    made = db.session.scalars(select(Organization)).one()
    assert (made.code, made.currency, made.time_zone, made.calendar, made.locale) == (
        "new",
        "USD",
        "America/New_York",
        "US",
        "en",
    )
    assert run(app, str(folder), "--org", "new", "--currency", "EUR").exit_code == 2


def test_every_file_of_the_format_is_documented_with_its_columns() -> None:
    text = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    for described in formats.FORMATS:
        section = text.split(f"### {described.name}.csv", 1)[1].split("\n### ", 1)[0]
        for column in described.columns:
            assert f"| `{column.name}` |" in section, f"{described.name}.{column.name}"
