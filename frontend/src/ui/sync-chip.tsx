/** Sync in a header: the chip, the strip that takes its place offline, and the bell. */
import bell from "lucide-static/icons/bell.svg?raw";
import chevron from "lucide-static/icons/chevron-right.svg?raw";
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import cloudCheck from "lucide-static/icons/cloud-check.svg?raw";
import cloudOff from "lucide-static/icons/cloud-off.svg?raw";
import refresh from "lucide-static/icons/refresh-cw.svg?raw";
import { t } from "../core/words";
import { db, syncStatus, useLive } from "../sync";
import "./frame-words";
import { Glyph } from "./glyph";

/** The chip in a header; it opens the Sync screen. Offline the strip below the header says it instead. */
export function SyncChip() {
  const { online, attention, waiting, sending } = syncStatus.value;
  if (attention > 0) {
    return (
      <a class="sync-chip is-attention" href="/sync">
        <span class="diamond" aria-hidden="true" />
        {t("sync.attentionN", { n: attention })}
      </a>
    );
  }
  if (!online) return null;
  if (sending && waiting > 0) {
    return (
      <a class="sync-chip is-sending" href="/sync">
        <Glyph svg={refresh} size={20} />
        {t("sync.sendingNow")}
      </a>
    );
  }
  return (
    <a class="sync-chip" href="/sync">
      <Glyph svg={waiting ? clockArrow : cloudCheck} size={20} />
      {waiting ? t("sync.waitingN", { n: waiting }) : t("sync.synced")}
    </a>
  );
}

/** The dashed strip: not connected, or signed out. Nothing else is different. */
export function OfflineStrip() {
  const { online, waiting, needsSignIn, incomplete } = syncStatus.value;
  if (needsSignIn) return <Strip strong={t("sync.signIn")} text="" href="/sign-in" link={t("sync.signInButton")} />;
  if (!online) return <Strip strong={t("sync.offline")} text={waiting ? t("sync.offlineN", { n: waiting }) : t("sync.offlineNone")} href="/sync" link={t("sync.view")} />;
  return incomplete ? <Strip strong="" text={t("sync.loading")} href="/sync" link={t("sync.view")} /> : null;
}

function Strip({ strong, text, href, link }: { strong: string; text: string; href: string; link: string }) {
  return (
    <a class="offline-strip" href={href}>
      <Glyph svg={cloudOff} />
      <span class="offline-text">
        <strong>{strong}</strong>
        {text}
      </span>
      <span class="offline-link">
        {link}
        <Glyph svg={chevron} size={18} />
      </span>
    </a>
  );
}

/** The bell: a timeline of notices, with a dot while some are unread. */
export function Bell() {
  const unseen =
    useLive(() =>
      db()
        .notice.filter((notice) => notice.seen_at === null)
        .count(),
    ) ?? 0;
  return (
    <a class="bell" href="/inbox" aria-label={unseen ? t("frame.inboxUnseen", { n: unseen }) : t("frame.inbox")}>
      <Glyph svg={bell} size={26} />
      {unseen > 0 && <span class="bell-dot" />}
    </a>
  );
}
