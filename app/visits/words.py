"""What visits and tasks say, in both languages."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "visits.id_taken": {"zh": "这个编号已经用过，请重新新建一次。", "en": "This id is already in use. Create the record again."},
    "visits.not_planned": {
        "zh": "这次拜访已经开始或取消，不能再改计划。",
        "en": "This visit has begun or was cancelled; its plan can no longer change.",
    },
    "visits.already_checked_in": {"zh": "这次拜访已经签到过了。", "en": "This visit already has a check-in."},
    "visits.not_open": {"zh": "这次拜访还没有签到。", "en": "This visit has no check-in yet."},
    "visits.already_finished": {"zh": "这次拜访已经完成。", "en": "This visit is already finished."},
    "visits.other_customer": {
        "zh": "计划里的拜访是另一个客户，请新建一次拜访。",
        "en": "The planned visit is at another customer. Start a new visit.",
    },
    "visits.incomplete": {
        "zh": "有必做项没完成，请看标出的地方。",
        "en": "A must-do step is missing or wrong. See the marked fields.",
    },
    "visits.photo_missing": {"zh": "还缺照片。", "en": "A photo is missing."},
    "visits.unknown_field": {"zh": "这个拜访类型没有这一项。", "en": "This visit type has no such field."},
    "visits.one_choice": {"zh": "只能选一项。", "en": "Choose one only."},
    "visits.unknown_choice": {"zh": "没有这个选项。", "en": "This is not one of the choices."},
    "visits.not_a_number": {"zh": "请填数字。", "en": "Enter a number."},
    "visits.not_an_amount": {"zh": "请填金额。", "en": "Enter an amount."},
    "visits.out_of_range": {"zh": "超出了允许的范围。", "en": "This is outside the allowed range."},
    "visits.not_a_text": {"zh": "请填文字。", "en": "Enter a text."},
    "visits.too_long": {"zh": "太长了，最多 2000 字。", "en": "Too long: 2,000 characters at most."},
    "visits.unknown_outcome": {"zh": "没有这个拜访结果。", "en": "This is not one of the outcomes."},
    "visits.no_outcomes": {"zh": "至少要有一个拜访结果。", "en": "At least one outcome is needed."},
    "visits.step_keys": {"zh": "每个步骤要有自己的编号，不能重复。", "en": "Each step needs a key of its own."},
    "visits.step_kind": {
        "zh": "步骤类型只能是照片、选择、数字、金额或文字。",
        "en": "A step is a photo, choice, number, money or text.",
    },
    "visits.step_label": {"zh": "每个步骤要有中文和英文名称。", "en": "Each step needs a label in Chinese and English."},
    "visits.step_options": {"zh": "选择题至少要有一个选项。", "en": "A choice needs at least one option."},
}
