import { defineWords } from "../core/words";

export const words = defineWords({
  "signIn.brand": { zh: "知行", en: "Paceline" },
  "signIn.brandOther": { zh: "Paceline", en: "知行" },
  "signIn.promise": { zh: "目标到人到天，一起跟上节奏。", en: "Targets for each person and day. Keep pace together." },
  "signIn.title": { zh: "登录", en: "Sign in" },
  "signIn.titleAt": { zh: "登录{company}", en: "Sign in to {company}" },
  "signIn.account": { zh: "邮箱、手机号或工号", en: "E-mail, phone or staff number" },
  "signIn.password": { zh: "密码", en: "Password" },
  "signIn.company": { zh: "公司代码", en: "Company code" },
  "signIn.pasteHint": { zh: "可粘贴，也会自动填入。", en: "You can paste, and your password manager works." },
  "signIn.button": { zh: "登录", en: "Sign in" },
  "signIn.privacy": { zh: "位置只在签到时记录。", en: "Your location is recorded only when you check in." },
  "signIn.needAccount": { zh: "写上邮箱、手机号或工号。", en: "Enter your e-mail, phone or staff number." },
  "signIn.needPassword": { zh: "写上密码。", en: "Enter your password." },
  "signIn.offline": { zh: "现在没有网络，登录需要联网。本机的内容都在。", en: "There is no connection, and signing in needs one. What is on this phone is safe." },
  "signIn.problem": { zh: "没能登录，本机的内容都在。过一会儿再试。", en: "Signing in did not work; what is on this phone is safe. Try again in a moment." },
  "signIn.others": {
    zh: "这台手机上有{name}的 {n} 项未同步内容，已封存，本人登录后自动上传。",
    en: "{n} unsent {n|item|items} of {name} {n|is|are} sealed on this phone and will be sent when they sign in.",
  },
  "signIn.again": { zh: "登录已过期。可以照常看和记，登录后自动同步。", en: "Your sign-in has expired. You can read and record as usual; signing in syncs it." },
  "signIn.goOn": { zh: "先继续用", en: "Go on for now" },
  "signIn.handOver": { zh: "登录不了？把 {n} 项交给主管", en: "Cannot sign in? Hand {n} {n|item|items} to your manager" },
  "signIn.handedOver": {
    zh: "{n} 项已存到服务器，等主管决定。本机也还留着。",
    en: "{n} {n|item is|items are} kept on the server for your manager to decide, and still on this phone.",
  },
  "signIn.install": { zh: "把知行放到主屏幕", en: "Put Paceline on your home screen" },
  "join.title": { zh: "{name}，欢迎", en: "Welcome, {name}" },
  "join.titleReset": { zh: "{name}，设一个新密码", en: "{name}, set a new password" },
  "join.lead": { zh: "{company} · 设好密码就能用。以后用 {account} 登录。", en: "{company} · Set a password to begin. Sign in as {account} from then on." },
  "join.password": { zh: "新密码，至少 {n} 个字", en: "New password, at least {n} characters" },
  "join.short": { zh: "密码至少要 {n} 个字。", en: "The password needs at least {n} characters." },
  "join.button": { zh: "设好并登录", en: "Set it and sign in" },
  "join.dead": { zh: "这个链接不能用了", en: "This link does not work any more" },
  "join.deadText": { zh: "它可能已经用过或过期。请主管或管理员再发一个。", en: "It was used or has expired. Ask your manager or administrator for a new one." },
  "join.loading": { zh: "正在打开链接", en: "Opening the link" },
  "join.toSignIn": { zh: "去登录", en: "Sign in" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
