import { defineWords } from "./core/words";

export const words = defineWords({
  "frame.pushQuestion": { zh: "下次计划有变化，要不要马上通知你？", en: "Shall we tell you at once when the plan changes again?" },
  "frame.pushOpen": { zh: "去设置", en: "Choose" },
  "sync.lost": {
    zh: "这台手机丢失了 {n} 项未同步的内容：浏览器清除了存储。把应用装到主屏幕可以避免。",
    en: "This phone lost {n} unsent {n|item|items}: the browser cleared its storage. Installing the app prevents that.",
  },
  "update.ready": { zh: "有新版本", en: "A new version is ready" },
  "update.reload": { zh: "更新", en: "Update" },
  "update.later": { zh: "稍后", en: "Later" },
  "update.hint": { zh: "没写完的内容会保留。", en: "What you have not finished is kept." },
  "update.tooOld": { zh: "这个版本太旧了，更新后继续。未同步的内容都在。", en: "This version is too old. Update to go on; unsent work is kept." },
});
type Words = typeof words;
declare module "./core/words" {
  interface Catalog extends Words {}
}
