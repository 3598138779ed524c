"""What targets say, in both languages: refusals first, then notices."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.words import Sentence, say

WORDS: dict[str, Sentence] = {
    "already_decided": {"zh": "这个申请已经处理过了。", "en": "This request has already been decided."},
    "targets.id_taken": {"zh": "这个编号已经用过，请重新提交一次。", "en": "This id is already in use. Submit again."},
    "targets.nothing_changes": {
        "zh": "新目标和现在的一样，请改至少一项。",
        "en": "The new targets equal the present ones. Change at least one.",
    },
    "targets.reason_missing": {"zh": "请写明原因。", "en": "Say why."},
    "targets.cell_twice": {"zh": "同一个目标写了两次，请只留一次。", "en": "One target is named twice. Name it once."},
    "targets.value_negative": {"zh": "目标不能小于 0。", "en": "A target cannot be below 0."},
    "targets.target_locked": {
        "zh": "这个目标已锁定，先请主管解锁。",
        "en": "This target is locked. Ask a manager to unlock it first.",
    },
    "targets.period_closed": {
        "zh": "{period}已经结束，过去的目标不再改。",
        "en": "{period} is over. Targets of the past stay as they are.",
    },
    "targets.effective_in_past": {
        "zh": "生效日期不能早于今天（{today}）。已过的日子按原目标算。",
        "en": "The effective date cannot be before today ({today}). Past days keep their old target.",
    },
    "targets.effective_after_period": {
        "zh": "生效日期要在{period}之内。",
        "en": "The effective date has to be within {period}.",
    },
    "targets.no_approver": {
        "zh": "你上面没有能批准的主管，请管理员直接发布新版本。",
        "en": "There is no one above you who could approve this. Ask an admin to publish a new version.",
    },
    "targets.own_request": {"zh": "自己的申请要由别人决定。", "en": "Someone else has to decide your own request."},
    "targets.not_the_approver": {
        "zh": "这个申请由{name}或其上级决定。",
        "en": "This request is for {name}, or someone above, to decide.",
    },
    "targets.not_the_requester": {"zh": "只有提出申请的人能收回。", "en": "Only the person who asked can withdraw this."},
    "targets.not_approved": {"zh": "只有已批准的申请能撤回。", "en": "Only an approved request can be undone."},
    "targets.undo_not_yours": {"zh": "只有批准的人能撤回。", "en": "Only the person who approved can undo this."},
    "targets.undo_too_late": {
        "zh": "批准超过 10 分钟，不能撤回了。请另提一次调整。",
        "en": "More than 10 minutes have passed, so this cannot be undone. Request another adjustment.",
    },
    "targets.undo_superseded": {
        "zh": "这些目标之后又改过，不能撤回了。请另提一次调整。",
        "en": "These targets changed again since, so this cannot be undone. Request another adjustment.",
    },
    "targets.question_missing": {"zh": "请写下你的疑问。", "en": "Write your question."},
    "targets.bad_period": {
        "zh": "{person} 的周期 {start} – {end} 不对：开始要不晚于结束，并在方案 {plan_start} – {plan_end} 之内。",
        "en": "The period {start} – {end} of {person} is wrong: it has to start before it ends, within the plan’s {plan_start} – {plan_end}.",
    },
    "targets.leaf_twice": {
        "zh": "{person} 在 {start} – {end} 的同一产品线有两个目标，请只留一个。",
        "en": "{person} has two targets for {start} – {end} in the same product line. Keep one.",
    },
    "targets.bad_metric": {
        "zh": "没有指标“{metric}”，可用：{known}。",
        "en": "There is no metric “{metric}”. Known: {known}.",
    },
    "targets.undone_reason": {"zh": "撤回之前的调整：{reason}", "en": "The earlier adjustment was undone: {reason}"},
    # --- notices ---
    "targets.notice.requested_lower": {
        "zh": "{name}申请下调{what}：{old} → {new}",
        "en": "{name} asks to lower {what}: {old} → {new}",
    },
    "targets.notice.requested_raise": {
        "zh": "{name}申请上调{what}：{old} → {new}",
        "en": "{name} asks to raise {what}: {old} → {new}",
    },
    "targets.notice.requested_move": {
        "zh": "{name}申请调整{what}，总数 {old} 不变",
        "en": "{name} asks to shift {what}; the total {old} stays",
    },
    "targets.notice.target_of": {"zh": "{period}目标", "en": "the {period} target"},
    "targets.notice.approved": {"zh": "{name}批准了你的调整申请", "en": "{name} approved your request"},
    "targets.notice.rejected": {"zh": "{name}驳回了你的调整申请", "en": "{name} rejected your request"},
    "targets.notice.returned": {"zh": "{name}请你修改后再提交", "en": "{name} asks you to revise your request"},
    "targets.notice.undone": {"zh": "{name}撤回了刚才的批准", "en": "{name} undid the approval"},
    "targets.notice.see_request": {"zh": "点开查看详情。", "en": "Open it for the details."},
    "targets.notice.changed": {"zh": "{period}目标有调整：{old} → {new}", "en": "{period} target changed: {old} → {new}"},
    "targets.notice.changed_today": {"zh": "今天需要 {old} → {new}。{reason}", "en": "Needed today {old} → {new}. {reason}"},
    "targets.notice.changed_day": {
        "zh": "{day}起每天 {old} → {new}。{reason}",
        "en": "From {day} a day asks {old} → {new}. {reason}",
    },
    "targets.notice.questioned": {"zh": "{name}对{period}目标有疑问", "en": "{name} has a question about the {period} target"},
    "targets.notice.approve": {"zh": "批准", "en": "Approve"},
    "targets.notice.acknowledge": {"zh": "确认", "en": "Acknowledge"},
    "targets.notice.view": {"zh": "查看", "en": "View"},
    # --- the morning reminder ---
    "targets.morning.needed": {"zh": "今天需要 {needed}", "en": "Needed today: {needed}"},
    "targets.morning.split": {"zh": "原计划 {plan} + 追赶 {catch_up}", "en": "Plan {plan} + catch-up {catch_up}"},
    "targets.morning.split_ahead": {"zh": "原计划 {plan}，已领先 {ahead}", "en": "Plan {plan}, {ahead} ahead"},
    "targets.morning.reached": {"zh": "{period}目标已达成", "en": "{period} target reached"},
    "targets.morning.gap": {"zh": "{period}还差 {gap}，已没有工作日", "en": "{period}: {gap} to go, no working day left"},
    "targets.morning.none": {"zh": "今日安排", "en": "Your day"},
    "targets.morning.first": {"zh": "首站 {at}{name}", "en": "First stop {at}{name}"},
    "targets.morning.stops": {"zh": "拜访 {n} 家", "en": "{n} to visit"},
    "targets.morning.unconfirmed": {"zh": "{n} 条目标变更待确认", "en": "{n} target change(s) to acknowledge"},
    # --- days and periods ---
    "targets.day": {"zh": "{month}月{day}日", "en": "{day} {month_name}"},
    "targets.month": {"zh": "{month}月", "en": "{month_name}"},
    "targets.span": {"zh": "{start} – {end}", "en": "{start} – {end}"},
}

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def period(start: date, end: date, locale: str) -> str:
    """A period as a title says it: a calendar month by its name, anything else from day to day."""
    if start.day == 1 and (end + timedelta(days=1)).day == 1 and (start.year, start.month) == (end.year, end.month):
        return say("targets.month", locale, month=start.month, month_name=MONTHS[start.month - 1])
    return say("targets.span", locale, start=day(start, locale), end=day(end, locale))


def day(on: date, locale: str) -> str:
    """A day without its year: 11月23日, 23 November."""
    return say("targets.day", locale, month=on.month, day=on.day, month_name=MONTHS[on.month - 1])
