/** The requests that wait for one's decision: who, before and after, how old; below, what was decided and who knows. */
import { clock, dayOf } from "../core/clock";
import { dayNear, money, moment, time } from "../core/format";
import { t } from "../core/words";
import { useLive } from "../sync";
import { Avatar, PendingMark } from "../ui/parts";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { type Listed, readList } from "./queries";
import { titleOf } from "./titles";
import "../ui/parts.css";
import "./approvals.css";
import "./words";

export default function ApprovalsScreen() {
  const read = useLive(readList);
  return (
    <main class="page approvals">
      <header class="screen-head">
        <h1>{t("approvals.title")}</h1>
        <SyncChip />
        <Bell />
      </header>
      <OfflineStrip />
      {!read && [0, 1, 2].map((i) => <div key={i} class="skeleton" />)}
      {read?.waiting.length === 0 && (
        <>
          <p class="page-title">{t("approvals.empty")}</p>
          <p class="page-lead">{t("approvals.emptyText")}</p>
        </>
      )}
      {read && <Section name={t("approvals.waiting")} list={read.waiting} />}
      {read && <Section name={t("approvals.own")} list={read.own} />}
      {read && <Section name={t("approvals.receipts")} list={read.changes} isReceipts />}
      {read && <Section name={t("approvals.decided")} list={read.decided} />}
    </main>
  );
}

function Section({ name, list, isReceipts = false }: { name: string; list: Listed[]; isReceipts?: boolean }) {
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{name}</h2>
      <ul class="lines">{list.map((one) => (isReceipts ? <Change key={one.adjustment.id} one={one} /> : <Row key={one.adjustment.id} one={one} />))}</ul>
    </section>
  );
}

/** A change that took effect, and how many of those that it touches have acknowledged it. */
function Change({ one }: { one: Listed }) {
  const known = one.receipts.filter((receipt) => receipt.acknowledged_at).length;
  const asked = one.receipts.filter((receipt) => receipt.question && !receipt.acknowledged_at).length;
  return (
    <li>
      <a class="line-link" href={`/approvals/${one.adjustment.id}`} data-testid="open-change-receipts">
        <span class="line-text">
          <span class="line-title">{titleOf(one)}</span>
          <span class="line-sub">
            {t(`adj.${one.adjustment.status}`)}
            {asked > 0 && ` · ${t("ack.question")}`}
          </span>
        </span>
        <span class={`line-side known-of${known === one.receipts.length ? " is-all" : ""}`}>{t("approvals.knownOf", { n: known, all: one.receipts.length })}</span>
      </a>
    </li>
  );
}

function Row({ one }: { one: Listed }) {
  const { adjustment, currency } = one;
  const [before, after] = [sumOf(one, "old_value"), sumOf(one, "new_value")];
  const isWaiting = adjustment.status === "submitted";
  return (
    <li>
      <a class="line-link" href={`/approvals/${adjustment.id}`} data-testid="open-approval">
        <Avatar name={one.requester} />
        <span class="line-text">
          <span class="line-title">{titleOf(one)}</span>
          <span class="line-sub">
            <span class="display-num">
              {money(before, currency, { style: "row" })} → {money(after, currency, { style: "row" })}
            </span>
            {!isWaiting && ` · ${t(`adj.${adjustment.status}`)}`}
          </span>
        </span>
        <span class="line-side">
          <PendingMark entity="adjustment" id={adjustment.id} />
          {ageOf(isWaiting ? adjustment.submitted_at : (adjustment.decided_at ?? adjustment.submitted_at))}
        </span>
      </a>
    </li>
  );
}

const sumOf = (one: Listed, key: "old_value" | "new_value"): number => one.adjustment.cells.reduce((sum, cell) => sum + cell[key], 0);
const ageOf = (instant: string): string => (dayOf(instant) === clock.today() ? time(instant) : dayOf(instant) > clock.today() ? moment(instant) : dayNear(dayOf(instant)));
