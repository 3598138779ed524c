"""What the engine says."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "client_forked": {
        "zh": "这份本地数据被复制过，将换一个编号重新同步。",
        "en": "This local database was copied; it will sync under a new id.",
    },
    "bad_gzip": {"zh": "内容的压缩格式损坏。", "en": "The compressed body is broken."},
    "update_needed": {"zh": "应用需要更新。你写的内容已经保存。", "en": "The app needs an update. Your work was taken."},
    "unknown_mutation": {"zh": "服务器不认识这个操作。", "en": "The server does not know this action."},
    "mid_taken": {"zh": "这个编号已被别人使用。", "en": "This id was already used by somebody else."},
    "contradicts": {"zh": "这和已有的记录冲突，没有保存。", "en": "This contradicts a record that is there already."},
    "handler_failed": {
        "zh": "服务器处理这一项时多次出错，内容已保存，等人处理。",
        "en": "The server failed at this several times. It is kept and waits for a person.",
    },
    "dependency_rejected": {"zh": "它依赖的那一项没有通过。", "en": "What it depends on was refused."},
    "dependency_parked": {"zh": "它依赖的那一项还在等待处理。", "en": "What it depends on still waits for a decision."},
    "dependency_unknown": {"zh": "它依赖的那一项还没有到达服务器。", "en": "What it depends on has not reached the server."},
    "already_settled": {"zh": "这一项已经处理过了。", "en": "This was settled already."},
    "asked": {"zh": "已请主管决定。", "en": "A manager was asked to decide."},
    "declined": {"zh": "主管没有同意。", "en": "A manager declined it."},
    "discarded": {"zh": "你已放弃这一项。", "en": "You discarded it."},
    "superseded": {"zh": "已由修改后的一项代替。", "en": "An edited one took its place."},
    "escrow": {"zh": "由主管代为保管，等待决定。", "en": "Held for a manager to decide."},
    "decision_not_admitted": {
        "zh": "别人的决定不能代为批准，请自己决定。",
        "en": "A decision cannot be let through for somebody else.",
    },
    "digest_mismatch": {"zh": "传输中有损坏，请重发这一部分。", "en": "The bytes were damaged on the way; send this part again."},
    "hash_mismatch": {"zh": "内容和它的指纹不符，请重新上传。", "en": "The bytes do not match their hash; upload again."},
    "offset_mismatch": {"zh": "上传位置不对，请从服务器给出的位置继续。", "en": "Go on from the offset that the server names."},
    "disk_full": {"zh": "服务器空间不足，照片稍后再传。", "en": "The server is out of space; photos go later."},
    "bad_instant": {"zh": "时间格式不对。", "en": "Not a valid instant."},
    "not_an_object": {"zh": "应为一个对象。", "en": "Must be an object."},
    "too_many": {"zh": "超过上限。", "en": "More than allowed."},
    "missing_or_wrong": {"zh": "缺失或类型不对。", "en": "Missing, or of the wrong type."},
}
