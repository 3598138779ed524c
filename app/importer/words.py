"""What an import says about files, in both languages."""

from __future__ import annotations

from app.core import words
from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "importer.unknown_file": {"zh": "不认识这个文件，没有导入。", "en": "This file is not part of the format and was left out."},
    "importer.file_twice": {
        "zh": "同一个文件有两份（还有 {other}），请只留一份。",
        "en": "This file is there twice (also {other}). Keep one.",
    },
    "importer.unreadable": {"zh": "文件打不开：{why}", "en": "The file cannot be read: {why}"},
    "importer.too_big": {"zh": "文件超过 {most} MB。", "en": "The file is larger than {most} MB."},
    "importer.encoding": {"zh": "文字编码不认识，请存为 UTF-8。", "en": "The encoding is not known. Save the file as UTF-8."},
    "importer.read_as_gbk": {"zh": "文件不是 UTF-8，按 GBK 读取。", "en": "The file is not UTF-8; it was read as GBK."},
    "importer.no_header": {
        "zh": "文件是空的，第一行应是列名。",
        "en": "The file is empty; its first line should name the columns.",
    },
    "importer.bad_csv": {"zh": "从这里起不是有效的 CSV:{why}", "en": "From here on this is not valid CSV: {why}"},
    "importer.cells": {
        "zh": "这一行有 {found} 格，表头有 {expected} 列。",
        "en": "This line has {found} cells; the header has {expected} columns.",
    },
    "importer.column_twice": {"zh": "表头里这一列出现了两次。", "en": "The header names this column twice."},
    "importer.column_missing": {"zh": "缺少这一列。", "en": "This column is missing."},
    "importer.column_unknown": {
        "zh": "不认识这一列，没有导入。",
        "en": "This column is not part of the format and was left out.",
    },
    "importer.empty": {"zh": "不能为空。", "en": "This must not be empty."},
    "importer.too_long": {"zh": "太长，最多 {longest} 字。", "en": "Too long: {longest} characters at most."},
    "importer.bad_text": {"zh": "含有不能保存的字符。", "en": "This holds a character that cannot be stored."},
    "importer.bad_money": {
        "zh": "不是金额，请写成 1234.50(不带千分位和货币符号)。",
        "en": "Not an amount. Write 1234.50, without separators or a currency sign.",
    },
    "importer.too_many_places": {"zh": "小数位超过 {currency} 的最小单位。", "en": "More decimal places than {currency} has."},
    "importer.too_much_money": {"zh": "金额太大。", "en": "The amount is too large."},
    "importer.too_exact": {"zh": "最多 {places} 位小数。", "en": "At most {places} decimal places."},
    "importer.bad_number": {"zh": "不是数字。", "en": "Not a number."},
    "importer.bad_date": {"zh": "不是日期，请写成 2026-11-23。", "en": "Not a day. Write 2026-11-23."},
    "importer.bad_email": {"zh": "不是邮箱地址。", "en": "Not an e-mail address."},
    "importer.bad_choice": {"zh": "只能是：{choices}。", "en": "One of: {choices}."},
    "importer.bad_currency": {
        "zh": "货币要写成三个大写字母，例如 CNY。",
        "en": "A currency is three capital letters, such as CNY.",
    },
    "importer.bad_degrees": {"zh": "度数要在 −{limit} 到 {limit} 之间。", "en": "Degrees are between −{limit} and {limit}."},
    "importer.twice": {"zh": "与第 {first} 行重复。", "en": "The same as line {first}."},
    "importer.manager_cycle": {"zh": "上级绕成了圈。", "en": "The managers go round in a circle."},
    "importer.refused": {"zh": "不能这样改：{why}", "en": "This change is refused: {why}"},
    "importer.negative": {"zh": "目标不能小于 0。", "en": "A target cannot be less than 0."},
    "importer.manager_below": {
        "zh": "{id} 现在是这位上级的上级；先在文件里给上级另写一位上级。",
        "en": "{id} stands above this manager now. Give the manager another manager in the file first.",
    },
    "importer.territory_cycle": {"zh": "上级区域绕成了圈。", "en": "The territories go round in a circle."},
    "importer.email_taken": {
        "zh": "这个邮箱已经有人用，导入时留空；可用编号登录。",
        "en": "Somebody has this address already; it is left empty. The person can sign in with the id.",
    },
    "importer.ends_before_start": {"zh": "结束早于开始。", "en": "It ends before it starts."},
    "importer.overlaps": {"zh": "与第 {other} 行的时间重叠。", "en": "Overlaps with line {other}."},
    "importer.half_a_position": {"zh": "纬度和经度要同时有。", "en": "Latitude and longitude have to come together."},
    "importer.no_rate": {
        "zh": "没有 {on} 的汇率，请在 fx_rates.csv 里补上。",
        "en": "There is no rate for {on}. Add it to fx_rates.csv.",
    },
    "importer.file_missing": {
        "zh": "有 {count} 行要用到 {needed}，但文件夹和系统里都没有。",
        "en": "{count} lines need {needed}, which is neither in the folder nor known already.",
    },
    "importer.unknown_reference": {"zh": "{file} 里没有这个编号。", "en": "{file} has no such id."},
    "importer.refers_to_bad": {"zh": "{file} 里的这一行有错，不能引用。", "en": "Its line in {file} has an error."},
    "importer.lines_differ": {
        "zh": "明细合计 {lines}，订单金额 {amount}；差额不计入任何产品线。",
        "en": "The lines add up to {lines}, the order says {amount}; the difference counts for no product line.",
    },
    "importer.territory_differs": {
        "zh": "按时间记录现在是 {dated}，以时间记录为准。",
        "en": "The dated history says {dated} now; the history holds.",
    },
    "importer.territory_unknown": {"zh": "没有这个区域：{unknown}。", "en": "There is no such territory: {unknown}."},
    "importer.outlier": {
        "zh": "远高于平常的 {usual}，已照原样导入并标记。",
        "en": "Far above the usual {usual}. It was kept as it is and marked.",
    },
}

words.register(WORDS)
