"""Sentences about notices and push, in both languages."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "push_host_not_allowed": {
        "zh": "这个浏览器的推送服务不在允许的名单里。请让管理员把它加入 PUSH_HOSTS。",
        "en": "This browser’s push service is not on the list of allowed ones. Ask an admin to add it to PUSH_HOSTS.",
    },
    "push_bad_key": {
        "zh": "推送订阅的密钥不完整。请关闭后重新打开通知。",
        "en": "The keys of this push subscription are not right. Turn notifications off and on again.",
    },
    "push_other_key": {
        "zh": "服务器的推送密钥已更换。请关闭后重新打开通知。",
        "en": "The server’s push key has changed. Turn notifications off and on again.",
    },
    "push_none": {
        "zh": "你还没有能接收推送的设备。先在这台设备上打开通知。",
        "en": "None of your devices can receive pushes yet. Turn on notifications on this one first.",
    },
    "notices.test_title": {"zh": "这是一条测试通知", "en": "This is a test notification"},
    "notices.test_body": {
        "zh": "看到它，就说明这台设备能收到通知。",
        "en": "Seeing it means that this device receives notifications.",
    },
    "notices.cannot.no_device": {"zh": "没有打开通知的设备", "en": "no device with notifications on"},
    "notices.cannot.gone": {"zh": "这台设备已不再接收推送", "en": "the device no longer receives pushes"},
    "notices.cannot.failed": {"zh": "推送没有被接受", "en": "the push was not accepted"},
    "notices.cannot.daily_cap": {
        "zh": "今天的推送已达上限，只在收件箱里",
        "en": "today’s limit of pushes is reached; it is in the inbox",
    },
    "notices.cannot.expired": {"zh": "推送没能及时送出", "en": "the push could not be sent in time"},
}
