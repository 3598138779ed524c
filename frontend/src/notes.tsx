/** What the whole app has to say beside its screens: a new version, lost work, a waiting plan change, sync in words. */
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { go } from "./core/router";
import { t } from "./core/words";
import { routes } from "./routes";
import { clock, current, db, lost, me, mutate, syncStatus, useLive } from "./sync";
import { needsUpdate } from "./sync/state";
import "./notes.css";
import "./notes-words";
import "./ui/frame-words";
import { updateNow, updateWaits } from "./worker";

export default function Notes({ path }: { path: string }) {
  return (
    <>
      <Said />
      <Spoken />
      {current.value && <PlanChange path={path} />}
    </>
  );
}

/** What the whole app has to say: a new version, lost work. */
function Said() {
  const [isLater, setLater] = useState(false);
  const isOld = needsUpdate.value;
  if (lost.value > 0) {
    return (
      <Note
        text={t("sync.lost", { n: lost.value })}
        actions={[
          [
            t("frame.close"),
            () => {
              lost.value = 0;
            },
          ],
        ]}
      />
    );
  }
  if (updateWaits.value && !isLater) {
    return (
      <Note
        text={`${t(isOld ? "update.tooOld" : "update.ready")} · ${t("update.hint")}`}
        actions={[
          [t("update.later"), () => setLater(true)],
          [t("update.reload"), updateNow],
        ]}
      />
    );
  }
  if (isOld) return <Note text={t("update.tooOld")} actions={[[t("update.reload"), () => location.reload()]]} />;
  return current.value ? <PushQuestion /> : null;
}

/** After the first plan change, once: whether such things may interrupt. Saying "not now" is remembered. */
function PushQuestion() {
  const isDue = useLive(async () => (await db().change_receipt.where("person_id").equals(me().id).toArray()).some((one) => one.seen_at !== null)) ?? false;
  const { path } = useLocation();
  const [isOff, setOff] = useState(false);
  const isAsked = me().account.id === "" || Boolean(me().account.preferences.push_asked_at);
  useEffect(() => {
    if (isDue) void import("./core/push").then(({ pushState }) => pushState()).then((state) => setOff(state === "off" && Notification.permission === "default"));
  }, [isDue, path]);
  if (!isDue || !isOff || isAsked || !/^\/(today|targets)?$/.test(path)) return null;
  const later = () => void mutate("org.set_preferences", { fields: { preferences: { push_asked_at: clock.now().toISOString() } } });
  return (
    <Note
      text={t("frame.pushQuestion")}
      actions={[
        [t("update.later"), later],
        [t("frame.pushOpen"), () => go("/me/notifications")],
      ]}
    />
  );
}

function Note({ text, actions }: { text: string; actions: [string, () => void][] }) {
  return (
    <div class="notice-bar" role="status">
      <p>{text}</p>
      {actions.map(([label, act]) => (
        <button key={label} type="button" onClick={act}>
          {label}
        </button>
      ))}
    </div>
  );
}

const SPOKEN_EVERY = 5000;

/** Sync for those who listen: one polite region, at most every 5 s; a refusal is said at once. */
function Spoken() {
  const { attention, waiting, online } = syncStatus.value;
  const text = online ? (waiting ? t("sync.waitingN", { n: waiting }) : t("sync.synced")) : t("sync.offline");
  const [said, setSaid] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), SPOKEN_EVERY);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <div class="visually-hidden" aria-live="polite">
        {said}
      </div>
      <div class="visually-hidden" aria-live="assertive">
        {attention ? t("sync.attentionN", { n: attention }) : ""}
      </div>
    </>
  );
}

let isShown = false;

/** A plan change that waits for an answer opens once per start of the app; ✕ always works. */
function PlanChange({ path }: { path: string }) {
  const isHome = path === "/" || path === "/today";
  const id = useLive(async () => {
    const mine = await db().change_receipt.where("person_id").equals(me().id).toArray();
    return mine.filter((one) => one.acknowledged_at === null).sort((a, b) => b.decided_at.localeCompare(a.decided_at))[0]?.id ?? null;
  });
  useEffect(() => {
    if (!id || isShown || !isHome || !routes.some((line) => line.path === "/changes/:id")) return;
    isShown = true;
    go(`/changes/${id}`);
  }, [id, isHome]);
  return null;
}
