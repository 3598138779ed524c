"""What every mutation owes to phones, whoever offers it: no input makes it fail, and what it refuses it says."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.words import known
from app.factory import DOMAINS
from app.sync import registry
from tests.sync.conftest import World

NAMES = {domain.name: sorted(mutation.name for mutation in domain.mutations) for domain in DOMAINS if domain.mutations}
PACKAGES = list(NAMES)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def args_of(name: str) -> st.SearchStrategy[Any]:
    """Arguments that have the right names more often than not, and anything as values."""
    fields = registry.mutations()[name].schema().load_fields
    ids = st.uuids().map(str)
    days = st.dates().map(str)
    values = JSON | ids | days | st.sampled_from(["", "\x00", "2026-02-30", "9" * 400])
    return (
        st.fixed_dictionaries({key: values for key in fields})
        | st.dictionaries(st.sampled_from(sorted(fields) or ["x"]), values)
        | JSON
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_no_arguments_make_a_mutation_fail(world: World, package: str) -> None:
    """Whatever comes is applied or refused with a sentence; never a defect, never a failed batch."""
    phone = world.phone("ann")

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(st.data())
    def send(data: st.DataObject) -> None:
        mids = [phone.save(name, data.draw(args_of(name))) for name in NAMES[package]]
        answer = phone.sync()
        assert answer["retry_ms"] is None, phone.outbox[0]
        for mid in mids:
            result = phone.results[mid]
            assert result["status"] in ("applied", "merged", "rejected", "parked")
            if result["status"] == "rejected":
                assert result["message"]
                assert result["code"] in known()

    send()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_mutation_about_nothing_that_exists_is_answered_once_and_again_alike(world: World, package: str) -> None:
    phone = world.phone("ann")
    for name in NAMES[package]:
        fields = registry.mutations()[name].schema().load_fields
        phone.save(name, {key: str(uuid.uuid4()) for key in fields if key == "id" or key.endswith("_id")})
    request = phone.request()
    first, again = phone.send(request)[1], phone.send(request)[1]
    assert first["results"] == again["results"]
    assert [result["mid"] for result in first["results"]] == [item["mid"] for item in request["push"]]


def test_a_mutation_is_called_like_its_package_and_its_service() -> None:
    for domain in DOMAINS:
        for mutation in domain.mutations:
            assert mutation.name == f"{domain.name}.{mutation.handler.__name__}"
