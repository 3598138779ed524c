"""Writes what is new or different. One transaction, which the caller commits or rolls back.

Each file is compared with what the organisation has under the same external ids: unknown rows are
inserted, rows that differ are updated in the columns that differ, an empty cell changes nothing. Many
rows go through `synced.bulk()`; people, owners and targets through the services of their packages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core import synced
from app.core.actor import Actor
from app.core.db import Base, db, new_id
from app.core.errors import Refusal
from app.core.money import to_major
from app.core.words import language, say
from app.customers import rules as customer_rules
from app.customers import service as customers
from app.customers.models import Customer, CustomerAssignment, Territory, TerritoryAssignment
from app.importer.check import OUTLIER
from app.importer.read import Row, Sheet
from app.importer.report import Change, Counts, Problem, Report
from app.org import service as org
from app.org.models import Account, Organization, Person
from app.sales import rules as sales_rules
from app.sales import service as sales
from app.sales.models import Credit, FxRate, IncentiveTerm, Order, OrderLine, Product, ProductLine
from app.targets import service as targets

FROM_LATEST_ORDER = "owner_from_latest_order"
TEAM_FIGURE = "team_figure"
PLAN_NAMES = {
    "quotas": {"zh": "销售配额", "en": "Sales quotas"},
    "targets_monthly": {"zh": "月度销售目标", "en": "Monthly sales targets"},
}
_MANY = 500  # ids in one query


@dataclass
class _Wanted:
    """A record as a file describes it. `values` are columns; None is an empty cell."""

    row: Row
    key: Any
    values: dict[str, Any]
    defaults: dict[str, Any] = field(default_factory=dict)  # further columns of a new record


class Loader:
    """One run over sheets that were checked. `advance` is told of each row that is done with."""

    def __init__(
        self,
        actor: Actor,
        organization: Organization,
        sheets: Mapping[str, Sheet],
        report: Report,
        advance: Callable[[int], object],
    ) -> None:
        self.actor = actor
        self.organization = organization
        self.sheets = sheets
        self.report = report
        self.advance = advance
        self.bulk = synced.bulk()
        self.ids: dict[str, dict[str, str]] = {}  # file → external id → id

    def run(self) -> None:
        """Loads every file, in the order in which they refer to each other."""
        steps: tuple[tuple[str, Callable[[Sheet], None]], ...] = (
            ("territories", self._territories),
            ("people", self._people),
            ("territory_history", self._territory_history),
            ("rep_territories", self._rep_territories),
            ("incentive_terms", self._incentive_terms),
            ("customers", self._customers),
            ("customer_facts", self._customer_facts),
            ("products", self._products),
            ("fx_rates", self._fx_rates),
            ("orders", self._orders),
            ("order_lines", self._order_lines),
            ("quotas", self._targets),
            ("targets_monthly", self._targets),
        )
        self._orders_to_credit: set[str] = set()
        for name, step in steps:
            sheet = self.sheets.get(name)
            if sheet is not None:
                self.report.files[name] = Counts(rows=len(sheet.rows), skipped=sum(row.is_bad for row in sheet.rows))
                step(sheet)
                self._sum(sheet)
                self.advance(len(sheet.rows))
        self._home_territories()
        self._credit(sorted(self._orders_to_credit))
        self._owners_from_orders()
        self._calendar()

    # --- People and territories ----------------------------------------------------------------

    def _territories(self, sheet: Sheet) -> None:
        rows = _parents_first(sheet.good, "parent")
        wanted = [
            _Wanted(
                row,
                row.values["id"],
                {"name": row.values["name"], "country": row.values.get("country"), "parent": row.values.get("parent")},
            )
            for row in rows
        ]
        known = self._known_ids("territories", Territory)
        for each in wanted:  # a parent may be further down in the file, so ids come first
            known.setdefault(each.key, new_id())
        for each in wanted:
            parent = each.values.pop("parent")
            each.values["parent_id"] = known[parent] if parent else None
            each.defaults["id"] = known[each.key]
        self._upsert(sheet, Territory, wanted)

    def _people(self, sheet: Sheet) -> None:
        known = self._by_external_id(Person)
        emails = {
            row.person_id: row
            for row in db.session.scalars(select(Account).where(Account.organization_id == self.organization.id))
        }
        ids = self._known_ids("people", Person)
        counts = self._counts(sheet)
        touched: dict[str, str] = {}
        for row in sheet.good:
            values: dict[str, Any] = {name: row.values.get(name) for name in ("name", "role", "title", "hired_on")}
            present = known.get(row.values["id"])
            if present is None:
                made = org.create_person(self.actor, external_id=row.values["id"], email=row.values.get("email"), **values)
                ids[row.values["id"]] = made.id
                touched[row.values["id"]] = "created"
                continue
            changed = self._differences(sheet, row, row.values["id"], present, values)
            if changed:
                try:
                    org.set_person(self.actor, person_id=present["id"], fields=changed)
                except Refusal as refusal:  # such as the last admin becoming something else
                    why = (("why", say(refusal.code, self.actor.locale, **refusal.params)),)
                    self.report.problems.append(Problem(sheet.file, row.line, "role", row.raw["role"], "refused", params=why))
                touched[row.values["id"]] = "updated"
            if self._set_email(sheet, row, emails.get(present["id"])):
                touched[row.values["id"]] = "updated"
        for external_id in self._managers(sheet, ids):
            touched.setdefault(external_id, "updated")
        for how in touched.values():
            setattr(counts, how, getattr(counts, how) + 1)
        counts.unchanged = len(sheet.good) - len(touched)

    def _set_email(self, sheet: Sheet, row: Row, account: Account | None) -> bool:
        email = (row.values.get("email") or "").lower()
        if not email or account is None or account.email == email:
            return False
        self._note_change(sheet, row, row.values["id"], "email", account.email, email)
        account.email = email
        return True

    def _managers(self, sheet: Sheet, ids: Mapping[str, str]) -> list[str]:
        """Puts people below their managers, from the top; teams are made of managers. Answers whose manager changed."""
        db.session.flush()
        moved = []
        for row in _parents_first(sheet.good, "manager_id"):
            wanted = row.values.get("manager_id")
            person = db.session.get_one(Person, ids[row.values["id"]])
            if wanted is None or person.manager_id == ids[wanted]:
                continue
            former = person.manager_id
            try:
                org.join_manager(self.actor, person_id=person.id, manager_id=ids[wanted])
            except Refusal:  # the file alone is no circle, but with what is known already it is one
                problem = Problem(sheet.file, row.line, "manager_id", wanted, "manager_below", params=(("id", row.values["id"]),))
                self.report.problems.append(problem)
                continue
            if former is not None:
                self._note_change(sheet, row, row.values["id"], "manager_id", former, ids[wanted])
            moved.append(row.values["id"])
        return moved

    def _territory_history(self, sheet: Sheet) -> None:
        self._territory_spans(sheet, [(row, row.values["from"], row.values["to"]) for row in sheet.good])

    def _rep_territories(self, sheet: Sheet) -> None:
        self._territory_spans(sheet, [(row, None, None) for row in sheet.good])

    def _territory_spans(self, sheet: Sheet, spans: Iterable[tuple[Row, date | None, date | None]]) -> None:
        people, territories = self._known_ids("people", Person), self._known_ids("territories", Territory)
        wanted = []
        for row, start, end in spans:
            key = (people[row.values["rep_id"]], territories[row.values["territory"]], start)
            columns = {"person_id": key[0], "territory_id": key[1], "from_on": start}
            wanted.append(_Wanted(row, key, {"to_on": end}, columns))
        self._upsert(sheet, TerritoryAssignment, wanted, ("person_id", "territory_id", "from_on"))

    def _home_territories(self) -> None:
        """Who stands in neither territory file works the territories that people.csv names, since when is unknown."""
        sheet = self.sheets.get("people")
        if sheet is None:
            return
        people, territories = self._known_ids("people", Person), self._known_ids("territories", Territory)
        placed = set(
            db.session.scalars(
                select(TerritoryAssignment.person_id).where(TerritoryAssignment.organization_id == self.organization.id)
            )
        )
        new = [
            {**self._record(), "person_id": people[row.values["id"]], "territory_id": territories[name]}
            for row in sheet.good
            if people[row.values["id"]] not in placed
            for name in _names(row.values.get("territory"))
            if name in territories
        ]
        self.bulk.insert(TerritoryAssignment, new)

    def _incentive_terms(self, sheet: Sheet) -> None:
        people = self._known_ids("people", Person)
        wanted = []
        for row in sheet.good:
            values = {name: row.values[name] for name in ("annual_quota", "bonus", "commission_rate")}
            key = people[row.values["rep_id"]]
            wanted.append(_Wanted(row, key, values, {"person_id": key, "currency": self.organization.currency}))
        self._upsert(sheet, IncentiveTerm, wanted, ("person_id",))

    # --- Customers -----------------------------------------------------------------------------

    def _customers(self, sheet: Sheet) -> None:
        present = self._by_external_id(Customer)
        wanted = [self._customer(row, present.get(row.values["id"])) for row in sheet.good]
        owners = {each.key: each.values.pop("owner_id") for each in wanted}
        for each in wanted:
            if each.key not in present:
                each.defaults["owner_id"] = owners[each.key]
        self._upsert(sheet, Customer, wanted)
        ids = self._known_ids("customers", Customer)
        self.bulk.insert(
            CustomerAssignment,
            [
                {**self._record(), "customer_id": ids[each.key], "person_id": owners[each.key], "kind": "owner", "from_on": None}
                for each in wanted
                if each.key not in present and owners[each.key]
            ],
        )
        for each in wanted:
            if each.key in present and owners[each.key]:
                self._reassign(sheet, each, present[each.key], owners[each.key])

    def _customer(self, row: Row, present: Mapping[str, Any] | None) -> _Wanted:
        people, territories = self._known_ids("people", Person), self._known_ids("territories", Territory)
        plain = ("name", "kind", "address", "city", "region", "country", "phone", "tier", "note", "lat")
        values = {name: row.values.get(name) for name in plain}
        values["lng"] = row.values.get("lon")
        values["datum"] = (row.values.get("datum") or "wgs84") if values["lat"] is not None else None
        owner, territory = row.values.get("owner_id"), row.values.get("territory")
        values["owner_id"] = people[owner] if owner else None
        values["territory_id"] = territories[territory] if territory else None
        values["initials"] = customer_rules.initials(row.values["name"]) if _is_renamed(present, row) else None
        return _Wanted(row, row.values["id"], values, {"flags": [], "facts": {}})

    def _reassign(self, sheet: Sheet, wanted: _Wanted, present: Mapping[str, Any], owner_id: str) -> None:
        """Another owner from today on; who had it before stays in the history."""
        if present["owner_id"] != owner_id:
            self._note_change(sheet, wanted.row, wanted.key, "owner_id", present["owner_id"], owner_id)
            customers.reassign(self.actor, customer_id=present["id"], owner_id=owner_id)
            self._now_updated(sheet, wanted.row)
        if FROM_LATEST_ORDER in present["flags"]:
            self.bulk.update(
                Customer, [{"id": present["id"], "flags": [flag for flag in present["flags"] if flag != FROM_LATEST_ORDER]}]
            )

    def _now_updated(self, sheet: Sheet, row: Row) -> None:
        """Counts a row as updated that was counted as unchanged, once."""
        counts = self._counts(sheet)
        if not row.values.get("_updated"):
            row.values["_updated"] = True
            counts.unchanged -= 1
            counts.updated += 1

    def _customer_facts(self, sheet: Sheet) -> None:
        ids = self._known_ids("customers", Customer)
        found = select(Customer.id, Customer.facts).where(Customer.organization_id == self.organization.id)
        present = {row.id: dict(row.facts) for row in db.session.execute(found)}
        counts = self._counts(sheet)
        changes = []
        for row in sheet.good:
            customer_id = ids[row.values["customer_id"]]
            new = {name: _fact(value) for name, value in row.values.items() if name != "customer_id" and value is not None}
            old = present[customer_id]
            differing = {name: value for name, value in new.items() if old.get(name) != value}
            if not differing:
                counts.unchanged += 1
                continue
            is_new = not old.keys() & new.keys()
            counts.created += is_new
            counts.updated += not is_new
            for name in [] if is_new else sorted(differing):
                self._note_change(sheet, row, row.values["customer_id"], name, old.get(name), new[name])
            changes.append({"id": customer_id, "facts": {**old, **new}})
        self.bulk.update(Customer, changes)

    def _owners_from_orders(self) -> None:
        """A customer without an owner goes to who sold to it last, and is marked."""
        orders = (
            select(Customer.id, Customer.flags, Order.person_id, Order.ordered_on)
            .join(Order, Order.customer_id == Customer.id)
            .where(Customer.organization_id == self.organization.id, Customer.owner_id.is_(None), Customer.archived_at.is_(None))
            .order_by(Customer.id, Order.ordered_on, Order.external_id, Order.id)
        )
        latest = {row.id: row for row in db.session.execute(orders)}
        self.bulk.update(
            Customer,
            [
                {"id": row.id, "owner_id": row.person_id, "flags": sorted({*row.flags, FROM_LATEST_ORDER})}
                for row in latest.values()
            ],
        )
        self.bulk.insert(
            CustomerAssignment,
            [
                {**self._record(), "customer_id": row.id, "person_id": row.person_id, "kind": "owner", "from_on": row.ordered_on}
                for row in latest.values()
            ],
        )

    # --- Products, rates, orders ---------------------------------------------------------------

    def _products(self, sheet: Sheet) -> None:
        lines = self._product_lines([row.values.get("line") for row in sheet.good])
        wanted = [
            _Wanted(
                row,
                row.values["id"],
                {
                    "name": row.values["name"],
                    "product_line_id": lines.get(row.values.get("line")),
                    "category": row.values.get("category"),
                    "price": row.values.get("price"),
                },
                {"currency": self.organization.currency},
            )
            for row in sheet.good
        ]
        self._upsert(sheet, Product, wanted)

    def _product_lines(self, names: Iterable[str | None]) -> dict[str | None, str]:
        found = select(ProductLine.external_id, ProductLine.id).where(ProductLine.organization_id == self.organization.id)
        lines: dict[str | None, str] = {row.external_id: row.id for row in db.session.execute(found)}
        new = []
        for name in sorted({name for name in names if name} - lines.keys()):
            lines[name] = new_id()
            new.append({**self._record(lines[name]), "external_id": name, "name": name, "sort": len(lines)})
        self.bulk.insert(ProductLine, new)
        return lines

    def _fx_rates(self, sheet: Sheet) -> None:
        wanted = []
        for row in sheet.good:
            key = (row.values["currency"], row.values["on"])
            end = row.values["end_of_day"]
            values = {"average": row.values["average"], "end_of_day": row.values["average"] if end is None else end}
            wanted.append(_Wanted(row, key, values, {"currency": key[0], "on": key[1]}))
        self._upsert(sheet, FxRate, wanted, ("currency", "on"))

    def _orders(self, sheet: Sheet) -> None:
        people, known = self._known_ids("people", Person), self._known_ids("customers", Customer)
        rates = self._rates()
        wanted = []
        for row in sheet.good:
            base = self.organization.currency
            currency, amount, on = row.values.get("currency") or base, row.values["amount"], row.values["ordered_on"]
            values = {
                "customer_id": known[row.values["customer_id"]],
                "person_id": people[row.values["rep_id"]],
                "ordered_on": on,
                "currency": currency,
                "amount": amount,
                "base_amount": amount if currency == base else sales_rules.convert(amount, currency, base, rates[(currency, on)]),
                "local_currency": row.values.get("local_currency"),
                "flags": [OUTLIER] if row.values.get(OUTLIER) else [],
            }
            wanted.append(_Wanted(row, row.values["id"], values))
        self._orders_to_credit |= self._upsert(sheet, Order, wanted)

    def _rates(self) -> dict[tuple[str, date], Decimal]:
        found = select(FxRate.currency, FxRate.on, FxRate.average).where(FxRate.organization_id == self.organization.id)
        return {(row.currency, row.on): row.average for row in db.session.execute(found)}

    def _order_lines(self, sheet: Sheet) -> None:
        """The lines of an order are compared as a whole, in the order of the file, and replaced where they differ."""
        orders, products = self._known_ids("orders", Order), self._known_ids("products", Product)
        wanted: dict[str, list[tuple[str, Decimal, int]]] = defaultdict(list)
        rows: dict[str, Row] = {}
        for row in sheet.good:
            order_id = orders[row.values["order_id"]]
            rows.setdefault(order_id, row)
            wanted[order_id].append((products[row.values["product_id"]], row.values["qty"], row.values["amount"]))
        present = self._present_lines(list(wanted))
        new, gone, differing = [], [], []
        counts = self._counts(sheet)
        for order_id, lines in wanted.items():
            old = present.get(order_id, [])
            if [line[1:] for line in old] == lines:
                counts.unchanged += len(lines)
                continue
            if old:
                counts.updated += len(lines)
                differing.append(order_id)
                self._note_change(
                    sheet, rows[order_id], rows[order_id].values["order_id"], "lines", f"{len(old)} lines", f"{len(lines)} lines"
                )
            else:
                counts.created += len(lines)
            gone += [line[0] for line in old]
            self._orders_to_credit.add(order_id)
            new += [
                {
                    **self._record(),
                    "order_id": order_id,
                    "sort": sort,
                    "product_id": product,
                    "quantity": quantity,
                    "amount": amount,
                }
                for sort, (product, quantity, amount) in enumerate(lines)
            ]
        self.bulk.delete(OrderLine, gone)
        self.bulk.insert(OrderLine, new)
        self._touch_orders(differing)

    def _present_lines(self, order_ids: Sequence[str]) -> dict[str, list[tuple[str, str, Decimal, int]]]:
        found: dict[str, list[tuple[str, str, Decimal, int]]] = defaultdict(list)
        columns = (OrderLine.order_id, OrderLine.id, OrderLine.product_id, OrderLine.quantity, OrderLine.amount)
        for part in synced.chunks(order_ids, _MANY):
            lines = select(*columns).where(OrderLine.order_id.in_(part)).order_by(OrderLine.order_id, OrderLine.sort)
            for row in db.session.execute(lines):
                found[row.order_id].append((row.id, row.product_id, row.quantity, row.amount))
        return found

    def _touch_orders(self, order_ids: Sequence[str]) -> None:
        """Lines are part of an order's row on phones: an order whose lines changed has changed."""
        for part in synced.chunks(order_ids, _MANY):
            amounts = db.session.execute(select(Order.id, Order.amount).where(Order.id.in_(part)))
            self.bulk.update(Order, [{"id": row.id, "amount": row.amount} for row in amounts])

    def _credit(self, order_ids: Sequence[str]) -> None:
        """Brings the credits of orders that are new or changed to what the rule says."""
        lines_of_products = {
            row.id: row.product_line_id
            for row in db.session.execute(
                select(Product.id, Product.product_line_id).where(Product.organization_id == self.organization.id)
            )
        }
        for part in synced.chunks(order_ids, _MANY):
            self._credit_some(part, lines_of_products)

    def _credit_some(self, order_ids: Sequence[str], lines_of_products: Mapping[str, str | None]) -> None:
        present_lines = self._present_lines(order_ids)
        columns = (Order.id, Order.person_id, Order.customer_id, Order.ordered_on, Order.amount, Order.base_amount)
        old = {
            row["id"]: row
            for row in _mappings(select(Credit.__table__).where(Credit.source == "order", Credit.source_id.in_(order_ids)))
        }
        new, changed = [], []
        for order in db.session.execute(select(*columns).where(Order.id.in_(order_ids)).order_by(Order.id)):
            parts = tuple((lines_of_products[product], amount) for _, product, _, amount in present_lines.get(order.id, []))
            fact = sales_rules.Fact(
                "order", order.id, order.person_id, order.customer_id, order.ordered_on, order.amount, order.base_amount, parts
            )
            for share in sales_rules.credits_of(fact):
                values = sales.credit_values(fact, share, self.organization.currency)
                known = old.pop(share.id, None)
                if known is None:
                    new.append({**self._record(share.id), **values})
                elif any(known[name] != value for name, value in values.items()):
                    changed.append({"id": share.id, **values})
        self.bulk.insert(Credit, new)
        self.bulk.update(Credit, changed)
        self.bulk.delete(Credit, sorted(old))

    # --- Targets -------------------------------------------------------------------------------

    def _targets(self, sheet: Sheet) -> None:
        """One plan for each file. In targets_monthly, the row of someone who leads others is the team's figure."""
        if not sheet.good:
            return
        people = self._known_ids("people", Person)
        leaders = set(
            db.session.scalars(select(Person.manager_id).where(Person.organization_id == self.organization.id).distinct())
        )
        leaves: list[targets.NewLeaf] = []
        for row in sheet.good:
            person_id = people[row.values["rep_id"]]
            flags = [OUTLIER] if row.values.get(OUTLIER) else []
            if sheet.format.name == "targets_monthly" and person_id in leaders:
                flags.append(TEAM_FIGURE)
            leaves.append(
                {
                    "person_id": person_id,
                    "period_kind": row.values["period_kind"],
                    "period_start": row.values["period_start"],
                    "period_end": row.values["period_end"],
                    "product_line_id": None,
                    "value": row.values["amount"],
                    "flags": flags,
                }
            )
        loaded = targets.load_plan(
            self.actor,
            name=PLAN_NAMES[sheet.format.name][language(self.organization.locale)],
            metric="revenue",
            currency=self.organization.currency,
            external_id=sheet.format.name,
            leaves=leaves,
            starts_on=min(leaf["period_start"] for leaf in leaves),
            ends_on=max(leaf["period_end"] for leaf in leaves),
        )
        counts = self._counts(sheet)
        counts.created, counts.updated, counts.unchanged = loaded.created, loaded.changed, loaded.unchanged

    # --- The calendar --------------------------------------------------------------------------

    def _calendar(self) -> None:
        """Working days are known for all years that orders and targets speak of."""
        years: set[int] = set()
        for name, columns in (
            ("orders", ("ordered_on",)),
            ("quotas", ("period_start", "period_end")),
            ("targets_monthly", ("period_start", "period_end")),
        ):
            for row in self.sheets[name].good if name in self.sheets else []:
                years |= {row.values[column].year for column in columns}
        if years:
            org.fill_calendar(self.actor, range(min(years), max(years) + 1))

    # --- Shared --------------------------------------------------------------------------------

    def _upsert(
        self, sheet: Sheet, model: type[Base], wanted: Sequence[_Wanted], key: tuple[str, ...] = ("external_id",)
    ) -> set[str]:
        """Inserts and updates records of a table; answers the ids of those that are new or changed."""
        present = self._present(model, key)
        counts = self._counts(sheet)
        is_external = key == ("external_id",)
        new: list[dict[str, Any]] = []
        changed: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
        for each in wanted:
            known = present.get(each.key)
            if known is None:
                own = {"external_id": each.key} if is_external else {}
                new.append({**self._record(), **own, **each.values, **each.defaults})
                continue
            values = self._differences(sheet, each.row, each.row.raw.get("id") or str(each.key), known, each.values)
            if values:
                changed[frozenset(values)].append({"id": known["id"], **values})
        # Every row of one insert names the same columns, so that one statement takes them all.
        self.bulk.insert(model, new)
        for rows in changed.values():
            self.bulk.update(model, rows)
        updated = {row["id"] for rows in changed.values() for row in rows}
        counts.created += len(new)
        counts.updated += len(updated)
        counts.unchanged += len(wanted) - len(new) - len(updated)
        if is_external:
            self._known_ids(sheet.format.name, model).update({row["external_id"]: row["id"] for row in new})
        return updated | {row["id"] for row in new}

    def _differences(
        self, sheet: Sheet, row: Row, id: str, known: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The values that differ from what is known. An empty cell never overwrites."""
        differing = {name: value for name, value in values.items() if value is not None and known[name] != value}
        for name, value in differing.items():
            if name != "initials":
                self._note_change(sheet, row, id, name, known[name], value)
        if differing:
            row.values["_updated"] = True
        return differing

    def _note_change(self, sheet: Sheet, row: Row, id: str, column: str, old: Any, new: Any) -> None:
        self.report.changes.append(Change(sheet.file, row.line, id, column, self._shown(column, old), self._shown(column, new)))

    def _shown(self, column: str, value: Any) -> str:
        if value is None:
            return ""
        if column in {"price", "amount", "base_amount", "annual_quota", "bonus"}:
            return str(to_major(value, self.organization.currency))
        if column in {"owner_id", "person_id", "manager_id"}:
            return next((known for known, row_id in self._known_ids("people", Person).items() if row_id == value), str(value))
        if column in {"territory_id", "parent_id"}:
            return next(
                (known for known, row_id in self._known_ids("territories", Territory).items() if row_id == value), str(value)
            )
        return str(value)

    def _counts(self, sheet: Sheet) -> Counts:
        return self.report.files[sheet.format.name]

    def _sum(self, sheet: Sheet) -> None:
        if sheet.format.money is None:
            return
        sums: dict[str, int] = defaultdict(int)
        for row in sheet.good:
            sums[row.values.get("currency") or self.organization.currency] += row.values[sheet.format.money]
        self.report.money[sheet.format.name] = dict(sums)

    def _record(self, id: str | None = None) -> dict[str, Any]:
        return {"id": id or new_id(), "organization_id": self.organization.id, "created_at": self.actor.at, "created_by": None}

    def _by_external_id(self, model: type[Base]) -> dict[Any, Mapping[str, Any]]:
        return self._present(model, ("external_id",))

    def _present(self, model: type[Base], key: tuple[str, ...]) -> dict[Any, Mapping[str, Any]]:
        """What the organisation has of a table, by its key."""
        table: Any = model.__table__
        found: dict[Any, Mapping[str, Any]] = {}
        for row in _mappings(select(table).where(table.c.organization_id == self.organization.id)):
            found[row[key[0]] if len(key) == 1 else tuple(row[name] for name in key)] = row
        found.pop(None, None)
        return found

    def _known_ids(self, file: str, model: type[Base]) -> dict[str, str]:
        if file not in self.ids:
            table: Any = model.__table__
            found = select(table.c.external_id, table.c.id).where(
                table.c.organization_id == self.organization.id, table.c.external_id.is_not(None)
            )
            self.ids[file] = {row.external_id: row.id for row in db.session.execute(found)}
        return self.ids[file]


def _mappings(statement: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _parents_first(rows: Sequence[Row], column: str) -> list[Row]:
    """The rows such that who stands above comes before who stands below; there are no circles."""
    by_id = {row.values["id"]: row for row in rows}

    def depth(row: Row) -> int:
        steps, over = 0, by_id.get(row.values.get(column) or "")
        while over is not None:
            steps, over = steps + 1, by_id.get(over.values.get(column) or "")
        return steps

    return sorted(rows, key=lambda row: (depth(row), row.line))


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(";") if name.strip()]


def _is_renamed(present: Mapping[str, Any] | None, row: Row) -> bool:
    return present is None or present["name"] != row.values["name"]


def _fact(text: str) -> str | int:
    """A fact as it is kept: whole numbers as numbers, but not those with leading zeros, which are ids."""
    is_number = text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0")) and len(text) <= 15
    return int(text) if is_number else text
