"""What the server promises at its start: full durability, and a description that holds all that phones may send and get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from app.core.synced import WeakDurability, refuse_weak_durability
from app.factory import DOMAINS
from tests.sync.conftest import World


@pytest.mark.parametrize("level, is_enough", [("OFF", False), ("NORMAL", False), ("FULL", True), ("EXTRA", True)])
def test_sqlite_below_full_durability_is_refused(tmp_path: Path, level: str, is_enough: bool) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA synchronous={level}"))
    refuse_weak_durability(engine)
    if is_enough:
        engine.connect().close()
    else:
        with pytest.raises(WeakDurability, match="set it to FULL"):
            engine.connect()


@pytest.mark.parametrize("level, is_enough", [("off", False), ("local", False), ("on", True)])
def test_postgresql_below_full_durability_is_refused(level: str, is_enough: bool) -> None:
    from tests import databases

    address = databases.postgres_server().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, connect_args={"options": f"-c synchronous_commit={level}"})
    refuse_weak_durability(engine)
    if is_enough:
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    else:
        with pytest.raises(WeakDurability, match="set it to on"):
            engine.connect()


def test_the_description_names_every_entity_and_mutation(world: World) -> None:
    schemas: dict[str, Any] = world.client("ann").get("/api/openapi.json").json["components"]["schemas"]
    for domain in DOMAINS:
        assert {entity.name for entity in domain.entities} <= set(schemas["EntityMap"]["required"])
        assert {mutation.name for mutation in domain.mutations} <= set(schemas["MutationMap"]["required"])
    for shape in (*schemas["EntityMap"]["properties"].values(), *schemas["MutationMap"]["properties"].values()):
        assert shape["$ref"].rsplit("/", 1)[-1] in schemas
