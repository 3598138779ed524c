"""How a row becomes JSON: the package's schema, read once and turned into a list of functions.

A marshmallow dump costs more than the rest of a write together; these do the same for plain fields
and leave nested ones to marshmallow. Instants are UTC with milliseconds and a Z, days YYYY-MM-DD.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields

Get = Callable[[Any], Any]


def instant(value: datetime) -> str:
    """2026-11-23T01:02:03.456Z"""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def plain(value: Any) -> Any:
    """A value that JSON has no word for, as text; numbers without a fraction as integers."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


_PLAIN = (
    fields.String,
    fields.Integer,
    fields.Boolean,
    fields.Float,
    fields.Date,
    fields.DateTime,
    fields.Dict,
    fields.List,
    fields.Raw,
)
_NESTING = (
    fields.Nested,
    fields.Pluck,
    fields.Method,
    fields.Function,
    fields.Constant,
    fields.Time,
    fields.TimeDelta,
    fields.Decimal,
)


@cache
def to_json(schema: type[Schema]) -> Callable[[Any], dict[str, Any]]:
    """The function that turns a row into the dict that its JSON is made from."""
    made = schema()
    getters: list[tuple[str, Get]] = []
    for name, described in made.dump_fields.items():
        getters.append((described.data_key or name, _getter(name, described)))

    def dump(row: Any) -> dict[str, Any]:
        return {name: get(row) for name, get in getters}

    return dump


def _getter(name: str, described: fields.Field[Any]) -> Get:
    read = attrgetter(described.attribute or name)
    inner = described.inner if isinstance(described, fields.List) else None
    if isinstance(described, _NESTING) or isinstance(inner, _NESTING) or not isinstance(described, _PLAIN):
        return lambda row: plain(described.serialize(name, row))
    if isinstance(described, (fields.Date, fields.DateTime)):  # DateTime is not a Date in marshmallow, nor the reverse
        return lambda row: plain(read(row))
    if isinstance(described, (fields.Integer, fields.Float)):
        return lambda row: plain(read(row))
    return read
