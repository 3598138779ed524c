"""Facts that services announce, and the reactions of packages above them.

Reactions run at once, in the transaction of what they answer. Nothing leaves the building here:
notices are rows, and their delivery waits for the commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from app.core.actor import Actor

Reaction = Callable[[Actor, Any], None]

_reactions: dict[type, list[Reaction]] = defaultdict(list)


def subscribe(kind: type, reactions: Iterable[Reaction]) -> None:
    """Adds reactions to a kind of event; each is added once however often this is called."""
    for reaction in reactions:
        if reaction not in _reactions[kind]:
            _reactions[kind].append(reaction)


def announce(actor: Actor, fact: Any) -> None:
    """Runs the reactions to a fact, in the order in which packages stand on the ladder."""
    for reaction in _reactions[type(fact)]:
        reaction(actor, fact)
