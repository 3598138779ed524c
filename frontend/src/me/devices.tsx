/** The browsers where one is signed in; each can be signed out from here. */
import phone from "lucide-static/icons/smartphone.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { ApiError, call } from "../core/api";
import { moment } from "../core/format";
import { t } from "../core/words";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import "./words";

interface Device {
  id: string;
  user_agent: string;
  last_seen_at: string;
  is_current: boolean;
}

export default function DevicesScreen() {
  const [devices, setDevices] = useState<Device[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const say = (error: unknown) => setProblem(error instanceof ApiError && error.message ? error.message : t("devices.offline"));
  const load = () => call<Device[]>("/api/me/devices").then(setDevices, say);
  useEffect(() => void load(), []);

  async function signOutDevice(id: string) {
    setProblem(null);
    await call(`/api/me/devices/${id}`, { method: "DELETE" }).then(load, say);
  }

  return (
    <main class="page">
      <PageBar name={t("devices.title")} parent="/me" />
      {problem && (
        <p class="form-error" role="alert">
          {problem}
        </p>
      )}
      {!devices && !problem && <p class="page-lead">{t("devices.loading")}</p>}
      <ul class="lines">
        {devices?.map((one) => (
          <li key={one.id}>
            <span class="line-icon">
              <Glyph svg={phone} />
            </span>
            <span class="line-text">
              <span class="line-title">{nameOf(one.user_agent)}</span>
              <div class="line-sub">{one.is_current ? t("devices.this") : t("devices.seen", { at: moment(one.last_seen_at) })}</div>
            </span>
            {!one.is_current && (
              <button type="button" class="plain-button is-danger" aria-label={t("devices.outLabel", { name: nameOf(one.user_agent) })} onClick={() => signOutDevice(one.id)}>
                {t("devices.out")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}

/** Browser and system out of a user agent, as far as it says. */
function nameOf(agent: string): string {
  const browser = /(Edg|MicroMessenger|Firefox|CriOS|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(iPhone|iPad|Android|Windows|Mac OS X|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", MicroMessenger: "WeChat", CriOS: "Chrome", "Mac OS X": "Mac" };
  return (
    [browser, system]
      .filter((part) => part !== undefined)
      .map((part) => names[part] ?? part)
      .join(" · ") || t("devices.unknown")
  );
}
