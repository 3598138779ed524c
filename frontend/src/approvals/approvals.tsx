/** The requests that wait for one's decision: who, before and after, how old; below, what was decided and who knows. */
import { clock, dayOf } from "../core/clock";
import { dayNear, money, moment, time } from "../core/format";
import { t } from "../core/words";
import { useLive } from "../sync";
import { Avatar, PendingMark } from "../ui/parts";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { type Listed, readList } from "./queries";
import { titleOf } from "./titles";
import "../targets/targets.css";
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
      {!read && [0, 1, 2].map((i) => <div key={i} class="skeleton target-skeleton" />)}
      {read?.waiting.length === 0 && (
        <>
          <p class="page-title">{t("approvals.empty")}</p>
          <p class="page-lead">{t("approvals.emptyText")}</p>
        </>
      )}
      {read && read.waiting.length > 0 && (
        <section>
          <h2>{t("approvals.waiting")}</h2>
          <ul class="lines">
            {read.waiting.map((one) => (
              <Row key={one.adjustment.id} one={one} />
            ))}
          </ul>
        </section>
      )}
      {read && read.decided.length > 0 && (
        <section>
          <h2>{t("approvals.decided")}</h2>
          <ul class="lines">
            {read.decided.map((one) => (
              <Row key={one.adjustment.id} one={one} />
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

function Row({ one }: { one: Listed }) {
  const { adjustment, currency, receipts } = one;
  const [before, after] = [sumOf(one, "old_value"), sumOf(one, "new_value")];
  const known = receipts.filter((receipt) => receipt.acknowledged_at).length;
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
            {receipts.length > 0 && ` · ${t("approvals.knownOf", { n: known, all: receipts.length })}`}
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
