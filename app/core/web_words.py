"""The sentences that belong to no package: HTTP errors, and what marshmallow says about fields."""

from __future__ import annotations

import re

from app.core.words import Sentence, known, language, say

# HTTP status -> code. What is not here is bad_request or server_error.
CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    409: "conflict",
    410: "gone",
    411: "bad_request",
    413: "too_large",
    414: "too_large",
    415: "not_json",
    416: "bad_range",
    422: "invalid",
    429: "too_many_requests",
    500: "server_error",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}

WORDS: dict[str, Sentence] = {
    "not_signed_in": {
        "zh": "请重新登录。没发出的内容都还在手机上。",
        "en": "Please sign in again. Everything not sent yet is still on this phone.",
    },
    "wrong_user": {"zh": "这台手机现在登录的是另一个人。", "en": "Somebody else is signed in here now."},
    "cross_origin": {
        "zh": "这个请求来自别的网站，没有执行。",
        "en": "This request came from another website, so nothing was done.",
    },
    "bad_request": {"zh": "服务器看不懂这个请求。", "en": "The server does not understand this request."},
    "bad_json": {"zh": "内容不是有效的 JSON。", "en": "The body is not valid JSON."},
    "not_json": {
        "zh": "请求内容必须是 JSON(Content-Type: application/json)。",
        "en": "The body must be JSON (Content-Type: application/json).",
    },
    "method_not_allowed": {"zh": "这个地址不支持这种操作。", "en": "This address does not take this method."},
    "not_acceptable": {"zh": "服务器不能给出你要的格式。", "en": "The server cannot answer in the form you asked for."},
    "bad_range": {"zh": "请求的范围超出了文件。", "en": "The file has no such range."},
    "conflict": {"zh": "这和已有的记录冲突，没有保存。", "en": "This contradicts a record that is there already."},
    "too_slow": {"zh": "请求传得太慢，请再试一次。", "en": "The request took too long to arrive. Please try again."},
    "too_large": {"zh": "内容太大，无法保存到服务器。", "en": "This is too large for the server."},
    "too_many_requests": {
        "zh": "尝试太频繁，请在 {seconds} 秒后再试。",
        "en": "Too many attempts. Try again in {seconds} seconds.",
    },
    "server_error": {
        "zh": "服务器出错了，已经记录。请稍后再试。",
        "en": "Something went wrong on the server and was recorded. Please try again later.",
    },
    "unavailable": {"zh": "服务器正忙，请稍后再试。", "en": "The server is busy. Please try again in a moment."},
    "not_built": {
        "zh": "网页还没有构建：请在服务器上运行 make run。",
        "en": "The pages are not built yet: use `make run` on the server.",
    },
    "bad_value": {"zh": "填写不对。", "en": "This value is not right."},
}

# marshmallow's own sentences (in English) and the same in Chinese; {…} stands for a value.
_FIELD_SENTENCES: list[tuple[str, str]] = [
    ("Missing data for required field.", "必填。"),
    ("Field may not be null.", "不能为空。"),
    ("Unknown field.", "没有这个字段。"),
    ("Invalid input type.", "格式不对。"),
    ("Not a valid string.", "必须是文字。"),
    ("Not a valid utf-8 string.", "不是有效的 UTF-8 文字。"),
    ("Not a valid integer.", "必须是整数。"),
    ("Not a valid number.", "必须是数字。"),
    ("Number too large.", "数字太大。"),
    ("Special numeric values (nan or infinity) are not permitted.", "必须是数字。"),
    ("Not a valid boolean.", "必须是“是”或“否”。"),
    ("Not a valid datetime.", "不是有效的时间。"),
    ("Not a valid date.", "不是有效的日期，请写成 2026-11-23。"),
    ("Not a valid time.", "不是有效的时刻，请写成 08:00。"),
    ("Not a valid UUID.", "不是有效的编号。"),
    ("Not a valid URL.", "不是有效的网址。"),
    ("Not a valid email address.", "不是有效的邮箱地址。"),
    ("Not a valid list.", "必须是列表。"),
    ("Not a valid mapping type.", "必须是对象。"),
    ("String does not match expected pattern.", "格式不对。"),
    ("Shorter than minimum length {min}.", "至少 {min} 个字。"),
    ("Longer than maximum length {max}.", "最多 {max} 个字。"),
    ("Length must be between {min} and {max}.", "长度须在 {min} 到 {max} 之间。"),
    ("Length must be {equal}.", "长度须为 {equal}。"),
    ("Must be greater than or equal to {min} and less than or equal to {max}.", "须在 {min} 到 {max} 之间。"),
    ("Must be greater than or equal to {min}.", "不能小于 {min}。"),
    ("Must be greater than {min}.", "必须大于 {min}。"),
    ("Must be less than or equal to {max}.", "不能大于 {max}。"),
    ("Must be less than {max}.", "必须小于 {max}。"),
    ("Must be one of: {choices}.", "只能是：{choices}。"),
    ("Must be equal to {other}.", "必须等于 {other}。"),
    ("Invalid value.", "填写不对。"),
    ("Invalid input.", "填写不对。"),
    ("Invalid type.", "格式不对。"),
]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(english)), re.DOTALL)


_PATTERNS = [(_pattern(english), chinese) for english, chinese in _FIELD_SENTENCES]


def translate(message: str, locale: str) -> str:
    """What a schema says about a field, in the reader's language.

    A validator of ours raises a code of the word lists; marshmallow's own sentences are in the table above.
    """
    if message in known():
        return say(message, locale)
    if language(locale) != "zh":
        return message
    for pattern, chinese in _PATTERNS:
        if match := pattern.fullmatch(message):
            return chinese.format(**match.groupdict())
    return say("bad_value", locale)
