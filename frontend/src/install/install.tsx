/** Installing: three steps on an iPhone, one button where the browser has a prompt of its own. */
import plus from "lucide-static/icons/square-plus.svg?raw";
import share from "lucide-static/icons/share.svg?raw";
import type { ComponentChildren } from "preact";
import { canPrompt, isInstalledNow, promptInstall } from "../core/install";
import { isInstalled, isIos } from "../core/push";
import { t } from "../core/words";
import { Glyph } from "../ui/glyph";
import { Mark } from "../ui/mark";
import "./install.css";
import "./words";

export default function InstallScreen() {
  const isDone = isInstalled() || isInstalledNow.value;
  return (
    <main class="page install">
      <Mark size={76} />
      <h1 class="page-title">{isDone ? t("install.done") : t("install.title")}</h1>
      <p class="page-lead">{isDone ? t("install.doneText") : t("install.lead")}</p>
      {!isDone && (isIos() ? <IosSteps /> : <Prompt />)}
      <a class="plain-button is-quiet" href="/">
        {t("install.stay")}
      </a>
      {!isDone && isIos() && <ArrowDown />}
    </main>
  );
}

function Prompt() {
  if (!canPrompt.value) return <p class="page-lead">{t("install.menu")}</p>;
  return (
    <button type="button" class="big-button" onClick={() => void promptInstall()}>
      {t("install.button")}
    </button>
  );
}

function IosSteps() {
  const isSafari = !/CriOS|FxiOS|EdgiOS|MicroMessenger/.test(navigator.userAgent);
  return (
    <>
      {!isSafari && <p class="form-error">{t("install.notSafari")}</p>}
      <ol class="steps">
        <Step n={1} title={t("install.share")} hint={t("install.shareHint")}>
          <Glyph svg={share} size={32} />
        </Step>
        <Step n={2} title={t("install.add")} hint={t("install.addHint")}>
          <Glyph svg={plus} size={32} />
        </Step>
        <Step n={3} title={t("install.open")} hint={t("install.openHint")}>
          <Mark size={40} />
        </Step>
      </ol>
    </>
  );
}

function Step({ n, title, hint, children }: { n: number; title: string; hint: string; children: ComponentChildren }) {
  return (
    <li>
      <span class="step-n">{n}</span>
      <span class="line-text">
        <strong class="line-title">{title}</strong>
        <div class="line-sub">{hint}</div>
      </span>
      <span class="step-picture">{children}</span>
    </li>
  );
}

/** Points to the real share button at the bottom of Safari. */
function ArrowDown() {
  return (
    <svg class="arrow-down" width="40" height="84" viewBox="0 0 40 84" aria-hidden="true">
      <path d="M20 2v64" stroke="currentColor" stroke-width="5" stroke-dasharray="10 8" />
      <path d="M5 60l15 18 15-18" fill="none" stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
