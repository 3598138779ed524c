/** What a visit's record must hold before it can be finished. */
import { beforeEach, describe, expect, it } from "vitest";
import { locale } from "../src/core/words";
import type { Row } from "../src/sync";
import { answersOf, type Filled, missingIn } from "../src/visits/record";

const label = (zh: string) => ({ zh, en: zh });
const type = {
  steps: [
    { key: "photo", kind: "photo", label: label("照片"), is_required: true, min: 2 },
    { key: "shelf", kind: "choice", label: label("在架"), is_required: true, options: [{ key: "full", label: label("齐全") }] },
    { key: "stock", kind: "number", label: label("库存"), is_required: true, min: 0 },
    { key: "price", kind: "money", label: label("价格") },
    { key: "rivals", kind: "text", label: label("竞品") },
  ],
} as unknown as Row<"visit_type">;

const photo = (sha256: string) => ({ sha256, media_type: "image/jpeg", size: 1, taken_at: "2026-11-24T01:00:00.000Z", step_key: "photo" });
const blank: Filled = {
  answers: {},
  photos: [],
  outcome: "",
  amount: "",
  has_receipt: false,
  receipt_amount: "",
  receipt_line: null,
  receipt_id: "r",
  note: "",
  next: {},
  own_title: "",
};
const whole: Filled = { ...blank, outcome: "ordered", photos: [photo("a"), photo("b")], answers: { shelf: "full", stock: 0 } };

describe("a visit's record", () => {
  beforeEach(() => {
    locale.value = "zh";
  });
  it("names every must-do that is missing, each in its own words", () => {
    expect(missingIn(blank, type, "CNY")).toEqual({ photo: "还差 2 张照片。", shelf: "还没有选。", stock: "还没有填数。", outcome: "选一个拜访结果。" });
  });
  it("counts photos of the step that asks for them", () => {
    const other = { ...photo("c"), step_key: "elsewhere" };
    expect(missingIn({ ...whole, photos: [photo("a"), other] }, type, "CNY")).toEqual({ photo: "还差 1 张照片。" });
  });
  it("is whole with a number of zero and without what is optional", () => {
    expect(missingIn(whole, type, "CNY")).toEqual({});
  });
  it("takes no amount that is not one, and no receipt without an amount", () => {
    expect(Object.keys(missingIn({ ...whole, amount: "许多", has_receipt: true }, type, "CNY"))).toEqual(["amount", "receipt"]);
    expect(missingIn({ ...whole, amount: "2.7万", has_receipt: true, receipt_amount: "20,000" }, type, "CNY")).toEqual({});
  });
  it("sends answers without empty ones, money in minor units, photos apart", () => {
    const filled = { ...whole, answers: { ...whole.answers, price: "1,200.50", rivals: "", photo: "never" } };
    expect(answersOf(filled, type.steps, "CNY")).toEqual({ shelf: "full", stock: 0, price: 120_050 });
  });
});
