import { defineWords } from "../core/words";

export const words = defineWords({
  "install.title": { zh: "把知行放到主屏幕", en: "Put Paceline on your home screen" },
  "install.lead": { zh: "装好后，没信号也能用，计划一有变化就通知你。约 10 秒。", en: "It then works without signal and tells you when the plan changes. About 10 seconds." },
  "install.share": { zh: "点底部的分享", en: "Tap Share at the bottom" },
  "install.shareHint": { zh: "在 Safari 里，就是这个图标", en: "In Safari, it is this icon" },
  "install.add": { zh: "选“添加到主屏幕”", en: "Choose “Add to Home Screen”" },
  "install.addHint": { zh: "往下滑一点就能看到", en: "Scroll down a little to see it" },
  "install.open": { zh: "从主屏幕打开知行", en: "Open Paceline from the home screen" },
  "install.openHint": { zh: "接着完成登录", en: "Then finish signing in" },
  "install.notSafari": { zh: "在 iPhone 上要用 Safari 打开这个网址才能安装。", en: "On an iPhone, open this address in Safari to install it." },
  "install.button": { zh: "安装", en: "Install" },
  "install.menu": { zh: "打开浏览器菜单，选“安装应用”或“添加到主屏幕”。", en: "Open the browser’s menu and choose “Install app” or “Add to home screen”." },
  "install.done": { zh: "已经在主屏幕上了", en: "It is on your home screen" },
  "install.doneText": { zh: "从主屏幕打开知行。", en: "Open Paceline from there." },
  "install.stay": { zh: "先在浏览器里用", en: "Use it in the browser for now" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
