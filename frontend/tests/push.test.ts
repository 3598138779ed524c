/** What the service worker does with a push and with a tap on its notification. */
import { describe, expect, it } from "vitest";
import { type ClickWorld, onClick } from "../../service-worker/click";
import { type PushData, type PushWorld, onPush, readPush } from "../../service-worker/push";

const CHANGE = {
  web_push: 8030,
  notification: {
    title: "11 月目标 60.0 → 55.0 万",
    body: "今天 6.1 → 5.4 万",
    navigate: "https://paceline.example/changes/c1",
    tag: "t1",
    lang: "zh-CN",
    data: { notice_id: "n1", url: "/changes/c1", mutations: { acknowledge: { name: "targets.acknowledge_change", args: { id: "c1" } } } },
    actions: [
      { action: "acknowledge", title: "确认", navigate: "https://paceline.example/changes/c1" },
      { action: "view", title: "查看", navigate: "https://paceline.example/changes/c1" },
      { action: "third", title: "太多", navigate: "https://paceline.example/changes/c1" },
    ],
  },
  app_badge: 2,
  mutable: true,
};

function world(broken: Partial<Record<keyof PushWorld, boolean>> = {}) {
  const log: string[] = [];
  const act =
    (name: keyof PushWorld) =>
    async (...args: unknown[]) => {
      log.push([name, ...args.filter((arg) => typeof arg !== "object")].join(" "));
      if (broken[name]) throw new Error(name);
    };
  const made: PushWorld = { language: "zh-CN", show: act("show"), setBadge: act("setBadge"), sync: act("sync") };
  return { log, made };
}

describe("a push", () => {
  it("shows its words, sets the badge and syncs", async () => {
    const { log, made } = world();
    await onPush(JSON.stringify(CHANGE), made);
    expect(log.sort()).toEqual(["setBadge 2", "show 11 月目标 60.0 → 55.0 万", "sync"]);
  });

  it("keeps tag, language, at most two buttons, and what a tap needs", () => {
    const { options } = readPush(JSON.stringify(CHANGE), "en");
    expect([options.tag, options.lang, options.body]).toEqual(["t1", "zh-CN", "今天 6.1 → 5.4 万"]);
    expect(options.actions.map((one) => one.action)).toEqual(["acknowledge", "view"]);
    expect(options.data).toEqual({ notice_id: "n1", url: "/changes/c1", mutations: CHANGE.notification.data.mutations });
  });

  it.each([null, "", "null", "3", "[]", "{", '{"notification":null}', '{"notification":{"title":7,"actions":5,"data":"x"}}', "hello"])(
    "shows something in the phone's language for %j",
    async (body) => {
      for (const [language, words] of [
        ["zh-CN", "有新消息，打开查看"],
        ["en-GB", "Something new. Open to see it."],
      ] as const) {
        const { log, made } = world();
        await onPush(body, { ...made, language });
        expect(log).toContain("show Paceline 知行");
        const shown = readPush(body, language);
        expect([shown.options.body, shown.options.data.url, shown.badge]).toEqual([words, "/inbox", null]);
      }
    },
  );

  it("never leads to another site", () => {
    for (const url of ["https://evil.example/", "javascript:alert(1)", ""]) {
      const message = { notification: { title: "x", data: { url } } };
      expect(readPush(JSON.stringify(message), "en").options.data.url).toBe("/inbox");
    }
  });

  it("is shown although there is neither a badge nor a network", async () => {
    const { log, made } = world({ setBadge: true, sync: true });
    await onPush(JSON.stringify(CHANGE), made);
    expect(log).toContain("show 11 月目标 60.0 → 55.0 万");
  });

  it("fails loudly if it could not be shown, so that the browser shows one of its own", async () => {
    const { made } = world({ show: true });
    await expect(onPush(JSON.stringify(CHANGE), made)).rejects.toThrow("show");
  });
});

function taps(options: { hasPage?: boolean; isSignedIn?: boolean; isOffline?: boolean } = {}) {
  const { hasPage = false, isSignedIn = true, isOffline = false } = options;
  const log: unknown[] = [];
  const page = { focus: async () => log.push("focus"), postMessage: (message: unknown) => log.push(message) };
  const made: ClickWorld = {
    pages: async () => (hasPage ? [page] : []),
    open: async (url) => log.push(`open ${url}`),
    saveMutation: async (name, args) => {
      log.push([name, args]);
      return isSignedIn ? "mid" : null;
    },
    sync: async () => {
      log.push("sync");
      if (isOffline) throw new Error("offline");
    },
  };
  return { log, made };
}

describe("a tap on a notification", () => {
  const data = CHANGE.notification.data as PushData;
  const seen = ["notifications.mark_seen", { ids: ["n1"] }];
  const acknowledged = ["targets.acknowledge_change", { id: "c1" }];

  it("opens exactly the change when the app is closed, and counts as seen", async () => {
    const { log, made } = taps();
    await onClick(data, "", made);
    expect(log).toEqual(["open /changes/c1", seen, "sync"]);
  });

  it("takes the window that is there to the change", async () => {
    const { log, made } = taps({ hasPage: true });
    await onClick(data, "view", made);
    expect(log).toEqual([{ type: "open", url: "/changes/c1" }, "focus", seen, "sync"]);
  });

  it("on the button that answers saves the answer and sends it", async () => {
    const { log, made } = taps();
    await onClick(data, "acknowledge", made);
    expect(log).toEqual([acknowledged, "sync"]);
  });

  it("keeps the answer when there is no network", async () => {
    const { log, made } = taps({ isOffline: true });
    await onClick(data, "acknowledge", made);
    expect(log[0]).toEqual(acknowledged);
  });

  it("opens the screen when the answer cannot be saved here", async () => {
    const { log, made } = taps({ isSignedIn: false });
    await onClick(data, "acknowledge", made);
    expect(log).toContain("open /changes/c1");
  });

  it("opens the inbox when nothing is known of it", async () => {
    const { log, made } = taps();
    await onClick(null, "", made);
    expect(log).toEqual(["open /inbox"]);
  });
});
