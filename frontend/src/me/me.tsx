/** Me: sync, notifications, display, devices, storage, signing out. */
import bell from "lucide-static/icons/bell.svg?raw";
import chevron from "lucide-static/icons/chevron-right.svg?raw";
import cloud from "lucide-static/icons/cloud-check.svg?raw";
import device from "lucide-static/icons/smartphone.svg?raw";
import disk from "lucide-static/icons/hard-drive.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytes } from "../core/format";
import { type PushState, isInstalled, pushState } from "../core/push";
import { t } from "../core/words";
import { me, mutate, syncStatus } from "../sync";
import { Glyph } from "../ui/glyph";
import { OfflineStrip, SyncChip } from "../ui/sync-chip";
import "./me.css";
import { SignOut } from "./sign-out";
import "./words";

const LANGUAGES = [
  ["zh-CN", "中文"],
  ["en", "English"],
] as const; // each in its own language, as people look for it
const THEMES = ["auto", "light", "dark"] as const;

const save = (fields: Record<string, unknown>) => void mutate("org.set_preferences", { fields });

export default function MeScreen() {
  const { person, account, organization } = me();
  return (
    <main class="page">
      <OfflineStrip />
      <header class="head-row">
        <h1 class="page-title">{person.name}</h1>
        <SyncChip />
      </header>
      <p class="page-lead">{[person.title, organization.name].filter(Boolean).join(" · ")}</p>
      <ul class="lines">
        <Link href="/sync" icon={cloud} title={t("me.sync")} sub={syncSub()} />
        <NotificationsLine />
        <Link href="/me/devices" icon={device} title={t("me.devices")} />
        {!isInstalled() && <Link href="/install" icon={download} title={t("me.install")} />}
        <StorageLine />
      </ul>
      <h2>{t("me.settings")}</h2>
      <Choice label={t("me.language")} value={account.locale} options={LANGUAGES} onPick={(locale) => save({ locale })} />
      <Choice label={t("me.theme")} value={account.theme} options={THEMES.map((theme) => [theme, t(`me.theme.${theme}`)] as const)} onPick={(theme) => save({ theme })} />
      <ul class="lines">
        <Toggle title={t("me.sun")} sub={t("me.sunHint")} isOn={account.preferences.sun === true} onChange={(sun) => save({ preferences: { sun } })} />
      </ul>
      <SignOut />
      <p class="page-note">
        {t("me.version")} {__VERSION__}
      </p>
    </main>
  );
}

function syncSub(): string {
  const { attention, waiting } = syncStatus.value;
  if (attention) return t("sync.attentionN", { n: attention });
  return waiting ? t("sync.waitingN", { n: waiting }) : t("sync.synced");
}

function Link({ href, icon, title, sub }: { href: string; icon: string; title: string; sub?: string }) {
  return (
    <li>
      <a class="line-link" href={href}>
        <span class="line-icon">
          <Glyph svg={icon} />
        </span>
        <span class="line-text">
          <span class="line-title">{title}</span>
          {sub && <div class="line-sub">{sub}</div>}
        </span>
        <span class="line-icon">
          <Glyph svg={chevron} size={20} />
        </span>
      </a>
    </li>
  );
}

function NotificationsLine() {
  const [state, setState] = useState<PushState | null>(null);
  useEffect(() => void pushState().then(setState), []);
  return <Link href="/me/notifications" icon={bell} title={t("me.notices")} sub={state ? t(`me.push.${state}`) : undefined} />;
}

function StorageLine() {
  const [state, setState] = useState<{ used: number; isLow: boolean; isKept: boolean } | null>(null);
  useEffect(() => {
    void Promise.all([navigator.storage?.estimate?.(), navigator.storage?.persisted?.()]).then(([estimate, isKept]) => {
      const { usage = 0, quota = 0 } = estimate ?? {};
      setState({ used: usage, isLow: quota > 0 && quota - usage < 50_000_000, isKept: isKept ?? false });
    });
  }, []);
  if (!state) return null;
  return (
    <li>
      <span class="line-icon">
        <Glyph svg={disk} />
      </span>
      <span class="line-text">
        <span class="line-title">{t("me.storage")}</span>
        <div class="line-sub">{`${t("me.storageUsed", { used: bytes(state.used) })} · ${t(state.isKept ? "me.persisted" : "me.notPersisted")}`}</div>
        {state.isLow && <div class="form-error">{t("me.storageLow")}</div>}
      </span>
    </li>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onPick: (value: string) => void;
}

function Choice({ label, value, options, onPick }: ChoiceProps) {
  return (
    <fieldset class="choice-set">
      <legend>{label}</legend>
      <div class="choices">
        {options.map(([key, name]) => (
          <button key={key} type="button" aria-pressed={key === value} onClick={() => onPick(key)}>
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** A line with a switch. */
export function Toggle({ title, sub, isOn, onChange, icon }: { title: string; sub?: string; isOn: boolean; onChange: (isOn: boolean) => void; icon?: ComponentChildren }) {
  return (
    <li>
      {icon}
      <span class="line-text">
        <span class="line-title">{title}</span>
        {sub && <div class="line-sub">{sub}</div>}
      </span>
      <button type="button" class="switch" role="switch" aria-checked={isOn} aria-label={title} onClick={() => onChange(!isOn)} />
    </li>
  );
}
