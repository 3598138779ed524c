/** The Sync screen: what needs attention first, then what waits, then what arrived today. */
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import cloudCheck from "lucide-static/icons/cloud-check.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import refresh from "lucide-static/icons/refresh-cw.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { dayOf } from "../core/clock";
import { bytes, moment, time } from "../core/format";
import { t } from "../core/words";
import { type AttentionEntry, type BlobEntry, type KeptEntry, type OutboxEntry, clock, db, me, mutate, pendingOf, syncNow, syncStatus, uploads, useLive } from "../sync";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import { describe } from "./describe";
import { Refused } from "./refused";
import "./sync-list.css";
import "./words";

export default function SyncListScreen() {
  const { sending } = syncStatus.value;
  return (
    <main class="page">
      <PageBar
        name={t("list.title")}
        parent="/me"
        action={
          <button type="button" class={`icon-button${sending ? " is-turning" : ""}`} aria-label={t("list.now")} onClick={() => void syncNow()}>
            <Glyph svg={refresh} size={26} />
          </button>
        }
      />
      <Head />
      <Attention />
      <Decisions />
      <Waiting />
      <Done />
      <Storage />
    </main>
  );
}

function Head() {
  const { attention, waiting, waiting_blobs, online, lastSyncedAt, needsSignIn } = syncStatus.value;
  const open = waiting + waiting_blobs;
  const title = attention ? t("list.headAttention", { n: attention }) : open ? t("list.headWaiting", { n: open }) : t("list.headDone");
  const calm = lastSyncedAt ? t("list.leadDone", { at: moment(lastSyncedAt) }) : t("list.leadNever");
  const lead = needsSignIn ? t("list.signIn") : attention ? t("list.leadAttention") : open ? t(online ? "list.leadOnline" : "list.leadOffline") : calm;
  return (
    <>
      <h1 class="page-title">{title}</h1>
      <p class="page-lead" aria-live="polite">
        {lead}
      </p>
      {needsSignIn && (
        <a class="big-button" href="/sign-in">
          {t("sync.signInButton")}
        </a>
      )}
    </>
  );
}

function Attention() {
  const items = useLive(() => db().attention.toArray());
  if (!items?.length) return null;
  return (
    <section>
      <h2 class="attention-title">
        <span class="diamond" aria-hidden="true" />
        {t("list.attention")}
      </h2>
      {items.map((entry: AttentionEntry) => (
        <Refused key={entry.mid} entry={entry} />
      ))}
    </section>
  );
}

/** Parked items of others that this person may decide. */
function Decisions() {
  const items = useLive(async () => {
    const parked = await db().mutation_result.where("status").equals("parked").toArray();
    const mine = parked.filter((one) => one.settled === null && one.person_id !== me().id && one.decider_ids.includes(me().id));
    return Promise.all(mine.map(async (one) => ({ ...one, title: await describe(one.name, one.args), writer: (await db().person.get(one.person_id))?.name ?? "" })));
  });
  if (!items?.length) return null;
  return (
    <section>
      <h2>{t("list.decide")}</h2>
      {items.map((one) => (
        <article key={one.id} class="refused">
          <div class="refused-title">{one.title}</div>
          <div class="line-sub">{t("list.from", { name: one.writer, at: moment(one.at) })}</div>
          <p class="quote-line">{[one.message, one.note].filter(Boolean).join(" · ") || t("list.noReason")}</p>
          <div class="button-row">
            <button type="button" class="big-button" onClick={() => void mutate("sync.admit", { mid: one.mid })}>
              {t("list.admit")}
            </button>
            <button type="button" class="big-button is-danger" onClick={() => void mutate("sync.decline", { mid: one.mid })}>
              {t("list.decline")}
            </button>
          </div>
        </article>
      ))}
    </section>
  );
}

type Named<T> = T & { title: string };
const withTitles = <T extends { name: string; args: unknown }>(items: T[]): Promise<Named<T>[]> =>
  Promise.all(items.map(async (one) => ({ ...one, title: await describe(one.name, one.args) })));

function Waiting() {
  const entries = useLive(async () => withTitles((await db().outbox.orderBy("n").toArray()).filter((entry) => !entry.again)));
  const photos = useLive(() => db().blobs.where("state").equals("waiting").toArray());
  if (!entries || !photos || entries.length + photos.length === 0) return null;
  const size = photos.reduce((sum, photo) => sum + photo.size - photo.sent, 0);
  const n = entries.length + photos.length;
  return (
    <section>
      <div class="head-row">
        <h2>{t("list.waiting")}</h2>
        <span class="page-note">{size ? t("list.nItemsSize", { n, size: bytes(size) }) : t("list.nItems", { n })}</span>
      </div>
      <ul class="lines">
        {entries.map((entry) => (
          <WaitingLine key={entry.mid} entry={entry} />
        ))}
        {photos.map((photo) => (
          <PhotoLine key={photo.sha256} photo={photo} />
        ))}
      </ul>
    </section>
  );
}

function WaitingLine({ entry }: { entry: Named<OutboxEntry> }) {
  const [first] = entry.writes;
  const isSending = first ? pendingOf(first.entity, first.id) === "sending" : false;
  const photos = (entry.args as { photos?: unknown[] }).photos?.length ?? 0;
  return (
    <li data-state={isSending ? "sending" : "queued"}>
      <span class="line-icon">
        <Glyph svg={clockArrow} />
      </span>
      <span class="line-text">
        <span class="line-title">{entry.title}</span>
        <div class="line-sub">{[moment(new Date(new Date(entry.at).getTime() + entry.offset_ms)), photos ? t("list.photos", { n: photos }) : ""].filter(Boolean).join(" · ")}</div>
      </span>
      <span class="line-side">{isSending ? t("list.sending") : t("list.waiting")}</span>
    </li>
  );
}

function PhotoLine({ photo }: { photo: BlobEntry }) {
  const share = uploads.value.get(photo.sha256);
  const percent = Math.round((share ?? photo.sent / photo.size) * 100);
  return (
    <li>
      <span class="line-icon">
        <Glyph svg={image} />
      </span>
      <span class="line-text">
        <span class="line-title">{t("list.photo")}</span>
        <div class="line-sub">{bytes(photo.size)}</div>
      </span>
      <span class="line-side">{share === undefined && !photo.sent ? t("list.waiting") : t("list.photoShare", { n: percent })}</span>
      <Ring percent={percent} />
    </li>
  );
}

function Ring({ percent }: { percent: number }) {
  const length = 2 * Math.PI * 10;
  return (
    <svg class="ring" width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <circle cx="14" cy="14" r="10" fill="none" stroke="var(--road-next)" stroke-width="4" />
      <circle cx="14" cy="14" r="10" fill="none" stroke="var(--brand)" stroke-width="4" stroke-dasharray={`${(length * percent) / 100} ${length}`} transform="rotate(-90 14 14)" />
    </svg>
  );
}

const QUIET = new Set(["notifications.mark_seen", "targets.see_change"]);

function Done() {
  const today = clock.today();
  const items = useLive(async () => {
    const kept = await db().kept.orderBy("settled_at").reverse().limit(200).toArray();
    const done = kept.filter((one) => (one.status === "applied" || one.status === "merged") && dayOf(one.settled_at) === today && !QUIET.has(one.name));
    return withTitles(done);
  }, [today]);
  if (!items) return null;
  return (
    <section>
      <div class="head-row">
        <h2>{t("list.synced")}</h2>
        <span class="page-note">{items.length ? t("list.todayN", { n: items.length }) : t("list.empty")}</span>
      </div>
      <ul class="lines">
        {items.map((one: Named<KeptEntry>) => (
          <li key={one.mid}>
            <span class="line-icon">
              <Glyph svg={cloudCheck} />
            </span>
            <span class="line-text line-title">{one.title}</span>
            <span class="line-side">{time(one.settled_at)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Storage() {
  const [state, setState] = useState<{ usage: number; quota: number } | null>(null);
  useEffect(() => void navigator.storage?.estimate?.().then(({ usage = 0, quota = 0 }) => setState({ usage, quota })), []);
  if (!state) return null;
  const isLow = state.quota > 0 && state.quota - state.usage < 50_000_000;
  return <p class={isLow ? "storage-low" : "page-note"}>{isLow ? t("list.storageLow") : t("list.storage", { used: bytes(state.usage) })}</p>;
}
