/** One target: how it goes, why, and by what. Opens for oneself, or with ?person= for somebody of the team. */
import arrows from "lucide-static/icons/git-compare-arrows.svg?raw";
import { useState } from "preact/hooks";
import { clock } from "../core/clock";
import { dayShort, money } from "../core/format";
import { useLocation, useRoute } from "../core/router";
import { t } from "../core/words";
import { db, me, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { BurnUp } from "../ui/burn-up";
import { Glyph } from "../ui/glyph";
import { Lane } from "../ui/lane";
import { PageBar } from "../ui/page-bar";
import { PaceChip, PaceInline } from "../ui/pace-chip";
import { OfflineStrip } from "../ui/sync-chip";
import { type LineStanding, type Standing, lineNames, paceShown, presentTargets, standing } from "./queries";
import { periodName } from "./targets";
import "./targets.css";
import "./words";

export default function TargetScreen() {
  const { params } = useRoute();
  const { query } = useLocation();
  const person = query.person ?? me().id;
  const today = clock.today();
  const read = useLive(() => readTarget(person, params.periodStart ?? "", query.plan, today), [person, params.periodStart, query.plan, today], { keep: true });
  const name = read?.standing ? t("targets.titleOf", { period: periodName(read.standing) }) : t("targets.title");
  return (
    <main class="page target">
      <PageBar name={person === me().id ? name : t("targets.ofPerson", { name: read?.person ?? "", period: name })} parent="/targets" />
      <OfflineStrip />
      {read && !read.standing && <p class="page-lead">{t("targets.none")}</p>}
      {read?.standing && <Detail read={read} standing={read.standing} today={today} isOwn={person === me().id} />}
      {!read && <div class="skeleton target-chart-skeleton" />}
    </main>
  );
}

interface Read {
  person: string;
  standing: Standing | undefined;
  lines: Map<string, string>;
  customers: { id: string; name: string; amount: number }[];
  /** The name of whoever has an open request about this target. */
  waitingFor: string | null;
}

async function readTarget(personId: string, start: string, planId: string | undefined, today: string): Promise<Read> {
  const rows = (await presentTargets(personId)).filter((row) => row.period_start === start && (!planId || row.plan_id === planId));
  const row = rows[0];
  const plan = row && (await db().plan.get(row.plan_id));
  const found = row && plan ? await standing(personId, plan, [row.period_start, row.period_end], today) : undefined;
  const ids = Object.keys(found?.customers ?? {});
  const names = new Map((await db().customer.bulkGet(ids)).filter((one) => one !== undefined).map((one) => [one.id, one.name]));
  const open = await db().adjustment.where("status").equals("submitted").toArray();
  const mine = open.find((one) => (one.cells as { target_id: string }[]).some((cell) => rows.some((target) => target.id === cell.target_id)));
  return {
    person: (await db().person.get(personId))?.name ?? "",
    standing: found,
    lines: await lineNames(),
    customers: Object.entries(found?.customers ?? {})
      .map(([id, amount]) => ({ id, name: names.get(id) ?? "–", amount }))
      .sort((a, b) => b.amount - a.amount || (a.id < b.id ? -1 : 1)),
    waitingFor: mine ? ((await db().person.get(mine.approver_id))?.name ?? "") : null,
  };
}

function Detail({ read, standing: one, today, isOwn }: { read: Read; standing: Standing; today: string; isOwn: boolean }) {
  const { pace, plan } = one;
  const row = (minor: number) => money(minor, plan.currency, { style: "row" });
  const isOver = today > one.period[1];
  const name = (line: string | null) => (line ? (read.lines.get(line) ?? "–") : t("targets.noLine"));
  return (
    <>
      <p class="today-label">{t("targets.done")}</p>
      <div class="target-head">
        <Amount minor={pace.actual} currency={plan.currency} size="large" />
        <span class="target-of">{t("targets.of", { amt: money(pace.target, plan.currency, { style: "text" }) })}</span>
        <PaceChip {...paceShown(pace)} />
      </div>
      <BurnUp
        days={Object.keys(one.weights).map((on) => ({ on, asked: one.days[on] ?? 0, done: one.credited[on] ?? 0 }))}
        today={today}
        target={pace.target}
        actual={pace.actual}
        expected={pace.expected}
        forecast={isOver ? null : one.forecast}
        currency={plan.currency}
        shown={paceShown(pace)}
        label={t("targets.chart", { actual: row(pace.actual), expected: row(pace.expected), target: row(pace.target) })}
        words={{
          target: t("targets.line", { amt: row(pace.target) }),
          today: t("targets.today", { n: dayShort(today) }),
          forecast: t(one.period_kind === "month" ? "targets.forecast" : "targets.forecastEnd", { amt: row(one.forecast ?? 0) }),
        }}
      />
      <p class="target-cause">{causeOf(one, name)}</p>
      {!isOver && one.forecast === null && <p class="page-note">{t("targets.little")}</p>}
      <Breakdown one={one} name={name} customers={read.customers} today={today} />
      {isOwn && !isOver && (
        <div class="dock-plain">
          {read.waitingFor !== null && <p class="page-note">{t("targets.waitingRequest", { name: read.waitingFor })}</p>}
          <a class="big-button is-outline" href={`/request?target=${worst(one.lines, one)}`} data-testid="request-adjustment">
            <Glyph svg={arrows} size={22} />
            {t("adj.request")}
          </a>
        </div>
      )}
    </>
  );
}

/** The line that is furthest behind: what a request is most likely about. */
function worst(lines: readonly LineStanding[], one: Standing): string {
  const line = [...lines].sort((a, b) => a.actual - a.pace.expected - (b.actual - b.pace.expected))[0];
  return one.leaves.find((leaf) => leaf.product_line_id === (line?.product_line_id ?? null))?.id ?? one.leaves[0]?.id ?? "";
}

/** One sentence names the line that most of the gap lies in. */
function causeOf(one: Standing, name: (line: string | null) => string) {
  const { pace, plan } = one;
  const amount = (minor: number) => money(minor, plan.currency, { style: "text" });
  const gap = pace.expected - pace.actual;
  if (gap <= 0) return gap < 0 ? t("targets.aheadBy", { amt: amount(-gap) }) : null;
  const behind = one.lines.map((line) => ({ line, gap: line.pace.expected - line.actual })).sort((a, b) => b.gap - a.gap);
  const first = behind[0];
  const isMost = first && first.gap * 2 > gap;
  return (
    <>
      {t("targets.cause", { gap: amount(gap) })}
      {first && isMost ? (
        <>
          <strong>{t(first.gap * 10 >= gap * 9 ? "targets.causeAll" : "targets.causeMost", { name: name(first.line.product_line_id) })}</strong>
          {t("targets.causeAmount", { amt: money(-first.gap, plan.currency, { style: "text" }) })}
        </>
      ) : (
        <>
          <strong>{t("targets.causeSpread")}</strong>
          {t("targets.causeEnd")}
        </>
      )}
      {pace.needed_today !== null && pace.needed_today > 0 && t("targets.needs", { amt: amount(pace.needed_today) })}
    </>
  );
}

type View = "line" | "customer" | "day";

function Breakdown({ one, name, customers, today }: { one: Standing; name: (line: string | null) => string; customers: Read["customers"]; today: string }) {
  const [view, setView] = useState<View>("line");
  const views: [View, string][] = [
    ["line", t("targets.byLine")],
    ["customer", t("targets.byCustomer")],
    ["day", t("targets.byDay")],
  ];
  return (
    <section>
      <div class="slant-tabs" role="tablist">
        {views.map(([key, text]) => (
          <button key={key} type="button" role="tab" aria-selected={view === key} onClick={() => setView(key)}>
            {text}
          </button>
        ))}
      </div>
      {view === "line" && <Lines one={one} name={name} />}
      {view === "customer" && <Customers customers={customers} currency={one.plan.currency} />}
      {view === "day" && <Days one={one} today={today} />}
    </section>
  );
}

function Lines({ one, name }: { one: Standing; name: (line: string | null) => string }) {
  const row = (minor: number) => money(minor, one.plan.currency, { style: "row" });
  return (
    <ul class="lines is-plain">
      {one.lines.map((line) => (
        <li key={line.product_line_id ?? ""}>
          <span class="line-text">
            <span class="line-title">{name(line.product_line_id)}</span>
            <span class="line-sub">{`${row(line.actual)} / ${row(line.target)}`}</span>
          </span>
          <Lane target={line.target} actual={line.actual} expected={line.pace.expected} shown={paceShown(line.pace)} />
          <span class="line-pace">
            <PaceInline {...paceShown(line.pace)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Customers({ customers, currency }: { customers: Read["customers"]; currency: string }) {
  if (customers.length === 0) return <p class="page-note">{t("targets.noCustomers")}</p>;
  return (
    <ul class="lines is-plain">
      {customers.map(({ id, name, amount }) => (
        <li key={id}>
          <a class="line-link" href={`/customers/${id}`}>
            <span class="line-text">
              <span class="line-title">{name}</span>
            </span>
            <Amount minor={amount} currency={currency} style="row" />
          </a>
        </li>
      ))}
    </ul>
  );
}

function Days({ one, today }: { one: Standing; today: string }) {
  const row = (minor: number) => money(minor, one.plan.currency, { style: "row" });
  const days = Object.keys(one.weights).filter((on) => (one.days[on] ?? 0) !== 0 || (one.credited[on] ?? 0) !== 0);
  return (
    <table class="day-table">
      <thead>
        <tr>
          <th scope="col">{t("targets.dayHead")}</th>
          <th scope="col">{t("targets.dayAsked")}</th>
          <th scope="col">{t("targets.dayDone")}</th>
        </tr>
      </thead>
      <tbody>
        {days.map((on) => (
          <tr key={on} aria-current={on === today ? "date" : undefined}>
            <th scope="row">{dayShort(on)}</th>
            <td>{row(one.days[on] ?? 0)}</td>
            <td>{on > today ? "" : row(one.credited[on] ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
