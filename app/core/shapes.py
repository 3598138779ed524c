"""Pieces of JSON shapes that every package uses: instants, nullable output fields, the base of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields


class Instant(fields.DateTime):
    """An instant: ISO 8601 in UTC with milliseconds, `2026-11-23T01:02:03.456Z`. Without a zone it is refused."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        instant = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(instant, datetime) or instant.tzinfo is None:
            raise ValidationError("An instant needs its time zone, as in 2026-11-23T01:02:03.456Z.")
        return instant.astimezone(UTC)


def out(kind: type[fields.Field[Any]], *args: Any, **kwargs: Any) -> Any:
    """An output field that is always there."""
    return kind(*args, required=True, **kwargs)


def nullable(kind: type[fields.Field[Any]], *args: Any, **kwargs: Any) -> Any:
    """An output field that is always there and may be null: the generated type is `T | null`."""
    return kind(*args, required=True, allow_none=True, **kwargs)


class RowSchema(Schema):
    """What every synced row carries."""

    id = out(fields.String)
    organization_id = out(fields.String)
    created_at = out(Instant)
    created_by = nullable(fields.String)
