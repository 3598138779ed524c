/** Our own question before the system's: what may interrupt, then the permission. */
import swap from "lucide-static/icons/git-compare-arrows.svg?raw";
import gauge from "lucide-static/icons/gauge.svg?raw";
import clipboard from "lucide-static/icons/clipboard-check.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { call } from "../core/api";
import { month } from "../core/format";
import { type PushState, pushState, turnPushOff, turnPushOn } from "../core/push";
import { back, go } from "../core/router";
import { t } from "../core/words";
import { clock, me, mutate } from "../sync";
import { Glyph } from "../ui/glyph";
import { Mark } from "../ui/mark";
import { PageBar } from "../ui/page-bar";
import { Toggle } from "./me";
import "./words";

const save = (fields: Record<string, unknown>) => void mutate("org.set_preferences", { fields });

export default function NotificationsScreen() {
  const { account } = me();
  const [state, setState] = useState<PushState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void pushState().then(setState), []);

  async function open() {
    if (state === "needs_install") return go("/install");
    setProblem(null);
    await turnPushOn().then(setState, () => setProblem(t("push.problem")));
  }

  function later() {
    save({ preferences: { push_asked_at: clock.now().toISOString() } });
    back("/me");
  }

  return (
    <main class="page">
      <PageBar parent="/me" isFlow />
      <h1 class="page-title">{t("push.ask")}</h1>
      <p class="page-lead">{t("push.lead", { from: account.quiet_from, to: account.quiet_to })}</p>
      <Samples />
      <ul class="lines">
        <li>
          <Icon svg={swap} />
          <span class="line-text">
            <span class="line-title">{t("push.plan")}</span>
            <div class="line-sub">{t("push.planHint")}</div>
          </span>
          <span class="line-icon" role="img" aria-label={t("push.locked")}>
            <Glyph svg={lock} />
          </span>
        </li>
        <Toggle
          icon={<Icon svg={gauge} />}
          title={t("push.morning")}
          sub={t("push.morningHint", { at: account.remind_at })}
          isOn={account.is_reminded}
          onChange={(is_reminded) => save({ is_reminded })}
        />
        {account.is_reminded && (
          <li>
            <label class="line-link">
              <span class="line-text line-title">{t("push.morningAt")}</span>
              <input class="time-input" type="time" value={account.remind_at} onChange={(event) => event.currentTarget.value && save({ remind_at: event.currentTarget.value })} />
            </label>
          </li>
        )}
        <li>
          <Icon svg={clipboard} />
          <span class="line-text">
            <span class="line-title">{t("push.decisions")}</span>
            <div class="line-sub">{t("push.decisionsHint")}</div>
          </span>
          <span class="line-icon" role="img" aria-label={t("push.locked")}>
            <Glyph svg={lock} />
          </span>
        </li>
      </ul>
      <div class="dock-plain">
        {problem && (
          <p class="form-error" role="alert">
            {problem}
          </p>
        )}
        {state === "on" ? (
          <On onOff={() => void turnPushOff().then(() => setState("off"))} />
        ) : state === "denied" || state === "unsupported" ? (
          <p class="page-note">{t(`push.${state}`)}</p>
        ) : (
          <>
            <button type="button" class="big-button" onClick={open}>
              {state === "needs_install" ? t("me.install") : t("push.open")}
            </button>
            <p class="page-note">{state === "needs_install" ? t("me.push.needs_install") : t("push.next")}</p>
            <button type="button" class="plain-button is-quiet" onClick={later}>
              {t("push.later")}
            </button>
          </>
        )}
      </div>
    </main>
  );
}

function On({ onOff }: { onOff: () => void }) {
  const [isSent, setSent] = useState(false);
  const test = () =>
    void call("/api/push/test", { method: "POST" }).then(
      () => setSent(true),
      () => setSent(false),
    );
  return (
    <>
      <p class="page-note" role="status">
        {isSent ? t("push.tested") : t("me.push.on")}
      </p>
      <button type="button" class="big-button is-outline" onClick={test}>
        {t("push.test")}
      </button>
      <button type="button" class="plain-button is-danger" onClick={onOff}>
        {t("push.turnOff")}
      </button>
    </>
  );
}

const Icon = ({ svg }: { svg: string }) => (
  <span class="line-icon">
    <Glyph svg={svg} />
  </span>
);

/** How a notification will look. */
function Samples() {
  const today = clock.today();
  const params = { n: Number(today.slice(5, 7)), name: month(today) };
  const samples = [
    [t("push.sampleTitle", params), t("push.sampleBody"), t("push.now")],
    [t("push.sample2Title"), t("push.sample2Body"), "15:30"],
  ];
  return (
    <div class="push-samples" aria-hidden="true">
      {samples.map(([title, body, at]) => (
        <div key={title} class="push-sample">
          <Mark />
          <div>
            <strong>{title}</strong>
            <span>{body}</span>
          </div>
          <small>{at}</small>
        </div>
      ))}
    </div>
  );
}
