"""Answers to what happens in packages below."""

from __future__ import annotations

from app.core.actor import Actor
from app.org.events import WorkingTimeChanging
from app.targets import service


def freeze_before_working_time_changes(actor: Actor, fact: WorkingTimeChanging) -> None:
    """A new leave or a calendar edit re-splits open days only: the closed ones are fixed first."""
    service.freeze_closed_days(actor, fact.person_ids)
