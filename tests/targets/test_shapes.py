"""What travels: rows as JSON, and arguments that the services take as they are."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from marshmallow import ValidationError
from sqlalchemy import select

from app.core.db import db, new_id
from app.targets.domain import targets
from tests.targets.conftest import Planned

ID = new_id()
ARGUMENTS: dict[str, dict[str, Any]] = {
    "targets.request_adjustment": {
        "id": ID,
        "plan_id": ID,
        "seen_version": 1,
        "effective_from": "2026-11-23",
        "reason": "装修",
        "photos": ["a" * 64],
        "cells": [{"target_id": ID, "new_value": 0}],
    },
    "targets.withdraw_adjustment": {"id": ID},
    "targets.approve_adjustment": {"id": ID, "seen_version": 1, "note": None},
    "targets.reject_adjustment": {"id": ID, "seen_version": 1, "note": "不行"},
    "targets.return_adjustment": {"id": ID, "seen_version": 1, "note": "请补充"},
    "targets.undo_adjustment": {"id": ID},
    "targets.see_change": {"id": ID},
    "targets.acknowledge_change": {"id": ID},
    "targets.ask_about_change": {"id": ID, "question": "为什么?"},
}


@pytest.mark.parametrize("mutation", targets.mutations, ids=lambda mutation: mutation.name)
def test_the_arguments_of_a_mutation_are_those_of_its_service(mutation: Any) -> None:
    loaded = mutation.schema().load(ARGUMENTS[mutation.name])
    assert inspect.signature(mutation.handler).bind(None, **loaded)
    for name in set(ARGUMENTS[mutation.name]) - {"note", "photos"}:
        with pytest.raises(ValidationError) as found:
            mutation.schema().load({key: value for key, value in ARGUMENTS[mutation.name].items() if key != name})
        assert list(found.value.normalized_messages()) == [name]


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "  "},
        {"cells": []},
        {"cells": [{"target_id": ID, "new_value": -1}]},
        {"cells": [{"target_id": ID, "new_value": 1.5}]},
        {"photos": ["../x"]},
    ],
)
def test_a_request_out_of_shape_is_refused(changes: dict[str, Any]) -> None:
    (mutation,) = (one for one in targets.mutations if one.name == "targets.request_adjustment")
    with pytest.raises(ValidationError):
        mutation.schema().load(ARGUMENTS[mutation.name] | changes)


def test_every_row_travels_as_json_with_all_its_fields(planned: Planned) -> None:
    planned.approve(planned.ask())
    for entity in targets.entities:
        row = db.session.scalars(select(entity.model).limit(1)).one()
        json_row = json.loads(json.dumps(entity.schema().dump(row)))
        assert set(json_row) == set(entity.schema().fields), entity.name
        assert entity.buckets(row), entity.name
    frozen = targets.entities[2].schema().dump(planned.leaf(planned.company.rep))
    assert frozen["frozen_until"] == "2026-11-22"
    assert sum(frozen["frozen"].values()) == sum(
        amount for day, amount in planned.days(planned.company.rep).items() if day.isoformat() < "2026-11-23"
    )
