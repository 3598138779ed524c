"""Rules about visits: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

ROUGH_FIX_M = 100  # a fix less accurate than this verifies nothing
OLD_FIX_S = 300  # nor does one older than this
MOST_ACCURACY_M = 500  # however rough a fix is, it excuses no more than this
NEARBY_RADII = 3
LATE_HOURS = 72  # how long after losing a customer a visit to it still counts
TYPICAL_VISIT = timedelta(minutes=30)
STEP_KINDS = ("photo", "choice", "number", "money", "text")
LONGEST_ANSWER = 2000


class Grade(StrEnum):
    """How well a check-in's place is known. It informs and never refuses (product.md, promise 8)."""

    VERIFIED = "verified"
    NEARBY = "nearby"
    OFF_SITE = "off_site"
    NO_LOCATION = "no_location"


def grade(distance_m: int | None, accuracy_m: int | None, fix_age_s: int | None, radius_m: int) -> Grade:
    """The grade of a check-in. `distance_m` is None where the phone or the customer has no position.

    Verified: within the radius by a fresh and fine fix. Nearby: within three radii, or within the
    radius once the fix's accuracy is allowed for.
    """
    if distance_m is None:
        return Grade.NO_LOCATION
    accuracy = accuracy_m or 0
    is_good = accuracy <= ROUGH_FIX_M and (fix_age_s or 0) <= OLD_FIX_S
    if distance_m <= radius_m and is_good:
        return Grade.VERIFIED
    reach = max(NEARBY_RADII * radius_m, radius_m + min(accuracy, MOST_ACCURACY_M))
    return Grade.NEARBY if distance_m <= reach else Grade.OFF_SITE


def needs_reason(grade: Grade, customer_has_pin: bool) -> bool:
    """Off site or without a position asks for one reason; a customer without a pin is nobody's fault."""
    return grade is Grade.OFF_SITE or (grade is Grade.NO_LOCATION and customer_has_pin)


def is_late_but_counts(at: datetime, lost_at: datetime) -> bool:
    """Whether a visit to a customer that was given away meanwhile is applied (sync.md, Conflicts)."""
    return at <= lost_at + timedelta(hours=LATE_HOURS)


def estimated_end(checked_in_at: datetime, next_check_in_at: datetime) -> datetime:
    """When a visit whose check-out was forgotten probably ended: after half an hour, or at the next check-in."""
    return max(checked_in_at, min(checked_in_at + TYPICAL_VISIT, next_check_in_at))


def problems_of_answers(
    steps: Sequence[Mapping[str, Any]],
    answers: Mapping[str, Any],
    photos: Sequence[Mapping[str, Any]],
) -> dict[str, str]:
    """What is wrong with the answers of a visit, as step key → code; empty when all is well."""
    known = {step["key"] for step in steps}
    problems = dict.fromkeys(sorted(answers.keys() - known), "visits.unknown_field")
    for step in steps:
        problem = _problem_of_step(step, answers.get(step["key"]), photos)
        if problem:
            problems[step["key"]] = problem
    return problems


def _problem_of_step(step: Mapping[str, Any], value: Any, photos: Sequence[Mapping[str, Any]]) -> str | None:
    if step["kind"] == "photo":
        taken = sum(1 for photo in photos if photo.get("step_key") == step["key"])
        least = max(1, step.get("min") or 1) if step.get("is_required") else 0
        return "visits.photo_missing" if taken < least else None
    if value is None or value == "":
        return "required" if step.get("is_required") else None
    return _CHECKS[step["kind"]](step, value)


def _check_choice(step: Mapping[str, Any], value: Any) -> str | None:
    keys = {option["key"] for option in step["options"]}
    chosen = value if isinstance(value, list) else [value]
    if not step.get("is_multiple") and isinstance(value, list):
        return "visits.one_choice"
    return None if all(isinstance(key, str) and key in keys for key in chosen) else "visits.unknown_choice"


def _check_number(step: Mapping[str, Any], value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "visits.not_a_number"
    low, high = step.get("min"), step.get("max")
    is_outside = (low is not None and value < low) or (high is not None and value > high)
    return "visits.out_of_range" if is_outside else None


def _check_money(step: Mapping[str, Any], value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "visits.not_an_amount"
    return _check_number(step, value)


def _check_text(step: Mapping[str, Any], value: Any) -> str | None:
    if not isinstance(value, str):
        return "visits.not_a_text"
    return "visits.too_long" if len(value) > LONGEST_ANSWER else None


_CHECKS: dict[str, Callable[[Mapping[str, Any], Any], str | None]] = {
    "choice": _check_choice,
    "number": _check_number,
    "money": _check_money,
    "text": _check_text,
}


def problem_of_steps(steps: Sequence[Mapping[str, Any]]) -> str | None:
    """The code of what is wrong with the steps of a visit type, or None."""
    keys = [step.get("key") for step in steps]
    if any(not isinstance(key, str) or not key for key in keys) or len(set(keys)) != len(keys):
        return "visits.step_keys"
    if any(step.get("kind") not in STEP_KINDS for step in steps):
        return "visits.step_kind"
    if any(not _is_bilingual(step.get("label")) for step in steps):
        return "visits.step_label"
    if any(step["kind"] == "choice" and not step.get("options") for step in steps):
        return "visits.step_options"
    return None


def _is_bilingual(label: Any) -> bool:
    return isinstance(label, Mapping) and all(
        isinstance(label.get(language), str) and label[language] for language in ("zh", "en")
    )
