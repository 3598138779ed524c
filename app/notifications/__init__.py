"""Notices and how they reach people: the inbox first, then web push.

It names no domain; kinds of notices come through the registry of domain.py."""
