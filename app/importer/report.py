"""What an import found and did: problems, counts, sums of money."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.core.money import to_major
from app.core.words import say


class Severity(StrEnum):
    """An error keeps its row out; a warning lets it in, marked."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """What is wrong where. `line` counts from 1, the header included; 0 is the file as a whole."""

    file: str
    line: int
    column: str
    value: str
    code: str
    severity: Severity = Severity.ERROR
    params: tuple[tuple[str, Any], ...] = ()

    def reason(self, locale: str) -> str:
        """The sentence in the reader's language."""
        return say(f"importer.{self.code}", locale, **dict(self.params))

    def as_json(self, locale: str) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "severity": self.severity.value,
            "code": self.code,
            "reason": self.reason(locale),
        }


@dataclass(frozen=True)
class Change:
    """A value of a known record that differs from the file."""

    file: str
    line: int
    id: str
    column: str
    old: str
    new: str


@dataclass
class Counts:
    """Rows of one file. `rows` is the sum of the others."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


@dataclass
class Report:
    """Everything that there is to say about one run. `money`: file → currency → sum of the rows that are let in, in minor units."""

    organization: str
    currency: str
    is_dry_run: bool = False
    is_saved: bool = False
    files: dict[str, Counts] = field(default_factory=dict)
    money: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.WARNING]

    def note_unsaved(self, rows: dict[str, tuple[int, int]]) -> None:
        """Counts a run that stopped before writing: file → (rows, bad ones)."""
        self.files = {name: Counts(rows=count, skipped=bad) for name, (count, bad) in rows.items()}

    def sort(self) -> None:
        """Puts problems and changes in the order of files and lines."""
        order = {file: place for place, name in enumerate(self.files) for file in (f"{name}.csv", f"{name}.csv.gz")}
        self.problems.sort(key=lambda each: (order.get(each.file, len(order)), each.file, each.line, each.column, each.code))
        self.changes.sort(key=lambda each: (order.get(each.file, len(order)), each.line, each.column))

    def as_json(self, locale: str) -> dict[str, Any]:
        """The object that `--json` prints. Money as text with the places of the currency."""
        return {
            "organization": self.organization,
            "currency": self.currency,
            "dry_run": self.is_dry_run,
            "saved": self.is_saved,
            "files": {name: vars(counts) for name, counts in self.files.items()},
            "money": {
                name: {currency: str(to_major(amount, currency)) for currency, amount in sorted(sums.items())}
                for name, sums in self.money.items()
            },
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "problems": [problem.as_json(locale) for problem in self.problems],
            "changes": [vars(change) for change in self.changes],
        }
