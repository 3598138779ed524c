import { defineWords } from "../core/words";

export const words = defineWords({
  "inbox.title": { zh: "通知", en: "Notices" },
  "inbox.empty": { zh: "还没有通知", en: "No notices yet" },
  "inbox.emptyText": { zh: "目标有调整、申请有结果，都会出现在这里。", en: "Changes of targets and decisions on your requests appear here." },
  "inbox.needsAnswer": { zh: "需要你确认", en: "Needs your answer" },
  "inbox.new": { zh: "新", en: "New" },
  "inbox.settings": { zh: "通知设置", en: "Notification settings" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
