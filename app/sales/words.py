"""What orders and receipts say, in both languages."""

from __future__ import annotations

from app.core.words import Sentence

WORDS: dict[str, Sentence] = {
    "sales.id_taken": {"zh": "这个编号已经用过，请重新新建一次。", "en": "This id is already in use. Create the record again."},
    "sales.no_rate": {
        "zh": "没有 {on} 的 {currency} 汇率，请财务先录入当天汇率。",
        "en": "There is no exchange rate for {currency} on {on}. Ask finance to enter the rate of that day.",
    },
    "sales.unknown_product": {"zh": "订单里有不认识的产品。", "en": "The order names a product that does not exist."},
    "sales.amount_not_positive": {"zh": "金额要大于 0。", "en": "The amount has to be greater than 0."},
    "sales.received_in_future": {
        "zh": "到账日期还没到，请选今天或更早的日期。",
        "en": "This day has not come yet. Choose today or an earlier day.",
    },
    "sales.order_of_another": {"zh": "这个订单不属于该客户。", "en": "This order belongs to another customer."},
    "sales.own_receipt": {"zh": "自己报的回款要由别人确认。", "en": "Someone else has to confirm your own receipt."},
    "sales.already_decided": {"zh": "这笔回款已经处理过了。", "en": "This receipt was already decided."},
}
