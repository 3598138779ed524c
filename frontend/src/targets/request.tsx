/** Asking for another target: which, how much, from when, why; before and after in figures. Works offline. */
import minus from "lucide-static/icons/minus.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../core/clock";
import { minorDigits, money, moneyDelta, parseMoney } from "../core/format";
import { back, useLocation } from "../core/router";
import { t } from "../core/words";
import { type DraftOf, db, draft, me, mutate, newId, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import { OfflineStrip } from "../ui/sync-chip";
import { toast } from "../ui/toast";
import { dayWeights, lineNames, presentTargets, type TargetRow, toLeaf } from "./queries";
import * as rules from "./rules";
import { periodName } from "./targets";
import "./targets.css";
import "./words";

interface Values {
  target: string;
  amount: string;
  from: string;
  reason: string;
}

export default function RequestScreen() {
  const { query } = useLocation();
  const today = clock.today();
  const person = me().id;
  const read = useLive(() => readTargets(person, query.target), [person, query.target]);
  if (!read) return <main class="page" />;
  if (read.rows.length === 0) {
    return (
      <main class="page">
        <PageBar name={t("adj.request")} parent="/targets" isFlow />
        <p class="page-lead">{t("targets.none")}</p>
      </main>
    );
  }
  return <Form key={read.chosen.id} read={read} today={today} />;
}

interface Read {
  chosen: TargetRow;
  rows: TargetRow[];
  names: Map<string, string>;
  weights: rules.Days;
  version: number;
  approver: string;
  currency: string;
}

async function readTargets(personId: string, targetId: string | undefined): Promise<Read> {
  const present = await presentTargets(personId);
  const today = clock.today();
  const chosen = present.find((row) => row.id === targetId) ?? present.find((row) => row.period_start <= today && today <= row.period_end) ?? present[0];
  const rows = chosen ? present.filter((row) => row.plan_id === chosen.plan_id && row.period_start === chosen.period_start && row.period_end === chosen.period_end) : [];
  const plan = chosen && (await db().plan.get(chosen.plan_id));
  const manager = me().person.manager_id;
  return {
    chosen: chosen as TargetRow,
    rows,
    names: await lineNames(),
    weights: chosen ? await dayWeights(personId, chosen.period_start, chosen.period_end) : {},
    version: plan?.version ?? 1,
    approver: (manager && (await db().person.get(manager))?.name) || t("adj.manager"),
    currency: chosen?.currency ?? me().organization.currency,
  };
}

function Form({ read, today }: { read: Read; today: string }) {
  const { rows, currency, chosen, approver } = read;
  const kept = draft<Values>(`request:${chosen.plan_id}:${chosen.period_start}`);
  const [values, setValues] = useState<Values>({ target: chosen.id, amount: typed(chosen.value, currency), from: today, reason: "" });
  const [problem, setProblem] = useState<string | null>(null);
  useRestored(kept, (found) => rows.some((row) => row.id === found.target) && setValues(found));
  const change = (some: Partial<Values>) => {
    const next = { ...values, ...some };
    setValues(next);
    setProblem(null);
    void kept.set(next);
  };
  const row = rows.find((one) => one.id === values.target) ?? chosen;
  const amount = parseMoney(values.amount, currency);
  const step = stepOf(row.value, currency);
  const isOver = row.period_end < today;
  const send = async () => {
    if (amount === null) return setProblem(t("adj.bad"));
    if (amount === row.value) return setProblem(t("adj.needChange"));
    if (values.reason.trim().length < 5) return setProblem(t("adj.needReason"));
    await mutate("targets.request_adjustment", {
      id: newId(),
      plan_id: row.plan_id,
      seen_version: read.version,
      effective_from: values.from,
      reason: values.reason.trim(),
      photos: [],
      cells: [{ target_id: row.id, new_value: amount }],
    });
    await kept.clear();
    toast(t("adj.sent", { name: approver }));
    back(`/targets/${row.period_start}`);
  };
  return (
    <main class="page request">
      <PageBar name={t("adj.request")} parent={`/targets/${row.period_start}`} isFlow />
      <OfflineStrip />
      {isOver && <p class="form-error">{t("adj.over")}</p>}
      <Before rows={rows} row={row} amount={amount ?? row.value} read={read} today={today} from={values.from} />
      {rows.length > 1 && (
        <fieldset class="plain-set">
          <legend>{t("adj.which")}</legend>
          <div class="choices">
            {rows.map((one) => (
              <button key={one.id} type="button" aria-pressed={one.id === row.id} onClick={() => change({ target: one.id, amount: typed(one.value, currency) })}>
                {one.product_line_id ? (read.names.get(one.product_line_id) ?? "–") : t("targets.noLine")}
              </button>
            ))}
          </div>
        </fieldset>
      )}
      <label class="field">
        <span>{t("adj.new")}</span>
        <span class="amount-step">
          <button type="button" class="step" aria-label={t("adj.less")} onClick={() => change({ amount: typed(Math.max(0, (amount ?? row.value) - step), currency) })}>
            <Glyph svg={minus} />
          </button>
          <input inputMode="decimal" value={values.amount} data-testid="new-amount" onInput={(event) => change({ amount: event.currentTarget.value })} />
          <button type="button" class="step" aria-label={t("adj.more")} onClick={() => change({ amount: typed((amount ?? row.value) + step, currency) })}>
            <Glyph svg={plus} />
          </button>
        </span>
      </label>
      <label class="field">
        <span>{t("adj.from")}</span>
        <input
          type="date"
          value={values.from}
          min={today > row.period_start ? today : row.period_start}
          max={row.period_end}
          onInput={(event) => change({ from: event.currentTarget.value || today })}
        />
      </label>
      <label class="field">
        <span>{t("adj.why")}</span>
        <textarea
          rows={3}
          maxLength={2000}
          data-testid="reason"
          placeholder={t("adj.whyHint", { name: approver })}
          value={values.reason}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
      </label>
      <div class="dock-plain">
        {problem && (
          <p class="form-error" role="alert">
            {problem}
          </p>
        )}
        <button type="button" class="big-button" aria-disabled={isOver} data-testid="send-request" onClick={() => !isOver && void send()}>
          {t("adj.send", { name: approver })}
        </button>
      </div>
    </main>
  );
}

/** A form that was begun and left, or killed, comes back as it was. */
function useRestored(kept: DraftOf<Values>, restore: (found: Values) => void) {
  useEffect(() => {
    void kept.get().then((found) => found && restore(found));
  }, []);
}

function Before({ rows, row, amount, read, today, from }: { rows: TargetRow[]; row: TargetRow; amount: number; read: Read; today: string; from: string }) {
  const { currency } = read;
  const oldTotal = rows.reduce((sum, one) => sum + one.value, 0);
  const newTotal = oldTotal - row.value + amount;
  const days = rules.effect(rows.map(toLeaf), { [row.id]: amount }, me().person.manager_id ?? me().id, from, today, { [me().id]: read.weights }).people[0]?.days ?? [];
  const average = (field: "old_value" | "new_value") => (days.length ? Math.round(days.reduce((sum, one) => sum + one[field], 0) / days.length) : 0);
  const text = (minor: number) => money(minor, currency, { style: "row" });
  return (
    <section class="request-effect">
      <p class="today-label">{t("adj.total", { period: periodName({ period: [row.period_start, row.period_end], period_kind: row.period_kind }) })}</p>
      <div class="target-head">
        <span class="before">{text(oldTotal)}</span>
        <span aria-hidden="true">→</span>
        <Amount minor={newTotal} currency={currency} size="large" />
        <strong class="delta">{moneyDelta(newTotal - oldTotal, currency)}</strong>
      </div>
      {days.length > 0 && <p class="page-note">{t("adj.perDay", { old: text(average("old_value")), new: text(average("new_value")) })}</p>}
    </section>
  );
}

/** Minor units as a person would type them. */
const typed = (minor: number, currency: string): string => money(minor, currency, { style: "plain" }).replace(/^[^\d−]+/, "");

/** A step of about a twentieth of the target, round in the currency. */
function stepOf(value: number, currency: string): number {
  const unit = 10 ** minorDigits(currency);
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value / unit))) - 1);
  return size * unit;
}
