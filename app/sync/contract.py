"""Turns the registry into OpenAPI: `EntityMap` (rows by entity) and `MutationMap` (arguments by name).

The phone's types are generated from them, so nothing is written twice.
"""

from __future__ import annotations

from typing import Any

from flask_smorest import Api

from app.sync import registry
from app.sync.run import MIN_SCHEMA, SCHEMA

_ID = {"type": "string", "maxLength": 36}
_TEXT_OR_NULL = {"type": ["string", "null"]}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


_ENVELOPE = {
    "SyncItem": {
        **_object(
            n={"type": "integer", "minimum": 1},
            mid=_ID,
            schema={"type": "integer"},
            name={"type": "string", "description": "a key of MutationMap"},
            args={"type": "object", "description": "at most 64 KiB"},
            deps={"type": "array", "items": _ID},
            supersedes={"type": ["string", "null"]},
            at={"type": "string", "format": "date-time"},
            offset_ms={"type": "integer", "description": "server time minus device clock, when it was saved"},
        ),
        "description": "One mutation. `withheld` stands in place of `args` when these are too large to send.",
    },
    "SyncRequest": _object(
        user_id=_ID,
        client_id=_ID,
        schema={"type": "integer", "const": SCHEMA},
        sent_at={"type": "string", "format": "date-time"},
        cursor=_TEXT_OR_NULL,
        limit={"type": "integer", "minimum": 1, "maximum": 2000},
        refill={"type": "array", "items": {"type": "string"}},
        push={**_list_of("SyncItem"), "maxItems": 200},
    ),
    "SyncResult": _object(
        n={"type": "integer"},
        mid=_ID,
        status={"type": "string", "enum": ["applied", "merged", "rejected", "parked"]},
        code=_TEXT_OR_NULL,
        message=_TEXT_OR_NULL,
        fields={"description": "what is wrong by field (rejected), or the names of the fields that lost (merged)"},
    ),
    "SyncChange": _object(
        bucket={"type": "string"},
        entity={"type": "string", "description": "a key of EntityMap"},
        id=_ID,
        op={"type": "string", "enum": ["put", "remove"]},
        v={"type": "integer"},
        row={"type": ["object", "null"]},
    ),
    "SyncAnswer": _object(
        epoch=_ID,
        last_n={"type": "integer"},
        retry_ms={"type": ["integer", "null"]},
        results=_list_of("SyncResult"),
        drop={"type": "array", "items": {"type": "string"}},
        changes=_list_of("SyncChange"),
        cursor={"type": "string"},
        more={"type": "boolean"},
        server_time={"type": "string", "format": "date-time"},
        min_schema={"type": "integer", "minimum": MIN_SCHEMA},
    ),
}


def describe(api: Api) -> None:
    """Adds the maps and the envelope to the OpenAPI document; called once all packages are known."""
    components = api.spec.components
    if "EntityMap" in components.schemas:
        return
    for name, shape in _ENVELOPE.items():
        components.schema(name, shape)
    resolve = api.ma_plugin.converter.resolve_nested_schema
    rows = {entity.name: resolve(entity.schema) for entity in registry.entities().values()}
    arguments = {mutation.name: resolve(mutation.schema) for mutation in registry.mutations().values()}
    components.schema("EntityMap", _object(**rows))
    components.schema("MutationMap", _object(**arguments))
