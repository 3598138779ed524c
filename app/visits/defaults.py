"""The visit types that a new organisation starts with. They are rows like any other: an admin publishes new versions."""

from __future__ import annotations

from typing import Any


def _label(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _option(key: str, zh: str, en: str) -> dict[str, Any]:
    return {"key": key, "label": _label(zh, en)}


OFF_SITE_REASONS: list[dict[str, Any]] = [
    _option("indoors", "室内无信号", "No signal indoors"),
    _option("moved", "客户换地址", "Customer moved"),
    _option("on_the_way", "路上约见", "Met on the way"),
    _option("pin_wrong", "地图位置不准", "The pin is wrong"),
]

OUTCOMES: list[dict[str, Any]] = [
    _option("interested", "有意向", "Interested"),
    _option("ordered", "已下单", "Ordered"),
    _option("paid", "已收款", "Paid"),
    _option("follow_up", "需跟进", "Follow up"),
    _option("not_met", "未见到", "Not met"),
]

VISIT_TYPES: list[dict[str, Any]] = [
    {
        "code": "routine",
        "name": _label("常规拜访", "Routine visit"),
        "steps": [
            {"key": "photo", "kind": "photo", "label": _label("现场照片", "Photo on site"), "is_required": True, "min": 1},
            {
                "key": "display",
                "kind": "choice",
                "label": _label("在架情况", "On the shelf"),
                "is_required": True,
                "options": [
                    _option("full", "齐全", "Complete"),
                    _option("part", "部分缺货", "Partly out"),
                    _option("out", "缺货", "Out of stock"),
                ],
            },
            {
                "key": "stock",
                "kind": "number",
                "label": _label("剩余库存", "Stock left"),
                "is_required": False,
                "min": 0,
                "max": 9999,
                "unit": _label("件", "pcs"),
            },
            {"key": "competitor", "kind": "text", "label": _label("竞品信息", "Competitors"), "is_required": False},
        ],
        "outcomes": OUTCOMES,
        "next_steps": [
            {**_option("restock", "补货回访", "Restock visit"), "days": 4},
            {**_option("quote", "发送报价", "Send a quote"), "days": 2},
            {**_option("demo", "样机演示", "Demonstration"), "days": 7},
        ],
        "off_site_reasons": OFF_SITE_REASONS,
        "radius_m": 150,
    },
    {
        "code": "installation",
        "name": _label("装机验收", "Installation"),
        "steps": [
            {
                "key": "photo",
                "kind": "photo",
                "label": _label("设备铭牌与现场", "Name plate and site"),
                "is_required": True,
                "min": 2,
            },
            {
                "key": "accepted",
                "kind": "choice",
                "label": _label("验收结果", "Acceptance"),
                "is_required": True,
                "options": [
                    _option("yes", "通过", "Accepted"),
                    _option("later", "待整改", "To be mended"),
                    _option("no", "未通过", "Not accepted"),
                ],
            },
            {
                "key": "units",
                "kind": "number",
                "label": _label("装机台数", "Units installed"),
                "is_required": True,
                "min": 0,
                "max": 999,
                "unit": _label("台", "units"),
            },
        ],
        "outcomes": OUTCOMES,
        "next_steps": [
            {**_option("training", "操作培训", "Training"), "days": 3},
            {**_option("invoice", "开票与收款", "Invoice and collect"), "days": 7},
        ],
        "off_site_reasons": OFF_SITE_REASONS,
        "radius_m": 150,
    },
]
