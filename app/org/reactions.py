"""Answers to facts about people and devices."""

from __future__ import annotations

from app.core.actor import Actor
from app.notifications import service as notifications
from app.org.events import DevicesSignedOut


def end_pushes(actor: Actor, fact: DevicesSignedOut) -> None:
    """Nothing more is pushed to a browser that was signed out."""
    for device_id in fact.device_ids:
        notifications.end_device(actor, device_id=device_id)
