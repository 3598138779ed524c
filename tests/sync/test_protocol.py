"""The exchanges written down in tests/protocol are what the server does; the phone's tests read the same file."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from tests.devices import now
from tests.sync.conftest import World

EXCHANGES = json.loads((Path(__file__).parent.parent / "protocol" / "sync_exchanges.json").read_text())["exchanges"]


class Values:
    """What the placeholders stand for in this run: given, or learned from the first answer that has them."""

    def __init__(self, **given: str) -> None:
        self.known: dict[str, Any] = given

    def fill(self, shape: Any) -> Any:
        if isinstance(shape, dict):
            return {key: self.fill(value) for key, value in shape.items()}
        if isinstance(shape, list):
            return [self.fill(value) for value in shape]
        if isinstance(shape, str) and shape.startswith("<"):
            if shape == "<instant>":
                return now()
            return self.known.setdefault(shape, str(uuid.uuid4()))
        return shape

    def check(self, shape: Any, answer: Any, path: str) -> None:
        if isinstance(shape, dict):
            assert list(shape) == list(answer) or set(shape) == set(answer), path
            for key, value in shape.items():
                self.check(value, answer[key], f"{path}.{key}")
        elif isinstance(shape, list):
            assert len(shape) == len(answer), path
            for place, value in enumerate(shape):
                self.check(value, answer[place], f"{path}.{place}")
        elif shape == "<cursor>":
            self.known[shape] = answer
        elif shape == "<epoch>":
            assert self.known.setdefault(shape, answer) == answer, path
        elif shape == "<text>":
            assert isinstance(answer, str), path
            assert answer, path
        elif shape == "<instant>":
            assert answer.endswith("Z"), path
        elif shape == "<changes>":
            assert all(set(change) == {"bucket", "entity", "id", "op", "v", "row"} for change in answer), path
        else:
            assert answer == self.known.get(shape, shape) if isinstance(shape, str) else answer == shape, path


def test_the_exchanges_written_down_are_what_the_server_does(world: World) -> None:
    values = Values(**{"<user>": world.id("ann"), "<other>": world.id("ben")})
    requests = {exchange["name"]: exchange.get("request") for exchange in EXCHANGES}
    for exchange in EXCHANGES:
        request = values.fill(exchange.get("request") or requests[exchange["repeats"]])
        response = world.client("ann").post("/api/sync", json=request)
        assert response.status_code == exchange["status"], exchange["name"]
        values.check(exchange["answer"], response.json, exchange["name"])
