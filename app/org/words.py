"""What the package says to people."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "wrong_sign_in": {
        "zh": "账号或密码不对。用工号或手机号登录时，也请填写组织代码。",
        "en": "The account or the password is not right. With a staff or phone number, also give the organization’s code.",
    },
    "wrong_password": {"zh": "现在的密码不对。", "en": "The present password is not right."},
    "password_too_short": {"zh": "密码至少 {min} 个字符。", "en": "A password has at least {min} characters."},
    "password_too_long": {"zh": "密码最多 {max} 个字符。", "en": "A password has at most {max} characters."},
    "link_over": {
        "zh": "这个链接已用过或已过期。请向管理员或主管要一个新的。",
        "en": "This link was used already or has expired. Ask an admin or your manager for a new one.",
    },
    "person_disabled": {"zh": "这个人已停用。", "en": "This person is no longer active."},
    "email_taken": {"zh": "这个邮箱已经有账号了。", "en": "There is an account with this e-mail address already."},
    "external_id_taken": {"zh": "这个工号已经有人用了。", "en": "Somebody has this staff number already."},
    "last_admin": {
        "zh": "这是最后一位管理员，请先指定另一位。",
        "en": "This is the last admin. Make somebody else an admin first.",
    },
    "team_cycle": {"zh": "不能放在自己的下级之下。", "en": "This would stand below itself."},
    "bad_code": {
        "zh": "组织代码只能用英文字母、数字、- 和 _。",
        "en": "An organization’s code has only letters, digits, - and _.",
    },
    "code_taken": {"zh": "组织代码“{value}”已被使用。", "en": "There is an organization with the code “{value}” already."},
    "bad_currency": {"zh": "请填三个字母的货币代码，如 CNY。", "en": "Write a currency’s three letters, such as CNY."},
    "bad_time_zone": {
        "zh": "没有这个时区，请写成 Asia/Shanghai。",
        "en": "There is no such time zone. Write one like Asia/Shanghai.",
    },
    "bad_calendar": {"zh": "没有这个国家的日历，请写成 CN。", "en": "There is no calendar of that country. Write one like CN."},
    "bad_role": {"zh": "没有这个角色。", "en": "There is no such role."},
    "ends_before_start": {"zh": "结束早于开始。", "en": "It ends before it starts."},
    "leave_too_long": {"zh": "一次最多 {max} 天。", "en": "At most {max} days at once."},
    "already_exists": {"zh": "这条记录已经有了。", "en": "This record exists already."},
    "bad_wall_time": {"zh": "请写成 08:00 这样的时刻。", "en": "Write a time like 08:00."},
}
