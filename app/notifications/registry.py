"""What the packages told this engine: kinds of notices, who people are, what the morning says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from app.domain import Directory, Domain, NoticeKind, Words

Morning = Callable[[str, date, str], Words | None]

_directories: list[Directory] = []
_mornings: list[Morning] = []
_kinds: dict[str, NoticeKind] = {}
_chores: list[Callable[[datetime], None]] = []


def init(domains: Sequence[Domain]) -> None:
    """Takes in what the packages offer. May run again."""
    _directories[:] = [domain.directory for domain in domains if domain.directory]
    _mornings[:] = [domain.morning for domain in domains if domain.morning]
    _chores[:] = [chore for domain in domains for chore in domain.chores]
    _kinds.clear()
    for domain in domains:
        for kind in domain.notices:
            if kind.kind in _kinds:
                raise ValueError(f"two kinds of notice are called {kind.kind!r}")
            _kinds[kind.kind] = kind


def directory() -> Directory:
    """Who people are. Exactly one package says so."""
    (only,) = _directories
    return only


def morning(person_id: str, day: date, locale: str) -> Words | None:
    """What the morning reminder says, by the highest package that has something to say; None: nothing."""
    for provider in reversed(_mornings):
        if words := provider(person_id, day, locale):
            return words
    return None


def kinds() -> dict[str, NoticeKind]:
    """All kinds of notices by name."""
    return dict(_kinds)


def chores() -> list[Callable[[datetime], None]]:
    """What the packages want seen to every hour."""
    return list(_chores)
