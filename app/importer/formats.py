"""The files that can be imported: their columns, what a cell must hold, what it refers to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from app.core.geo import Datum
from app.core.money import to_minor

Kind = Literal["text", "id", "money", "number", "date", "email", "choice", "currency", "lat", "lon"]
MOST_MONEY = 10**15  # minor units: beyond any order, within what JavaScript counts exactly
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class BadCell(Exception):
    """A cell does not hold what its column needs; `code` names the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Column:
    """A column. `refers_to` names the file whose `id` it holds; `choices` maps what may stand there to what it means."""

    name: str
    kind: Kind = "text"
    is_required: bool = False  # the column must be there and no cell empty
    is_optional: bool = False  # the column itself may be missing
    refers_to: str | None = None
    longest: int = 200
    choices: Mapping[str, str] | None = None
    places: int = 0  # decimal places of a number


@dataclass(frozen=True)
class Format:
    """A file. `key` are the columns whose values together occur once. `takes_any` keeps further columns as text."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    money: str | None = None  # the column whose sum is reported
    takes_any: bool = False

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


ROLES = {
    "head": "director",
    "director": "director",
    "manager": "manager",
    "rep": "rep",
    "admin": "admin",
    "finance": "finance",
    "staff": "staff",
}
PERIODS = {kind: kind for kind in ("month", "quarter", "year", "free")}
_ID = Column("id", "id", is_required=True, longest=120)


def _person(name: str, **kwargs: Any) -> Column:
    return Column(name, "id", refers_to="people", longest=120, **kwargs)


_TARGETS = (
    _person("rep_id", is_required=True),
    Column("period_start", "date", is_required=True),
    Column("period_end", "date", is_required=True),
    Column("period_kind", "choice", is_required=True, choices=PERIODS),
    Column("amount", "money", is_required=True),
)

# In the order in which they are loaded: what others refer to comes first.
FORMATS: tuple[Format, ...] = (
    Format("territories", (
        _ID,
        Column("name", is_required=True),
        Column("parent", "id", refers_to="territories", longest=120, is_optional=True),
        Column("country", longest=80, is_optional=True),
    )),
    Format("people", (
        _ID,
        Column("name", is_required=True),
        Column("email", "email", longest=254, is_optional=True),
        Column("role", "choice", is_required=True, choices=ROLES),
        _person("manager_id", is_optional=True),
        Column("territory", "id", is_optional=True, longest=2000),
        Column("title", is_optional=True),
        Column("hired_on", "date", is_optional=True),
    )),
    Format("territory_history", (
        _person("rep_id", is_required=True),
        Column("territory", "id", is_required=True, refers_to="territories", longest=120),
        Column("from", "date", is_required=True),
        Column("to", "date"),
    ), key=("rep_id", "territory", "from")),
    Format("rep_territories", (
        _person("rep_id", is_required=True),
        Column("territory", "id", is_required=True, refers_to="territories", longest=120),
    ), key=("rep_id", "territory")),
    Format("incentive_terms", (
        _person("rep_id", is_required=True),
        Column("annual_quota", "money"),
        Column("bonus", "money"),
        Column("commission_rate", "number", places=6),
    ), key=("rep_id",)),
    Format("customers", (
        _ID,
        Column("name", is_required=True, longest=300),
        Column("kind", longest=80, is_optional=True),
        _person("owner_id", is_optional=True),
        Column("territory", "id", refers_to="territories", longest=120, is_optional=True),
        Column("address", longest=400, is_optional=True),
        Column("city", longest=120, is_optional=True),
        Column("region", longest=120, is_optional=True),
        Column("country", longest=80, is_optional=True),
        Column("lat", "lat", is_optional=True),
        Column("lon", "lon", is_optional=True),
        Column("datum", "choice", choices={datum.value: datum.value for datum in Datum}, is_optional=True),
        Column("phone", longest=60, is_optional=True),
        Column("tier", longest=4, is_optional=True),
        Column("note", longest=2000, is_optional=True),
    )),
    Format("customer_facts", (
        Column("customer_id", "id", is_required=True, refers_to="customers", longest=120),
    ), key=("customer_id",), takes_any=True),
    Format("products", (
        _ID,
        Column("name", is_required=True, longest=300),
        Column("line", is_optional=True),
        Column("category", longest=120, is_optional=True),
        Column("price", "money", is_optional=True),
    )),
    Format("fx_rates", (
        Column("currency", "currency", is_required=True),
        Column("on", "date", is_required=True),
        Column("average", "number", is_required=True, places=8),
        Column("end_of_day", "number", places=8),
    ), key=("currency", "on")),
    Format("orders", (
        _ID,
        Column("customer_id", "id", is_required=True, refers_to="customers", longest=120),
        _person("rep_id", is_required=True),
        Column("ordered_on", "date", is_required=True),
        Column("currency", "currency", is_optional=True),
        Column("amount", "money", is_required=True),
        Column("local_currency", "currency", is_optional=True),
    ), money="amount"),
    Format("order_lines", (
        Column("order_id", "id", is_required=True, refers_to="orders", longest=120),
        Column("product_id", "id", is_required=True, refers_to="products", longest=120),
        Column("qty", "number", is_required=True, places=3),
        Column("amount", "money", is_required=True),
    ), key=(), money="amount"),
    Format("quotas", _TARGETS, key=("rep_id", "period_start"), money="amount"),
    Format("targets_monthly", _TARGETS, key=("rep_id", "period_start"), money="amount"),
)  # fmt: skip

BY_NAME = {described.name: described for described in FORMATS}


def parse(column: Column, text: str, currency: str) -> Any:
    """The value of a cell that is not empty. Raises BadCell. Money comes out in minor units of `currency`."""
    value = _PARSERS[column.kind](column, text, currency)
    if isinstance(value, str) and len(value) > column.longest:
        raise BadCell("too_long", longest=column.longest)
    return value


def _text(column: Column, text: str, currency: str) -> str:
    if "\0" in text:
        raise BadCell("bad_text")
    return text


def _decimal(text: str, code: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadCell(code)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadCell(code) from None


def _money(column: Column, text: str, currency: str) -> int:
    try:
        minor = to_minor(_decimal(text, "bad_money"), currency)
    except ValueError:
        raise BadCell("too_many_places", currency=currency) from None
    if abs(minor) > MOST_MONEY:
        raise BadCell("too_much_money")
    return minor


def _number(column: Column, text: str, currency: str) -> Decimal:
    value = _decimal(text, "bad_number")
    if abs(value) >= 10**9:
        raise BadCell("bad_number")
    if value != round(value, column.places):
        raise BadCell("too_exact", places=column.places)
    return value


def _date(column: Column, text: str, currency: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise BadCell("bad_date")
    return day


def _email(column: Column, text: str, currency: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise BadCell("bad_email")
    return text


def _choice(column: Column, text: str, currency: str) -> str:
    choices = column.choices or {}
    if text.lower() not in choices:
        raise BadCell("bad_choice", choices=", ".join(choices))
    return choices[text.lower()]


def _currency(column: Column, text: str, currency: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise BadCell("bad_currency")
    return text


def _degrees(limit: int) -> Callable[[Column, str, str], float]:
    def parse_degrees(column: Column, text: str, currency: str) -> float:
        value = _decimal(text, "bad_number")
        if abs(value) > limit:
            raise BadCell("bad_degrees", limit=limit)
        return float(value)

    return parse_degrees


_PARSERS: dict[Kind, Callable[[Column, str, str], Any]] = {
    "text": _text,
    "id": _text,
    "money": _money,
    "number": _number,
    "date": _date,
    "email": _email,
    "choice": _choice,
    "currency": _currency,
    "lat": _degrees(90),
    "lon": _degrees(180),
}
