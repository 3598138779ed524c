"""Refusals: what a rule answers when it says no. Each has a code; words.py has the sentence."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A rule said no. `code` names the sentence in the word lists, `params` fill it.

    `fields` maps a field's name to the code of what is wrong with it. `status` is the HTTP status
    when an endpoint answers it; in sync a refusal never has a status of its own, it is `rejected`.
    """

    status = 422

    def __init__(self, code: str, *, fields: dict[str, str] | None = None, status: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.params = params
        if status is not None:
            self.status = status


class NotFound(Refusal):
    """No such row, or not one that this person may know of: the two are not told apart."""

    status = 404

    def __init__(self, code: str = "not_found", **params: Any) -> None:
        super().__init__(code, **params)


class Gone(Refusal):
    """The record was deleted meanwhile; the writer's text is kept in needs attention."""

    status = 410

    def __init__(self, code: str = "gone", **params: Any) -> None:
        super().__init__(code, **params)


class AccessLost(Refusal):
    """The writer's rights changed meanwhile. Sync parks the work for a person who may decide."""

    status = 403

    def __init__(self, code: str = "access_lost", **params: Any) -> None:
        super().__init__(code, **params)


class Forbidden(Refusal):
    """The role does not allow it."""

    status = 403

    def __init__(self, code: str = "forbidden", **params: Any) -> None:
        super().__init__(code, **params)


class StaleVersion(Refusal):
    """A decision was made on a version that is no longer the present one."""

    status = 409

    def __init__(self, code: str = "stale_version", **params: Any) -> None:
        super().__init__(code, **params)
