"""Both sample companies, whole: what is in the files is in the database, to the row and to the cent."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import synced
from app.core.actor import Actor, Role
from app.core.db import Base, db
from app.customers import queries as customers
from app.customers.models import Customer, CustomerAssignment, Territory, TerritoryAssignment
from app.factory import create_app
from app.importer.report import Report
from app.importer.run import import_folder
from app.org import commands
from app.org import queries as org_queries
from app.org import service as org
from app.org.models import Organization, Person
from app.sales.models import Credit, FxRate, IncentiveTerm, Order, OrderLine, Product, ProductLine
from app.targets.models import Plan, Target
from tests import databases
from tests.conftest import Database
from tests.makers import NOW

DATA = Path(__file__).parent.parent / "data"
SETS = ("adventureworks", "northwind")
MODELS: dict[str, Any] = {
    "people": Person, "territories": Territory, "incentive_terms": IncentiveTerm, "customers": Customer, "products": Product,
    "orders": Order, "order_lines": OrderLine, "fx_rates": FxRate,
}  # fmt: skip


def rows_of(name: str, file: str) -> list[dict[str, str]]:
    """The file as the standard library reads it, without any of our code."""
    path = DATA / name / f"{file}.csv"
    data = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def written_counts(name: str) -> dict[str, int]:
    """The counts that the README beside the data states."""
    line = next(line for line in (DATA / "README.md").read_text().splitlines() if line.startswith(f"{name}: "))
    plain = re.sub(r"\([^)]*\)", "", line.split(": ", 1)[1]).rstrip(".")
    return {file: int(count.replace(",", "")) for file, count in re.findall(r"(\w+) ([\d,]*\d)", plain)}


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


@dataclass
class Loaded:
    """A sample company in a database of its own."""

    name: str
    app: Flask
    organization_id: str
    report: Report

    def ids(self, model: Any) -> dict[str, str]:
        """id → external id."""
        found = select(model.id, model.external_id).where(model.organization_id == self.organization_id)
        return {row.id: row.external_id for row in db.session.execute(found)}

    def actor(self, external_id: str) -> Actor:
        person = db.session.scalars(select(Person).where(Person.external_id == external_id)).one()
        return Actor(self.organization_id, person.id, Role(person.role), NOW, NOW)


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[tuple[str, str], Loaded]]:
    """The sample companies that are loaded already: loading one is most of the time that these tests take."""
    found: dict[tuple[str, str], Loaded] = {}
    yield found
    for each in found.values():
        with each.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module", params=SETS)
def loaded(
    request: pytest.FixtureRequest,
    database: Database,
    kept: dict[tuple[str, str], Loaded],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Loaded]:
    key = (request.param, database.kind)
    if key not in kept:
        kept[key] = load(request.param, database, tmp_path_factory.mktemp("import"))
    with kept[key].app.app_context():
        yield kept[key]
        db.session.remove()


def load(name: str, database: Database, folder: Path) -> Loaded:
    """Imports a sample company into a database of its own."""
    app = create_app(replace(database.settings, data_dir=folder, database_url=databases.NEW[database.kind](folder)))
    with app.app_context():
        db.create_all()
        organization = org.create_organization(
            now=NOW, code="set", name=name, currency="USD", time_zone="America/New_York", calendar_code="US", locale="en"
        )
        actor = Actor.system(organization.id, NOW, "en")
        report = import_folder(actor, DATA / name)
        loaded = Loaded(name, app, organization.id, report)
        db.session.remove()
        return loaded


only_adventureworks = pytest.mark.parametrize("loaded", ["adventureworks"], indirect=True, scope="module")
only_northwind = pytest.mark.parametrize("loaded", ["northwind"], indirect=True, scope="module")


def test_every_row_of_every_file_is_let_in(loaded: Loaded) -> None:
    expected = written_counts(loaded.name)
    assert {name: counts.rows for name, counts in loaded.report.files.items()} == expected
    assert {name: counts.created for name, counts in loaded.report.files.items()} == expected
    assert loaded.report.errors == []
    assert loaded.report.is_saved


def test_the_tables_hold_as_many_rows_as_the_readme_counts(loaded: Loaded) -> None:
    expected = written_counts(loaded.name)
    stored = {name: db.session.scalar(select(func.count()).select_from(model)) for name, model in MODELS.items()}
    assert {name: count for name, count in stored.items() if count} == {
        name: expected[name] for name in stored if name in expected
    }
    placed = db.session.scalar(select(func.count()).select_from(TerritoryAssignment))
    assert placed == expected.get("territory_history", 0) + expected.get("rep_territories", 0)
    targets = db.session.scalar(select(func.count()).select_from(Target))
    assert targets == expected.get("quotas", 0) + expected.get("targets_monthly", 0)


def test_sums_of_money_are_equal_to_the_cent(loaded: Loaded) -> None:
    for file, column in (("orders", Order.amount), ("orders", Order.base_amount), ("order_lines", OrderLine.amount)):
        expected = sum(cents(row["amount"]) for row in rows_of(loaded.name, file))
        assert db.session.scalar(select(func.sum(column))) == expected
        assert loaded.report.money[file] == {"USD": expected}
    assert db.session.scalar(select(func.sum(Credit.amount))) == sum(
        cents(row["amount"]) for row in rows_of(loaded.name, "orders")
    )


def test_the_managers_tree_is_the_one_in_the_file(loaded: Loaded) -> None:
    names = loaded.ids(Person)
    stored = {
        person.external_id: (person.role, names.get(person.manager_id or "")) for person in db.session.scalars(select(Person))
    }
    roles = {"head": "director", "manager": "manager", "rep": "rep"}
    assert stored == {row["id"]: (roles[row["role"]], row["manager_id"] or None) for row in rows_of(loaded.name, "people")}
    top = next(row["id"] for row in rows_of(loaded.name, "people") if not row["manager_id"])
    assert len(org_queries.below(loaded.actor(top).person_id)) == len(stored) - 1


def test_an_order_counts_for_its_rep_id_whoever_looks_after_the_customer_today(loaded: Loaded) -> None:
    expected: dict[str, int] = defaultdict(int)
    for row in rows_of(loaded.name, "orders"):
        expected[row["rep_id"]] += cents(row["amount"])
    names = loaded.ids(Person)
    sums = db.session.execute(select(Credit.person_id, func.sum(Credit.amount).label("sum")).group_by(Credit.person_id))
    assert {names[row.person_id]: row.sum for row in sums} == expected


def test_credits_go_to_the_product_lines_of_the_lines(loaded: Loaded) -> None:
    line_of = {row["id"]: row["line"] for row in rows_of(loaded.name, "products")}
    expected: dict[str, int] = defaultdict(int)
    for row in rows_of(loaded.name, "order_lines"):
        expected[line_of[row["product_id"]]] += cents(row["amount"])
    sums = select(ProductLine.name, func.sum(Credit.amount).label("sum")).join(Credit, Credit.product_line_id == ProductLine.id)
    stored = {row.name: row.sum for row in db.session.execute(sums.group_by(ProductLine.name))}
    assert stored == expected


def test_lines_are_in_the_order_of_the_file(loaded: Loaded) -> None:
    first = rows_of(loaded.name, "orders")[0]["id"]
    order = db.session.scalars(select(Order).where(Order.external_id == first)).one()
    products = loaded.ids(Product)
    expected = [
        (row["product_id"], Decimal(row["qty"]), cents(row["amount"]))
        for row in rows_of(loaded.name, "order_lines")
        if row["order_id"] == first
    ]
    assert [(products[line.product_id], line.quantity, line.amount) for line in order.lines] == expected


def test_importing_again_changes_nothing(loaded: Loaded) -> None:
    before = snapshot()
    again = import_folder(Actor.system(loaded.organization_id, NOW, "en"), DATA / loaded.name)
    expected = written_counts(loaded.name)
    assert {name: (counts.unchanged, counts.created, counts.updated) for name, counts in again.files.items()} == {
        name: (count, 0, 0) for name, count in expected.items()
    }
    assert again.changes == []
    assert snapshot() == before


def snapshot() -> dict[str, Counter[str]]:
    """Every row of every table, the clock of the phones included."""
    found = {}
    for table in Base.metadata.sorted_tables:
        found[table.name] = Counter(repr(tuple(row)) for row in db.session.execute(select(table)))
    db.session.rollback()
    assert sum(found["customer"].values())
    return found


@only_northwind
def test_phones_are_told_of_everything(loaded: Loaded) -> None:
    assert synced.audit(db.session()) == []


def test_each_rep_holds_their_own_customers_and_nobody_elses(loaded: Loaded) -> None:
    people = [loaded.actor(row["id"]) for row in rows_of(loaded.name, "people") if row["role"] == "rep"]
    seen: Counter[str] = Counter()
    for rep in people:
        own = set(db.session.scalars(customers.visible(rep).with_only_columns(Customer.id).order_by(None)))
        held = set(db.session.scalars(select(synced.SyncGrant.bucket).where(synced.SyncGrant.user_id == rep.person_id)))
        assert {bucket for bucket in held if bucket.startswith("cust:")} == {f"cust:{customer_id}" for customer_id in own}
        seen.update(own)
    assert max(seen.values()) == 1, "no two reps hold the same customer"


def test_working_days_are_known_for_the_years_of_the_data(loaded: Loaded) -> None:
    rep = loaded.actor("285" if loaded.name == "adventureworks" else "1")
    holiday = date(2012, 7, 4) if loaded.name == "adventureworks" else date(1997, 7, 4)
    assert not org_queries.is_working_day(rep.person_id, holiday)
    assert org_queries.is_working_day(rep.person_id, holiday.replace(day=8 if holiday.year == 1997 else 5))


# --- Adventure Works ---------------------------------------------------------------------------


@only_adventureworks
def test_quotas_and_monthly_targets_are_targets_with_periods_of_their_own(loaded: Loaded) -> None:
    for file in ("quotas", "targets_monthly"):
        names = loaded.ids(Person)
        plan = db.session.scalars(select(Plan).where(Plan.external_id == file)).one()
        stored = {
            (names[row.person_id], str(row.period_start), str(row.period_end), row.period_kind, row.value)
            for row in db.session.scalars(select(Target).where(Target.plan_id == plan.id))
        }
        assert stored == {
            (row["rep_id"], row["period_start"], row["period_end"], row["period_kind"], cents(row["amount"]))
            for row in rows_of("adventureworks", file)
        }
        assert (plan.metric, plan.version, plan.currency) == ("revenue", 1, "USD")
    figures = {names[row.person_id] for row in db.session.scalars(select(Target)) if "team_figure" in row.flags}
    assert figures == {"272", "277", "290", "294"}, "of who leads others; the rows of reps are their own"


@only_adventureworks
def test_outliers_are_kept_and_marked_and_nothing_else_is(loaded: Loaded) -> None:
    names = loaded.ids(Person)
    marked = {
        (names[row.person_id], row.period_start, row.value)
        for row in db.session.scalars(select(Target))
        if "outlier" in row.flags
    }
    assert marked == {("277", date(2013, 2, 28), 30_000_000_00), ("287", date(2013, 1, 28), 9_000_000_00)}
    warned = [(problem.file, problem.line) for problem in loaded.report.warnings if problem.code == "outlier"]
    assert warned == [("targets_monthly.csv", 58), ("targets_monthly.csv", 266)]
    lines = (DATA / "adventureworks" / "targets_monthly.csv").read_text().splitlines()
    assert lines[57].startswith("277,2013-02-28")
    assert lines[265].startswith("287,2013-01-28")


@only_adventureworks
def test_owners_coordinates_and_facts_of_shops_are_those_of_the_files(loaded: Loaded) -> None:
    names = loaded.ids(Person)
    stored = {row.external_id: row for row in db.session.scalars(select(Customer))}
    for row in rows_of("adventureworks", "customers"):
        shop = stored[row["id"]]
        assert (shop.name, names[shop.owner_id or ""]) == (row["name"], row["owner_id"])
        assert (shop.lat, shop.lng) == (float(row["lat"]) if row["lat"] else None, float(row["lon"]) if row["lon"] else None)
    assert sum(shop.lat is None for shop in stored.values()) == 30
    assert stored["1"].facts["specialty"] == "Road"
    assert stored["1"].facts["employees"] == 2
    owner_of = {row["id"]: row["owner_id"] for row in rows_of("adventureworks", "customers")}
    sold_by_others = sum(owner_of[row["customer_id"]] != row["rep_id"] for row in rows_of("adventureworks", "orders"))
    pairs = db.session.execute(select(Customer.owner_id, Order.person_id).join(Order, Order.customer_id == Customer.id))
    assert sum(owner != seller for owner, seller in pairs) == sold_by_others > 1000


@only_adventureworks
def test_territories_are_effective_dated(loaded: Loaded) -> None:
    people, territories = loaded.ids(Person), loaded.ids(Territory)
    stored = {
        (people[row.person_id], territories[row.territory_id], str(row.from_on), str(row.to_on or ""))
        for row in db.session.scalars(select(TerritoryAssignment))
    }
    assert stored == {
        (row["rep_id"], row["territory"], row["from"], row["to"]) for row in rows_of("adventureworks", "territory_history")
    }


@only_adventureworks
def test_commission_terms_are_not_lost(loaded: Loaded) -> None:
    people = loaded.ids(Person)
    stored = {
        (people[row.person_id], row.annual_quota, row.bonus, row.commission_rate)
        for row in db.session.scalars(select(IncentiveTerm))
    }
    assert stored == {
        (row["rep_id"], cents(row["annual_quota"]), cents(row["bonus"]), Decimal(row["commission_rate"]))
        for row in rows_of("adventureworks", "incentive_terms")
    }


# --- Northwind ---------------------------------------------------------------------------------


@only_northwind
def test_a_customer_without_owner_goes_to_the_rep_of_its_latest_order_and_is_marked(loaded: Loaded) -> None:
    latest: dict[str, tuple[str, str, str]] = {}
    for row in rows_of("northwind", "orders"):
        latest[row["customer_id"]] = max(
            latest.get(row["customer_id"], ("", "", "")), (row["ordered_on"], row["id"], row["rep_id"])
        )
    names = loaded.ids(Person)
    for customer in db.session.scalars(select(Customer)):
        if customer.external_id in latest:
            assert names[customer.owner_id or ""] == latest[customer.external_id][2]
            assert customer.flags == ["owner_from_latest_order"]
        else:
            assert (customer.owner_id, customer.flags) == (None, [])
    owned = db.session.scalar(select(func.count()).select_from(CustomerAssignment).where(CustomerAssignment.to_on.is_(None)))
    assert owned == len(latest)


@only_northwind
def test_territories_keep_their_leading_zeros_and_parents(loaded: Loaded) -> None:
    names = loaded.ids(Territory)
    parents = {row.external_id: names.get(row.parent_id or "") for row in db.session.scalars(select(Territory))}
    assert parents == {row["id"]: row["parent"] or None for row in rows_of("northwind", "territories")}
    assert parents["01581"] == "R1"


@only_northwind
def test_a_person_without_an_address_signs_in_with_the_id_of_the_file(loaded: Loaded) -> None:
    runner = loaded.app.test_cli_runner()
    result = runner.invoke(commands.person, ["set-password", "5", "--org", "set"], input="correct horse\n")
    assert result.exit_code == 0, result.output
    answer = loaded.app.test_client().post(
        "/api/session", json={"email": "5", "password": "correct horse", "organization": "set"}
    )
    assert answer.status_code == 200
    assert answer.json["user"]["name"] == "Steven Buchanan"


@only_northwind
def test_two_companies_stay_apart_in_one_database(loaded: Loaded) -> None:
    other = org.create_organization(
        now=NOW, code="other", name="x", currency="USD", time_zone="UTC", calendar_code="US", locale="en"
    )
    report = import_folder(Actor.system(other.id, NOW, "en"), DATA / "northwind")
    assert report.is_saved
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 2
    mixed = select(func.count()).select_from(Order).join(Customer, Customer.id == Order.customer_id)
    assert db.session.scalar(mixed.where(Customer.organization_id != Order.organization_id)) == 0
