"""Writes the demo company through the services, as its people would have over two years.

Everything follows from the seed, the language and today's date; nothing is random between two runs
on one day. Amounts come from the plan itself: what a rep has collected this month is a share of
what the plan asked up to yesterday, so some are ahead and some behind whatever the date.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.actor import Actor, Role
from app.core.db import db
from app.customers import queries as customer_queries
from app.customers import service as customers
from app.demo import cast, picture
from app.org import access
from app.org import queries as org_queries
from app.org import service as org
from app.org.models import Organization, Person
from app.sales import service as sales
from app.sales.models import Order, Receipt
from app.sync import blobs
from app.targets import queries as target_queries
from app.targets import service as targets
from app.visits import defaults
from app.visits import service as visits

ZONE = ZoneInfo("Asia/Shanghai")
YUAN = 100
MONTHLY_TARGET = 960_000 * YUAN  # of one rep
RECENT_DAYS = 75  # receipts come daily in this span, a few a month before it


@dataclass(frozen=True)
class SignIn:
    """One line of the list of sign-ins."""

    role: str
    email: str
    password: str


def accounts() -> list[SignIn]:
    """Who signs in for each role that has a story to tell."""
    keys = ("li.ting", "wang.qiang", "chen.ming", "he.jie", "liu.fang", "zhao.min")
    members = {member.key: member for member in cast.PEOPLE}
    return [SignIn(members[key].role.value, f"{key}@{cast.MAIL_DOMAIN}", cast.PASSWORD) for key in keys]


def load(now: datetime, blob_folder: Path, language: str = "zh") -> None:
    """Writes the demo company in `zh` or `en`, in one transaction; its photos into `blob_folder`."""
    _Company(now, language, blob_folder).write()
    db.session.commit()


@dataclass
class _Company:
    now: datetime
    language: str
    blob_folder: Path
    random: Random = field(default_factory=lambda: Random(20_260_518))
    organization: Organization = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)
    customers: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    products: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    visit_types: dict[str, str] = field(default_factory=dict)
    weights: dict[str, dict[date, int]] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)
    plan_id: str = ""
    orders: list[Order] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    reports: list[Callable[[], None]] = field(default_factory=list)

    def write(self) -> None:
        """One chapter after the other, in the order in which a company comes to be."""
        self.found()
        self.hire()
        self.offer()
        self.win_customers()
        self.plan()
        self.sell()
        self.visit()
        self.set_out_today()
        self.change_the_plan()

    # --- Time and actors ---------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def at(self, day: date, wall: str) -> datetime:
        """An instant of a local day, never later than now."""
        hour, minute = (int(part) for part in wall.split(":"))
        return min(datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC), self.now)

    def as_person(self, key: str, at: datetime) -> Actor:
        member = next(member for member in cast.PEOPLE if member.key == key)
        return Actor(self.organization.id, self.people[key].id, member.role, at, at, self.organization.locale)

    def system(self, at: datetime) -> Actor:
        return Actor.system(self.organization.id, at, self.organization.locale)

    def id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def say(self, name: cast.Name) -> str:
        return name.of(self.language)

    def reps(self, team: str | None = None) -> list[str]:
        return [m.key for m in cast.PEOPLE if m.role is Role.REP and team in (None, m.team)]

    def working_days(self, key: str, start: date, end: date) -> list[date]:
        """The working days of a person from `start` up to, not including, `end`."""
        if key not in self.weights:
            first, last = self.today - timedelta(days=800), self.today + timedelta(days=60)
            self.weights[key] = org_queries.day_weights(self.people[key].id, first, last)
        return [day for day, weight in self.weights[key].items() if weight and start <= day < end]

    # --- The company and its people -----------------------------------------------------------

    def found(self) -> None:
        self.organization = org.create_organization(
            now=self.now - timedelta(days=760),
            code=cast.CODE,
            name=self.say(cast.COMPANY),
            currency="CNY",
            time_zone="Asia/Shanghai",
            calendar_code="CN",
            locale="zh-CN" if self.language == "zh" else "en",
        )
        org.fill_calendar(self.system(self.now), range(self.today.year - 2, self.today.year + 2))

    def hire(self) -> None:
        actor = self.system(self.now - timedelta(days=750))
        teams: dict[str, str] = {}
        for sort, (key, (name, _, parent)) in enumerate(cast.TEAMS.items()):
            teams[key] = org.create_team(actor, name=self.say(name), parent_id=teams.get(parent or ""), sort=sort).id
        for member in cast.PEOPLE:
            person = org.create_person(
                actor,
                name=self.say(member.name),
                role=member.role,
                team_id=teams[member.team],
                email=f"{member.key}@{cast.MAIL_DOMAIN}",
                title=self.say(member.title),
                hired_on=self.today - timedelta(days=740),
            )
            self.people[member.key] = person
            if member.key in cast.WITH_PASSWORD:
                access.set_password(actor, person_id=person.id, password=cast.PASSWORD)
        for key, (_, manager, _) in cast.TEAMS.items():
            org.set_team(actor, team_id=teams[key], fields={"manager_id": self.people[manager].id})

    def offer(self) -> None:
        actor = self.as_person("he.jie", self.now - timedelta(days=745))
        for sort, (code, name, products) in enumerate(cast.LINES):
            self.lines[code] = sales.add_product_line(actor, id=self.id(), name=self.say(name), sort=sort).id
            self.products[code] = []
            for product, price in products:
                row = sales.add_product(
                    actor, id=self.id(), name=self.say(product), product_line_id=self.lines[code], price=price * YUAN
                )
                self.products[code].append((row.id, price * YUAN))
        for visit_type in defaults.VISIT_TYPES:
            self.visit_types[visit_type["code"]] = visits.publish_visit_type(actor, **visit_type).id

    def win_customers(self) -> None:
        for team, places in cast.TEAM_PLACES.items():
            reps = self.reps(team)
            share = -(-len(places) * len(cast.KINDS) // len(reps))
            for number, (place, kind) in enumerate((place, kind) for place in places for kind in range(len(cast.KINDS))):
                self.win_customer(reps[number // share], place, kind)

    def win_customer(self, rep: str, place: int, kind: int) -> None:
        (street, district, lat, lng), (code, name, tier) = cast.PLACES[place], cast.KINDS[kind]
        contact, title = cast.CONTACTS[(place + kind) % len(cast.CONTACTS)]
        gap = "" if self.language == "zh" else " "
        actor = self.as_person(rep, self.now - timedelta(days=735 - (place * 7 + kind * 13) % 300))
        id = self.id()
        customers.create(
            actor,
            id=id,
            name=f"{self.say(street)}{gap}{self.say(name)}",
            kind=code,
            tier=tier,
            phone=f"0571-8{self.random.randrange(1_000_000, 9_999_999)}",
            address=self.address(district, street, self.random.randrange(1, 600)),
            city="杭州" if self.language == "zh" else "Hangzhou",
            region=self.say(district),
            country="CN",
            lat=round(lat + self.random.uniform(-0.006, 0.006), 6),
            lng=round(lng + self.random.uniform(-0.006, 0.006), 6),
            datum="gcj02",
            contacts=[
                {
                    "id": self.id(),
                    "name": self.say(contact),
                    "title": self.say(title),
                    "phone": f"138{self.random.randrange(10**7, 10**8)}",
                }
            ],
        )
        self.customers.setdefault(rep, []).append(id)

    def address(self, district: cast.Name, street: cast.Name, number: int) -> str:
        if self.language == "zh":
            return f"{district.zh}{street.zh}街道 {number} 号"
        return f"{number} {street.en} Street, {district.en}"

    # --- The plan and two years of sales ------------------------------------------------------

    def months(self) -> Iterator[tuple[date, date]]:
        """First and last day of each month of this year."""
        for month in range(1, 13):
            start = date(self.today.year, month, 1)
            yield start, (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)

    def target(self, rep: str, line: str) -> int:
        """A rep's monthly target for a line: the tenth rep has a little more than the first."""
        order = self.reps().index(rep)
        base = MONTHLY_TARGET * (100 + (0 if rep == "li.ting" else (order * 7) % 23 - 11)) // 100
        return base * cast.LINE_SHARES[line] // 100 // (1_000 * YUAN) * 1_000 * YUAN

    def plan(self) -> None:
        year = self.today.year
        name = f"{year} 年回款计划" if self.language == "zh" else f"Receipts {year}"
        loaded = targets.load_plan(
            self.as_person("chen.ming", self.at(date(year - 1, 12, 20), "10:00")),
            name=name,
            metric="receipts",
            currency="CNY",
            external_id=f"demo-{year}",
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            leaves=[
                {
                    "person_id": self.people[rep].id,
                    "period_kind": "month",
                    "period_start": start,
                    "period_end": end,
                    "product_line_id": self.lines[line],
                    "value": self.target(rep, line),
                    "floor_value": None,
                    "stretch_value": None,
                    "flags": [],
                    "is_unassigned": False,
                }
                for start, end in self.months()
                for rep in self.reps()
                for line in cast.LINE_SHARES
            ],
        )
        self.plan_id = loaded.plan.id

    def sell(self) -> None:
        """Orders, and the receipts that follow them a few weeks later; the last days' by the reps themselves."""
        for rep in self.reps():
            attainment = cast.ATTAINMENT.get(rep) or 84 + self.random.randrange(0, 34)
            for day, amounts in self.receipts_of(rep, attainment):
                for line, amount in amounts.items():
                    self.collect(rep, day, line, amount)
        sales.load_history(self.system(self.now - timedelta(days=2)), orders=self.orders, receipts=self.receipts)
        for report in self.reports:
            report()

    def receipts_of(self, rep: str, attainment: int) -> Iterator[tuple[date, dict[str, int]]]:
        """What came in on which day: daily in the recent past, on four days a month before."""
        monthly = {line: self.target(rep, line) for line in cast.LINE_SHARES}
        month = self.today.replace(day=1)
        for back in range(23, -1, -1):
            start = _months_before(month, back)
            end = _months_before(month, back - 1)
            days = self.working_days(rep, start, min(end, self.today))
            every = self.working_days(rep, start, end)
            if not days:
                continue
            growth = 100 - back  # two years ago they sold a quarter less
            level = attainment if back == 0 else 90 + self.random.randrange(0, 20)
            is_recent = (self.today - end).days < RECENT_DAYS
            chosen = days if is_recent else sorted(self.random.sample(days, min(4, len(days))))
            luck = cast.LINE_LUCK.get(rep, cast.USUAL_LUCK)
            share = level * growth * len(days)
            total = {line: value * luck[line] * share // len(every) // 1_000_000 for line, value in monthly.items()}
            yield from self.spread(chosen, total)

    def spread(self, days: list[date], total: dict[str, int]) -> Iterator[tuple[date, dict[str, int]]]:
        """Spreads a month over its days: each day has one or two product lines, and all lines add up."""
        codes = list(total)
        for line in codes:
            mine = [day for number, day in enumerate(days) if codes[number % len(codes)] == line] or days[-1:]
            shares = [60 + self.random.randrange(0, 80) for _ in mine]
            left = total[line]
            for day, share in zip(mine[:-1], shares, strict=False):
                amount = total[line] * share // sum(shares) // (10 * YUAN) * 10 * YUAN
                left -= amount
                yield day, {line: amount}
            yield mine[-1], {line: left // YUAN * YUAN}

    def collect(self, rep: str, day: date, line: str, amount: int) -> None:
        """An order of a few weeks ago and the receipt for it: settled by now, or reported in the last days."""
        if amount <= 0:
            return
        person, customer = self.people[rep].id, self.random.choice(self.customers[rep])
        product, price = self.random.choice(self.products[line])
        ordered_on = day - timedelta(days=self.random.randrange(12, 40))
        order, receipt = self.id(), self.id()
        self.orders.append(
            sales.order_of_record(
                self.system(self.at(ordered_on, "11:00")),
                id=order,
                customer_id=customer,
                person_id=person,
                ordered_on=ordered_on,
                lines=[{"product_id": product, "quantity": Decimal(max(1, round(amount / price))), "amount": amount}],
                currency="CNY",
            )
        )
        values: dict[str, Any] = {
            "id": receipt,
            "customer_id": customer,
            "order_id": order,
            "product_line_id": self.lines[line],
            "received_on": day,
            "amount": amount,
            "currency": "CNY",
            "method": "transfer",
        }
        if (self.today - day).days > 2:
            confirmed = self.system(self.at(day + timedelta(days=1), "10:00"))
            accountant = self.people["liu.fang"].id
            self.receipts.append(sales.receipt_of_record(confirmed, person_id=person, confirmed_by=accountant, **values))
        else:
            self.reports.append(partial(sales.report_receipt, self.as_person(rep, self.at(day, "16:40")), **values))

    # --- Field work ---------------------------------------------------------------------------

    def visit(self) -> None:
        """The visits of the last two weeks: one a working day for everybody, five for 李婷."""
        for rep in self.reps():
            for day in self.working_days(rep, self.today - timedelta(days=14), self.today):
                for stop in range(5 if rep == "li.ting" else 1):
                    self.make_visit(rep, day, stop)

    def make_visit(self, rep: str, day: date, stop: int) -> None:
        customer = self.customers[rep][(day.toordinal() * 5 + stop) % len(self.customers[rep])]
        wall, purpose, amount = cast.STOPS[stop]
        actor = self.as_person(rep, self.at(day, wall))
        id = self.id()
        visits.plan_visit(
            actor, id=id, customer_id=customer, planned_on=day, planned_at=wall, purpose=self.say(purpose),
            visit_type_id=self.visit_types["routine"], expected_amount=amount * YUAN, sort=stop,
        )  # fmt: skip
        lat, lng = self.doorstep(customer)
        visits.check_in(
            actor, id=id, customer_id=customer, visit_type_id=self.visit_types["routine"], planned_on=day,
            position={"lat": lat, "lng": lng, "datum": "gcj02", "accuracy_m": self.random.randrange(6, 40), "fix_age_s": 2},
        )  # fmt: skip
        note = self.random.choice(cast.OUTCOME_NOTES)
        photo = {"step_key": "photo", "media_type": "image/png", **self.upload(actor, day.toordinal() % 3)}
        visits.finish(
            actor.later(actor.now + timedelta(minutes=25)),
            id=id,
            outcome=self.random.choice(["interested", "ordered", "paid", "follow_up"]),
            answers={"display": self.random.choice(["full", "full", "part"]), "stock": self.random.randrange(2, 60)},
            photos=[photo],
            note=self.say(note),
        )

    def upload(self, actor: Actor, seed: int) -> dict[str, Any]:
        """A photo of this person on the server, sent as a phone sends it; its name and size."""
        if seed not in self.pictures:
            self.pictures[seed] = picture.shelf(seed)
        content = self.pictures[seed]
        digest = hashlib.sha256(content)
        name = digest.hexdigest()
        if not blobs.begin(actor, self.blob_folder, name, len(content), "image/png").is_stored:
            checksum = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
            blobs.append(actor, self.blob_folder, blobs.upload_of(actor, name), 0, content, checksum)
        return {"sha256": name, "size": len(content)}

    def doorstep(self, customer: str) -> tuple[float, float]:
        """A position some metres from the customer's pin."""
        row = customer_queries.get(self.system(self.now), customer)
        return round((row.lat or 0) + self.random.uniform(-0.0004, 0.0004), 6), round(
            (row.lng or 0) + self.random.uniform(-0.0004, 0.0004), 6
        )

    def set_out_today(self) -> None:
        """Today's route and tasks of every rep; on a day off, those of the next working day."""
        for rep in self.reps():
            ahead = self.working_days(rep, self.today, self.today + timedelta(days=15))
            day = ahead[0] if ahead else self.today
            morning = self.as_person(rep, self.at(day - timedelta(days=1), "19:30"))
            for number, (wall, purpose, amount) in enumerate(cast.STOPS[: 5 if rep == "li.ting" else 3]):
                visits.plan_visit(
                    morning,
                    id=self.id(),
                    customer_id=self.customers[rep][number],
                    planned_on=day,
                    planned_at=wall,
                    purpose=self.say(purpose),
                    visit_type_id=self.visit_types["installation" if number == 0 else "routine"],
                    expected_amount=amount * YUAN,
                    sort=number,
                )
            for title, due_at, days in cast.TASKS[: 3 if rep == "li.ting" else 1]:
                visits.add_task(
                    morning, id=self.id(), title=self.say(title), due_on=day + timedelta(days=days), due_at=due_at,
                    customer_id=self.customers[rep][0],
                )  # fmt: skip

    # --- Changes of plan ----------------------------------------------------------------------

    def change_the_plan(self) -> None:
        """One change that 李婷 has not acknowledged yet, and one request that waits for 王强."""
        yesterday = (self.working_days("wang.qiang", self.today - timedelta(days=14), self.today) or [self.today])[-1]
        raised = self.request("wang.qiang", "li.ting", "rehab", 40_000, cast.RAISE_REASON, self.at(yesterday, "17:05"))
        director = self.as_person("chen.ming", self.at(yesterday, "17:40"))
        targets.approve_adjustment(director, id=raised, seen_version=1)
        self.request("chen.li", "chen.li", "reagents", -40_000, cast.CUT_REASON, self.at(self.today, "08:51"))

    def request(self, requester: str, rep: str, line: str, change: int, reason: cast.Name, at: datetime) -> str:
        """Asks for another target of this month; answers the id of the request."""
        actor = self.as_person(requester, at)
        held = db.session.scalars(target_queries.current(self.plan_id, [self.people[rep].id]))
        leaf = next(
            row for row in held if row.product_line_id == self.lines[line] and row.period_start <= self.today <= row.period_end
        )
        seen = target_queries.plan(actor, self.plan_id).version
        id = self.id()
        targets.request_adjustment(
            actor,
            id=id,
            plan_id=self.plan_id,
            seen_version=seen,
            effective_from=self.today,
            reason=self.say(reason),
            cells=[{"target_id": leaf.id, "new_value": leaf.value + change * YUAN}],
        )
        return id


def _months_before(month: date, count: int) -> date:
    """The first day of the month `count` months before (after, if negative)."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)
