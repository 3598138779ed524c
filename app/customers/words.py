"""What customers say, in both languages."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "customers.id_taken": {
        "zh": "这个编号已经用过，请重新新建一次。",
        "en": "This id is already in use. Create the record again.",
    },
    "customers.half_a_position": {
        "zh": "位置要同时有纬度、经度和坐标系（wgs84、gcj02 或 bd09）。",
        "en": "A position needs latitude, longitude and datum (wgs84, gcj02 or bd09) together.",
    },
    "customers.owner_not_yours": {
        "zh": "负责人必须是你团队里在职的人。",
        "en": "The owner must be an active person of your team.",
    },
    "customers.merge_with_itself": {
        "zh": "一个客户不能合并到它自己。",
        "en": "A customer cannot be merged with itself.",
    },
}
