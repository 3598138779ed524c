/** The inbox: everything that one was told, newest first, by day. */
import settings from "lucide-static/icons/settings-2.svg?raw";
import { useEffect } from "preact/hooks";
import { dayOf } from "../core/clock";
import { dayNear, time } from "../core/format";
import { t } from "../core/words";
import { type Row, db, mutate, useLive } from "../sync";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import "./inbox.css";
import "./words";

type Notice = Row<"notice">;
const SHOWN = 200;

export default function InboxScreen() {
  const notices = useLive(() => db().notice.orderBy("created_at").reverse().limit(SHOWN).toArray());
  useMarkSeen(notices);
  return (
    <main class="page">
      <PageBar
        name={t("inbox.title")}
        parent="/"
        action={
          <a class="icon-button" href="/me/notifications" aria-label={t("inbox.settings")}>
            <Glyph svg={settings} size={26} />
          </a>
        }
      />
      {notices?.length === 0 && (
        <>
          <h1 class="page-title">{t("inbox.empty")}</h1>
          <p class="page-lead">{t("inbox.emptyText")}</p>
        </>
      )}
      {byDay(notices ?? []).map(([on, list]) => (
        <section key={on}>
          <h2>{dayNear(on)}</h2>
          <ul class="lines">
            {list.map((notice) => (
              <NoticeLine key={notice.id} notice={notice} />
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function NoticeLine({ notice }: { notice: Notice }) {
  const isOpen = notice.needs_answer && notice.acknowledged_at === null;
  return (
    <li>
      <a class="line-link notice" href={pathOf(notice.url)} data-unseen={notice.seen_at === null}>
        <span class="line-text">
          <span class="line-title">{notice.title}</span>
          <div class="line-sub">{notice.body}</div>
          {isOpen && <div class="notice-open">{t("inbox.needsAnswer")}</div>}
        </span>
        <span class="line-side">{time(notice.created_at)}</span>
      </a>
    </li>
  );
}

/** What is on screen counts as seen, after a moment, in one mutation. */
function useMarkSeen(notices: Notice[] | undefined) {
  const unseen = (notices ?? []).filter((notice) => notice.seen_at === null).map((notice) => notice.id);
  const key = unseen.join();
  useEffect(() => {
    if (!key) return;
    const timer = setTimeout(() => void mutate("notifications.mark_seen", { ids: key.split(",") }), 1500);
    return () => clearTimeout(timer);
  }, [key]);
}

function byDay(notices: Notice[]): [string, Notice[]][] {
  const days = new Map<string, Notice[]>();
  for (const notice of notices) {
    const on = dayOf(notice.created_at);
    days.set(on, [...(days.get(on) ?? []), notice]);
  }
  return [...days];
}

/** A notice's address as a path of this app; addresses of other places are not followed. */
function pathOf(url: string): string {
  const address = new URL(url, location.origin);
  return address.origin === location.origin || url.startsWith("/") ? address.pathname + address.search : "/inbox";
}
