"""What the packages offer to phones, by name. The factory fills it; the engine names no package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.core import synced
from app.domain import Domain, Entity, Mutation
from app.sync.rows import to_json

_entities: dict[str, Entity] = {}
_mutations: dict[str, Mutation] = {}
_deciders: list[Callable[[str, str], Sequence[str]]] = []


def add(domain: Domain) -> None:
    """Adds what a package offers. Adding the same package again changes nothing; a name has one owner."""
    for entity in domain.entities:
        known = _entities.setdefault(entity.name, entity)
        if known.model is not entity.model:
            raise ValueError(f"two entities are called {entity.name!r}")
        synced.register(entity.name, entity.model, entity.buckets, to_json(entity.schema))
    for mutation in domain.mutations:
        known_mutation = _mutations.setdefault(mutation.name, mutation)
        if known_mutation.handler is not mutation.handler:
            raise ValueError(f"two mutations are called {mutation.name!r}")
    for rule in domain.grants:
        synced.register_grants(rule.for_people, rule.watches)
    if domain.deciders and domain.deciders not in _deciders:
        _deciders.append(domain.deciders)


def remove(domain: Domain) -> None:
    """Takes a package out again: for packages that only tests have."""
    for entity in domain.entities:
        _entities.pop(entity.name, None)
    for mutation in domain.mutations:
        _mutations.pop(mutation.name, None)
    synced.unregister([entity.model for entity in domain.entities], [rule.for_people for rule in domain.grants])
    synced.unwatch([model for rule in domain.grants for model in rule.watches])


def entities() -> Mapping[str, Entity]:
    """All entities, by name."""
    return _entities


def mutations() -> Mapping[str, Mutation]:
    """All mutations, by name."""
    return _mutations


def deciders(organization_id: str, person_id: str) -> list[str]:
    """Who decides about a person's parked work; may be empty."""
    found: dict[str, Any] = {}
    for rule in _deciders:
        found.update(dict.fromkeys(rule(organization_id, person_id)))
    return list(found)
