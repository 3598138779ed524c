"""Every sentence that the server says, in Chinese and English, by code.

Packages keep their own lists (words.py) and hand them in through their Domain. A sentence takes
its values by name, as in "{n} 项".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class Sentence(TypedDict):
    """One sentence in both languages."""

    zh: str
    en: str


_sentences: dict[str, Sentence] = {}


def register(words: Mapping[str, Sentence]) -> None:
    """Adds a package's sentences. One code has one sentence."""
    for code, sentence in words.items():
        known = _sentences.setdefault(code, sentence)
        if known != sentence:
            raise ValueError(f"two sentences for {code!r}")


def language(locale: str) -> str:
    """`zh` or `en` for a locale such as zh-CN."""
    return "zh" if locale.lower().startswith("zh") else "en"


def say(code: str, locale: str, **params: Any) -> str:
    """The sentence of a code in the reader's language.

    An unknown code is a defect of ours: it raises KeyError, and a test walks all codes in use.
    """
    sentence = _sentences[code]
    text = sentence["zh"] if language(locale) == "zh" else sentence["en"]
    return text.format(**params) if params else text


def known() -> Mapping[str, Sentence]:
    """All sentences, for the tests that compare them."""
    return _sentences


register(
    {
        "not_found": {"zh": "没有找到这条记录，或你看不到它。", "en": "This record does not exist or is not yours to see."},
        "gone": {
            "zh": "这条记录已被删除，你写的内容保留在“需要处理”里。",
            "en": "This record was deleted. What you wrote is kept under “Needs attention”.",
        },
        "access_lost": {
            "zh": "你的权限在此期间变了，内容已保存，等主管决定。",
            "en": "Your access changed meanwhile. Your work is saved and waits for a manager’s decision.",
        },
        "forbidden": {"zh": "你的角色不能做这件事。", "en": "Your role does not allow this."},
        "stale_version": {
            "zh": "内容已变，先看新的再决定。",
            "en": "This changed since you saw it. Look at the new version, then decide.",
        },
        "invalid": {"zh": "有几处填写不对，请看标出的地方。", "en": "Some values are not right. See the marked fields."},
        "required": {"zh": "必填。", "en": "Required."},
    }
)
