/** How pace is said (experience.md, sections 2 and 7). */
import { defineWords } from "../core/words";

export const words = defineWords({
  "pace.ahead": { zh: "领先 {n} 天", en: "{n} days ahead" },
  "pace.on": { zh: "合拍", en: "On pace" },
  "pace.behind": { zh: "落后 {n} 天", en: "{n} days behind" },
  "pace.risk": { zh: "有风险 · 落后 {n} 天", en: "At risk · {n} days behind" },
  "pace.riskOnly": { zh: "有风险", en: "At risk" },
  "pace.reached": { zh: "本月已达成", en: "Target reached" },
  "pace.before": { zh: "还没开始", en: "Not begun" },
  "pace.cannot": { zh: "没有工作日可用", en: "No working day left" },
  "pace.none": { zh: "没有目标", en: "No target" },
  "pace.days": { zh: "{n} 天", en: "{n} days" },
  "pace.you": { zh: "你 {amt}", en: "You {amt}" },
  "pace.expected": { zh: "应到 {amt}", en: "Pace {amt}" },
  "pace.target": { zh: "目标 {amt}", en: "of {amt}" },
  "pace.roadLabel": { zh: "完成 {actual}，应到 {expected}，目标 {target}，{state}", en: "Done {actual}, pace {expected}, target {target}, {state}" },
  "pace.pending": { zh: "其中 {amt} 待同步", en: "{amt} of it waiting to sync" },
  "pace.noTarget": { zh: "目标还没分到你", en: "No target for you yet" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
