"""Rules about customers: values in, values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def initials(name: str) -> str:
    """The letters by which a phone finds a name: 仁济门诊 → rjmz, A Bike Store → abs, 3M 医疗 → 3yl.

    A Chinese character gives the first letter of its pinyin (by phrase, so 重庆 is cq, not zq); a
    word in letters or digits gives its first sign, without accents.
    """
    from pypinyin import Style, lazy_pinyin  # only here: its dictionary takes most of a second to load

    parts = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=_first_signs)
    return "".join(parts).lower()[:300]


def _first_signs(text: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return "".join(word[0] for word in _WORD.findall(plain))


def overlapping(spans: Sequence[tuple[date | None, date | None]]) -> tuple[int, int] | None:
    """The positions of two spans of days that share a day, or None. An open end reaches forever."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i][0] or date.min, spans[i][1] or date.max))
    for before, after in pairwise(order):
        if (spans[before][1] or date.max) >= (spans[after][0] or date.min):
            return before, after
    return None
