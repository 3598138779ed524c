import { defineWords } from "../core/words";

export const words = defineWords({
  "ui.less": { zh: "减少{label}", en: "Less: {label}" },
  "ui.more": { zh: "增加{label}", en: "More: {label}" },
  "ui.required": { zh: "必填", en: "required" },
  "ui.needsNet": { zh: "需要联网", en: "Needs a connection" },
  "ui.cancel": { zh: "返回", en: "Back" },
  "ui.step": { zh: "第 {n} 步，共 {all} 步", en: "Step {n} of {all}" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
