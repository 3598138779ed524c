/** One period: how it went so far, the cause of the gap in a sentence, and where it lies. */
import pullRequest from "lucide-static/icons/git-compare-arrows.svg?raw";
import { useState } from "preact/hooks";
import { clock } from "../core/clock";
import { day, money } from "../core/format";
import { useLocation, useRoute } from "../core/router";
import { t } from "../core/words";
import { db, me, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { Lane } from "../ui/lane";
import { PaceChip, PaceInline } from "../ui/pace-chip";
import { PageBar } from "../ui/page-bar";
import { Button, Dock, Tabs } from "../ui/parts";
import { OfflineStrip } from "../ui/sync-chip";
import { BurnUp } from "./burn-up";
import { isMonth, periodName } from "./periods";
import { type Standing, lineNames, presentTargets, standing } from "./queries";
import { paceShown } from "./queries";
import "./targets.css";
import "./words";

async function readTarget(personId: string, start: string, planId: string | undefined, end: string | undefined, today: string) {
  const rows = (await presentTargets(personId)).filter((row) => row.period_start === start && (!planId || row.plan_id === planId) && (!end || row.period_end === end));
  const row = rows[0];
  const plan = row && (await db().plan.get(row.plan_id));
  const found = plan && row && (await standing(personId, plan, [row.period_start, row.period_end], today));
  if (!found) return null;
  const ids = Object.keys(found.customers);
  const customers = (await db().customer.bulkGet(ids)).map((customer, i) => ({ id: ids[i] ?? "", name: customer?.name ?? "–", amount: found.customers[ids[i] ?? ""] ?? 0 }));
  const open = await db()
    .adjustment.where("requester_id")
    .equals(personId)
    .filter((one) => one.status === "submitted" && one.plan_id === plan.id)
    .toArray();
  const person = personId === me().id ? null : ((await db().person.get(personId))?.name ?? null);
  return { person, standing: found, names: await lineNames(), customers: customers.sort((a, b) => b.amount - a.amount), open };
}

export default function TargetScreen() {
  const { periodStart = "" } = useRoute().params;
  const { query } = useLocation();
  const personId = query.person ?? me().id;
  const today = clock.today();
  const [by, setBy] = useState<"line" | "customer" | "byDay">("line");
  const read = useLive(() => readTarget(personId, periodStart, query.plan, query.end, today), [personId, periodStart, query.plan, query.end, today], { keep: true });
  if (read === undefined) return <main class="page" aria-busy="true" />;
  if (read === null) {
    return (
      <main class="page">
        <PageBar parent="/targets" />
        <h1 class="page-title">{t("targets.none")}</h1>
        <p class="page-lead">{t("targets.noneText")}</p>
      </main>
    );
  }
  const { person, standing: here, names, customers, open } = read;
  const { pace, plan, period } = here;
  const place = { period_start: period[0], period_end: period[1] };
  const isOver = today > period[1];
  return (
    <main class="page target">
      <PageBar name={[person, isMonth(place) ? t("targets.monthName", { month: periodName(place) }) : periodName(place)].filter(Boolean).join(" · ")} parent="/targets" />
      <OfflineStrip />
      <p class="small-label">{t("targets.done")}</p>
      <div class="big-row">
        <span>
          <Amount minor={pace.actual} currency={plan.currency} size="large" />{" "}
          <span class="of-target">{t("targets.of", { amt: money(pace.target, plan.currency, { style: "text" }) })}</span>
        </span>
        <PaceChip {...paceShown(pace)} />
      </div>
      <BurnUp standing={here} today={today} />
      <p class="cause">{causeOf(here, names)}</p>
      <Tabs
        tabs={[
          { key: "line", label: t("targets.line") },
          { key: "customer", label: t("targets.customer") },
          { key: "byDay", label: t("targets.byDay") },
        ]}
        value={by}
        onChange={setBy}
      />
      {by === "line" && <Lines here={here} names={names} />}
      {by === "customer" && <Customers customers={customers} currency={plan.currency} />}
      {by === "byDay" && <ByDay here={here} today={today} />}
      {!isOver && person === null && (
        <Dock note={open.length > 0 ? t("adj.pending") : undefined}>
          <Button kind="secondary" icon={pullRequest} href={`/request?plan=${plan.id}&period=${period[0]}`}>
            {t("adj.request")}
          </Button>
        </Dock>
      )}
    </main>
  );
}

/** The one sentence: which product line holds most of the gap. */
function causeOf({ pace, plan, lines }: Standing, names: Map<string, string>) {
  const gap = pace.expected - pace.actual;
  const worst = [...lines].map((line) => ({ line, missing: line.pace.expected - line.pace.actual })).sort((a, b) => b.missing - a.missing)[0];
  if (gap <= 0 || !worst || worst.missing <= 0) return t("targets.gapNone");
  const values = {
    gap: money(gap, plan.currency, { style: "text" }),
    name: names.get(worst.line.product_line_id ?? "") ?? t("targets.allLines"),
    amt: money(-worst.missing, plan.currency, { style: "text" }),
  };
  return t(worst.missing >= gap * 0.8 ? "targets.gapOne" : "targets.gapMost", values);
}

function Lines({ here, names }: { here: Standing; names: Map<string, string> }) {
  const { currency } = here.plan;
  return (
    <ul class="pace-rows">
      {here.lines.map(({ product_line_id, pace }) => (
        <li key={product_line_id} class="pace-row">
          <span class="pace-row-text">
            <span class="pace-row-name">{names.get(product_line_id ?? "") ?? t("targets.allLines")}</span>
            <span class="pace-row-sub">
              {money(pace.actual, currency, { style: "row" })} / {money(pace.target, currency, { style: "row" })}
            </span>
          </span>
          <Lane target={pace.target} actual={pace.actual} expected={pace.expected} shown={paceShown(pace)} />
          <PaceInline {...paceShown(pace)} />
        </li>
      ))}
    </ul>
  );
}

function Customers({ customers, currency }: { customers: { id: string; name: string; amount: number }[]; currency: string }) {
  if (customers.length === 0) return <p class="page-note">{t("targets.noBookings")}</p>;
  return (
    <ul class="lines">
      {customers.slice(0, 50).map((one) => (
        <li key={one.id}>
          <a class="line-link" href={`/customers/${one.id}`}>
            <span class="line-text">{one.name}</span>
            <span class="line-side display-num">{money(one.amount, currency, { style: "row" })}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function ByDay({ here, today }: { here: Standing; today: string }) {
  const { currency } = here.plan;
  const days = Object.keys(here.days).filter((on) => on <= today && ((here.weights[on] ?? 0) > 0 || here.credited[on]));
  if (days.length === 0) return <p class="page-note">{t("targets.noBookings")}</p>;
  return (
    <ul class="lines">
      {days.reverse().map((on) => (
        <li key={on}>
          <span class="line-text">{day(on)}</span>
          <span class="line-side display-num">
            {money(here.credited[on] ?? 0, currency, { style: "row" })} / {money(here.days[on] ?? 0, currency, { style: "row" })}
          </span>
        </li>
      ))}
    </ul>
  );
}
