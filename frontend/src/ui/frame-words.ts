import { defineWords } from "../core/words";

export const words = defineWords({
  "frame.name": { zh: "知行", en: "Paceline" },
  "frame.skip": { zh: "跳到正文", en: "Skip to content" },
  "frame.back": { zh: "返回", en: "Back" },
  "frame.close": { zh: "关闭", en: "Close" },
  "frame.tabs": { zh: "主导航", en: "Main" },
  "frame.inbox": { zh: "通知", en: "Notices" },
  "frame.inboxUnseen": { zh: "通知，{n} 条未读", en: "Notices, {n} unread" },
  "tab.today": { zh: "今日", en: "Today" },
  "tab.customers": { zh: "客户", en: "Customers" },
  "tab.targets": { zh: "目标", en: "Targets" },
  "tab.approvals": { zh: "审批", en: "Approvals" },
  "tab.me": { zh: "我", en: "Me" },
  "sync.synced": { zh: "已同步", en: "Synced" },
  "sync.waiting": { zh: "待同步", en: "Waiting to sync" },
  "sync.waitingN": { zh: "{n} 项待同步", en: "{n} waiting" },
  "sync.sendingNow": { zh: "同步中", en: "Syncing" },
  "sync.attention": { zh: "需要处理", en: "Needs attention" },
  "sync.attentionN": { zh: "{n} 项需要处理", en: "{n} {n|needs|need} attention" },
  "sync.offline": { zh: "离线", en: "Offline" },
  "sync.offlineN": { zh: " · {n} 项待同步，已存在本机", en: " · {n} waiting, saved on this phone" },
  "sync.offlineNone": { zh: " · 都已同步", en: " · everything is synced" },
  "sync.view": { zh: "查看", en: "View" },
  "sync.signIn": { zh: "请重新登录，以便同步", en: "Sign in again to sync" },
  "sync.signInButton": { zh: "去登录", en: "Sign in" },
  "sync.loading": { zh: "正在取数据，还不完整", en: "Loading your data, not complete yet" },
  "error.title": { zh: "这一页没能打开", en: "This page could not be opened" },
  "error.text": {
    zh: "你的内容都在本机，没有丢。重新打开试试；如果还这样，请告诉管理员。",
    en: "Your work is safe on this phone. Open it again; if that does not help, tell your administrator.",
  },
  "error.again": { zh: "重新打开", en: "Open again" },
  "error.offlineCode": { zh: "这一页还没存到本机，联网后打开一次就能离线用。", en: "This page is not on this phone yet. Open it once with a connection." },
  "error.notFound": { zh: "没有这一页", en: "There is no such page" },
  "error.home": { zh: "回到首页", en: "Go to the start" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
