"""Checks the files against each other and against what is known already.

A row with an error is marked bad, and so is every row that refers to it: what is let in is whole. A
warning marks a value that is let in as it stands.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from app.core.money import exponent, to_major
from app.importer.formats import BadCell, parse
from app.importer.read import Row, Sheet
from app.importer.report import Problem, Severity

OUTLIER_SCORE = 3.5  # modified z-score; Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)
OUTLIER_FACTOR = 5  # of the median
OUTLIER_GAP = 3  # from the next largest
LEAST_VALUES = 5  # fewer say nothing about what is usual
OUTLIER = "outlier"

Known = Mapping[str, set[str]]  # file → the ids that the organisation has already
# Sign-in addresses that are taken → the id of who has one, or "" where it is not this organisation's.
Rates = set[tuple[str, date]]


class Check:
    """One pass over the sheets of a run."""

    def __init__(self, sheets: Mapping[str, Sheet], known: Known, rates: Rates, emails: Mapping[str, str], currency: str) -> None:
        self.sheets = sheets
        self.known = known
        self.rates = rates
        self.emails = emails
        self.currency = currency
        self.problems: list[Problem] = []

    def run(self) -> list[Problem]:
        """Marks bad rows and answers what is wrong."""
        for sheet in self.sheets.values():
            self._duplicates(sheet)
        self._people()
        for sheet in self.sheets.values():
            if sheet.format.name in {"quotas", "targets_monthly", "territory_history"}:
                self._spans(sheet)
        self._positions()
        self._orders()
        self._references()
        self._sums_of_lines()
        self._territories_of_people()
        self._outliers()
        return self.problems

    # --- Telling -------------------------------------------------------------------------------

    def _error(self, sheet: Sheet, row: Row, column: str, code: str, **params: Any) -> None:
        row.is_bad = True
        self._tell(sheet, row, column, code, Severity.ERROR, params)

    def _warn(self, sheet: Sheet, row: Row, column: str, code: str, **params: Any) -> None:
        self._tell(sheet, row, column, code, Severity.WARNING, params)

    def _tell(self, sheet: Sheet, row: Row, column: str, code: str, severity: Severity, params: Mapping[str, Any]) -> None:
        value = row.raw.get(column, "")[:200]
        self.problems.append(Problem(sheet.file, row.line, column, value, code, severity, tuple(params.items())))

    def _good(self, name: str) -> list[Row]:
        return self.sheets[name].good if name in self.sheets else []

    # --- Within one file -----------------------------------------------------------------------

    def _duplicates(self, sheet: Sheet) -> None:
        if not sheet.format.key:
            return
        first: dict[tuple[Any, ...], int] = {}
        for row in sheet.good:
            key = tuple(row.values[name] for name in sheet.format.key)
            if key in first:
                self._error(sheet, row, sheet.format.key[0], "twice", first=first[key])
            first.setdefault(key, row.line)

    def _people(self) -> None:
        self._cycles("people", "manager_id", "manager_cycle")
        self._cycles("territories", "parent", "territory_cycle")
        seen = dict(self.emails)
        for row in self._good("people"):
            email = (row.values.get("email") or "").lower()
            if email and seen.get(email, row.values["id"]) != row.values["id"]:
                self._warn(self.sheets["people"], row, "email", "email_taken")
                row.values["email"] = None
            seen.setdefault(email, row.values["id"])

    def _cycles(self, name: str, column: str, code: str) -> None:
        rows = {row.values["id"]: row for row in self._good(name)}
        for row in list(rows.values()):
            met, over = {row.values["id"]}, row.values.get(column)
            while over in rows and over not in met:
                met.add(over)
                over = rows[over].values.get(column)
            if over == row.values["id"]:
                self._error(self.sheets[name], row, column, code)

    def _spans(self, sheet: Sheet) -> None:
        start, end = ("from", "to") if sheet.format.name == "territory_history" else ("period_start", "period_end")
        of_rep: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in sheet.good:
            if row.values[end] and row.values[end] < row.values[start]:
                self._error(sheet, row, end, "ends_before_start")
            elif row.values.get("amount", 0) < 0:
                self._error(sheet, row, "amount", "negative")
            else:
                of_rep[(row.values["rep_id"], row.values.get("territory"))].append(row)
        for rows in of_rep.values():
            rows.sort(key=lambda row: (row.values[start], row.line))
            for before, after in pairwise(rows):
                if (before.values[end] or date.max) >= after.values[start]:
                    self._error(sheet, after, start, "overlaps", other=before.line)

    def _positions(self) -> None:
        for row in self._good("customers"):
            if (row.values.get("lat") is None) != (row.values.get("lon") is None):
                self._error(self.sheets["customers"], row, "lat", "half_a_position")

    def _orders(self) -> None:
        """An order's amount has the places of its own currency, and needs a rate if that is not the base."""
        rates = self.rates | {(row.values["currency"], row.values["on"]) for row in self._good("fx_rates")}
        for row in self._good("orders"):
            currency = row.values.get("currency") or self.currency
            if currency == self.currency:
                continue
            if (currency, row.values["ordered_on"]) not in rates:
                self._error(self.sheets["orders"], row, "currency", "no_rate", on=row.values["ordered_on"].isoformat())
            elif exponent(currency) != exponent(self.currency):
                self._in_currency(self.sheets["orders"], row, currency)

    def _in_currency(self, sheet: Sheet, row: Row, currency: str) -> None:
        column = sheet.format.column("amount")
        assert column is not None
        try:
            row.values["amount"] = parse(column, row.raw["amount"], currency)
        except BadCell as bad:
            self._error(sheet, row, "amount", bad.code, **bad.params)

    # --- Between files -------------------------------------------------------------------------

    def _references(self) -> None:
        """Marks rows that refer to nothing. Files come in the order in which they refer to each other; a file
        that refers to itself is gone over until nothing more falls out."""
        for sheet in self.sheets.values():
            for column in sheet.format.columns:
                if column.refers_to and column.name in sheet.columns:
                    while self._refer(sheet, column.name, column.refers_to) and column.refers_to == sheet.format.name:
                        continue

    def _refer(self, sheet: Sheet, column: str, target: str) -> bool:
        known = self.known.get(target, set())
        good = known | {row.values["id"] for row in self._good(target)}
        if target not in self.sheets and not known:
            missing = [row for row in sheet.good if row.values[column] is not None]
            if missing:
                params = (("needed", f"{target}.csv"), ("count", len(missing)))
                self.problems.append(Problem(sheet.file, 0, column, "", "file_missing", params=params))
            for row in missing:
                row.is_bad = True
            return False
        bad = {row.values.get("id") for row in self.sheets[target].rows if row.is_bad} if target in self.sheets else set()
        fell = False
        for row in sheet.good:
            value = row.values[column]
            if value is not None and value not in good:
                fell = True
                self._error(sheet, row, column, "refers_to_bad" if value in bad else "unknown_reference", file=f"{target}.csv")
        return fell

    def _sums_of_lines(self) -> None:
        if "order_lines" not in self.sheets or "orders" not in self.sheets:
            return
        sums: dict[str, int] = defaultdict(int)
        for row in self._good("order_lines"):
            sums[row.values["order_id"]] += row.values["amount"]
        for row in self._good("orders"):
            total = sums.get(row.values["id"])
            if total is not None and total != row.values["amount"]:
                currency = row.values.get("currency") or self.currency
                lines, amount = (str(to_major(minor, currency)) for minor in (total, row.values["amount"]))
                self._warn(self.sheets["orders"], row, "amount", "lines_differ", lines=lines, amount=amount)

    def _territories_of_people(self) -> None:
        """Which territories a person works is said by the history; where people.csv says otherwise, it is told."""
        present: dict[str, str] = {}
        for row in self._good("territory_history"):
            if row.values["to"] is None:
                present[row.values["rep_id"]] = row.values["territory"]
        for row in self._good("people"):
            own, dated = row.values.get("territory"), present.get(row.values["id"])
            if own and dated and own != dated:
                self._warn(self.sheets["people"], row, "territory", "territory_differs", dated=dated)
            elif own:
                self._unknown_territories(row, own)

    def _unknown_territories(self, row: Row, own: str) -> None:
        known = self.known.get("territories", set()) | {known.values["id"] for known in self._good("territories")}
        unknown = [each.strip() for each in own.split(";") if each.strip() and each.strip() not in known]
        if unknown:
            self._warn(self.sheets["people"], row, "territory", "territory_unknown", unknown=", ".join(unknown))

    # --- What stands out -----------------------------------------------------------------------

    def _outliers(self) -> None:
        for name, by in (("orders", "customer_id"), ("quotas", "rep_id"), ("targets_monthly", "rep_id")):
            groups: dict[str, list[Row]] = defaultdict(list)
            for row in self._good(name):
                groups[row.values[by]].append(row)
            for rows in groups.values():
                for place in outliers([row.values["amount"] for row in rows]):
                    rows[place].values[OUTLIER] = True
                    usual = median(row.values["amount"] for row in rows)
                    self._warn(
                        self.sheets[name], rows[place], "amount", "outlier", usual=f"{usual / 10 ** exponent(self.currency):,.0f}"
                    )


def outliers(values: Sequence[int]) -> list[int]:
    """The places of values that are far too large beside the others, as with a digit too many.

    Amounts differ by factors, so they are compared as logarithms. One stands apart if all of this
    holds: its modified z-score is over 3.5 (how far it is above the median, measured by the median
    distance of all, which the value itself cannot stretch); it is at least five times the median;
    and it is at least three times the next largest, so the end of an even spread is none. Values of
    zero and less, and groups of fewer than five, are not judged.
    """
    judged = [(math.log(value), place) for place, value in enumerate(values) if value > 0]
    if len(judged) < LEAST_VALUES:
        return []
    logs = sorted(value for value, _ in judged)
    middle = median(logs)
    spread = _spread(logs, middle)
    return [place for value, place in judged if _stands_apart(value, logs, middle, spread)]


def _spread(logs: Iterable[float], middle: float) -> float:
    """The standard deviation as the median distance estimates it, or the mean distance where that is zero."""
    distances = [abs(value - middle) for value in logs]
    return median(distances) / 0.6745 or 1.2533 * fmean(distances)


def _stands_apart(value: float, logs: Sequence[float], middle: float, spread: float) -> bool:
    is_far = value - middle >= math.log(OUTLIER_FACTOR) and value - middle > OUTLIER_SCORE * spread
    return is_far and value == logs[-1] and value - logs[-2] >= math.log(OUTLIER_GAP)
