/** Asking for another target: one product line, a new value, why, from which day; with what it does shown at once. */
import arrow from "lucide-static/icons/arrow-right.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../core/clock";
import { money, moneyDelta, parseMoney } from "../core/format";
import { back, useLocation } from "../core/router";
import { t } from "../core/words";
import { db, draft, me, mutate, newId, useLive } from "../sync";
import { Glyph } from "../ui/glyph";
import { PaceInline } from "../ui/pace-chip";
import { PageBar } from "../ui/page-bar";
import { Button, Chips, Dock, Field } from "../ui/parts";
import { toast } from "../ui/toast";
import { periodName } from "./periods";
import { type Standing, lineNames, presentPeriod, standing, toLeaf } from "./queries";
import * as effects from "./effect";
import { paceShown } from "./queries";
import "./targets.css";
import "./words";

interface Filled {
  line: string;
  value: string;
  reason: string;
  from: string;
}

const SHORTEST_REASON = 5;

async function readForm(plan: string | undefined, period: string | undefined, today: string) {
  const names = await lineNames();
  const manager = me().person.manager_id ? await db().person.get(me().person.manager_id ?? "") : undefined;
  const found = await placeOf(plan, period, today);
  return { names, manager, standing: found && (await standing(me().id, found.plan, found.period, today)) };
}

async function placeOf(planId: string | undefined, start: string | undefined, today: string) {
  const rows = await db()
    .target.where("[person_id+period_start]")
    .equals([me().id, start ?? ""])
    .toArray();
  const row = rows.find((one) => one.to_version === null && (!planId || one.plan_id === planId));
  const plan = row && (await db().plan.get(row.plan_id));
  return plan && row ? { plan, period: [row.period_start, row.period_end] as const } : presentPeriod(me().id, today);
}

export default function RequestScreen() {
  const { query } = useLocation();
  const today = clock.today();
  const read = useLive(() => readForm(query.plan, query.period, today), [query.plan, query.period, today]);
  if (!read) return <main class="page" aria-busy="true" />;
  return (
    <main class="page">
      <PageBar name={t("adj.request")} parent="/targets" isFlow />
      {read.standing ? (
        <Form standing={read.standing} names={read.names} manager={read.manager?.name} line={query.line} today={today} />
      ) : (
        <p class="page-lead">{t("adj.noTarget")}</p>
      )}
    </main>
  );
}

interface Props {
  standing: Standing;
  names: Map<string, string>;
  manager: string | undefined;
  line: string | undefined;
  today: string;
}

function Form({ standing: place, names, manager, line, today }: Props) {
  const { currency } = place.plan;
  const kept = draft<Filled>(`request:${place.plan.id}:${place.period[0]}`);
  const first = place.leaves.find((leaf) => leaf.product_line_id === line) ?? place.leaves[0];
  const earliest = today > place.period[0] ? today : place.period[0];
  const [form, setForm] = useState<Filled>({ line: first?.id ?? "", value: "", reason: "", from: earliest });
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    void kept.get().then((found) => found && setForm({ ...found, from: found.from < earliest ? earliest : found.from }));
  }, []);
  const change = (part: Partial<Filled>) => {
    const next = { ...form, ...part };
    setForm(next);
    void kept.set(next);
  };
  const leaf = place.leaves.find((one) => one.id === form.line) ?? first;
  const value = parseMoney(form.value, currency);
  const wrongValue = value === null ? t("adj.badValue") : value === leaf?.value ? t("adj.same") : null;
  const wrongReason = form.reason.trim().length < SHORTEST_REASON ? t("adj.badReason") : null;
  const send = async () => {
    setTried(true);
    if (!leaf || value === null || wrongValue || wrongReason) return;
    setBusy(true);
    await mutate("targets.request_adjustment", {
      id: newId(),
      plan_id: place.plan.id,
      seen_version: place.plan.version,
      effective_from: form.from,
      reason: form.reason.trim(),
      photos: [],
      cells: [{ target_id: leaf.id, new_value: value }],
    });
    await kept.clear();
    toast(t("adj.sent"));
    back("/targets");
  };
  return (
    <form
      class="request"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p class="small-head">{periodName({ period_start: place.period[0], period_end: place.period[1] })}</p>
      {place.leaves.length > 1 && (
        <Field label={t("targets.line")}>
          <Chips
            label={t("targets.line")}
            options={place.leaves.map((one) => ({ key: one.id, label: names.get(one.product_line_id ?? "") ?? t("targets.allLines") }))}
            value={leaf ? [leaf.id] : []}
            onChange={([id]) => id && change({ line: id })}
          />
        </Field>
      )}
      <Field label={t("adj.newValue")} isRequired note={leaf && t("adj.now", { amt: money(leaf.value, currency) })} error={isTried ? wrongValue : null}>
        <input
          class="text-input is-money"
          inputMode="decimal"
          data-testid="new-amount"
          aria-label={t("adj.newValue")}
          aria-invalid={isTried && wrongValue ? "true" : undefined}
          value={form.value}
          onInput={(event) => change({ value: event.currentTarget.value })}
        />
      </Field>
      {leaf && value !== null && value !== leaf.value && <Preview place={place} leaf={leaf.id} value={value} from={form.from} today={today} />}
      <Field label={t("adj.reason")} isRequired error={isTried ? wrongReason : null}>
        <textarea
          class="text-input"
          data-testid="reason"
          aria-label={t("adj.reason")}
          placeholder={t("adj.reasonHint")}
          maxLength={2000}
          value={form.reason}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("adj.effective")}>
        <input
          class="text-input"
          type="date"
          aria-label={t("adj.effective")}
          min={earliest}
          max={place.period[1]}
          value={form.from}
          onInput={(event) => change({ from: event.currentTarget.value || earliest })}
        />
      </Field>
      <Dock>
        <Button type="submit" isBusy={isBusy} testid="send-request">
          {manager ? t("adj.send", { name: manager }) : t("adj.sendPlain")}
        </Button>
      </Dock>
    </form>
  );
}

/** Before and after: the total, a day on average, the pace. The approver sees the same arithmetic. */
function Preview({ place, leaf, value, from, today }: { place: Standing; leaf: string; value: number; from: string; today: string }) {
  const { currency } = place.plan;
  const { booked_today, actual } = place.pace;
  const effect = effects.effect(place.leaves.map(toLeaf), { [leaf]: value }, "", from, today, { [place.person_id]: place.weights }, [
    { person_id: place.person_id, period_start: place.period[0], period_end: place.period[1], before: actual - booked_today, today: booked_today },
  ]);
  const own = effect.people[0];
  if (!own) return null;
  const open = own.days.filter((day) => day.old_value > 0 || day.new_value > 0);
  const perDay = open.length > 0 ? Math.round(open.reduce((sum, day) => sum + day.new_value - day.old_value, 0) / open.length) : 0;
  return (
    <dl class="effect-lines" aria-live="polite">
      <div>
        <dt>{t("adj.yourTotal")}</dt>
        <dd class="display-num">
          <span class="was">{money(own.old_total, currency, { style: "row" })}</span>
          <Glyph svg={arrow} size={16} />
          {money(own.new_total, currency, { style: "row" })}
        </dd>
      </div>
      <div>
        <dt>{t("adj.perDay")}</dt>
        <dd class="display-num">{moneyDelta(perDay, currency)}</dd>
      </div>
      <div>
        <dt>{t("adj.pace")}</dt>
        <dd>
          <PaceInline {...paceShown(own.pace_before)} />
          <Glyph svg={arrow} size={16} />
          <PaceInline {...paceShown(own.pace_after)} />
        </dd>
      </div>
    </dl>
  );
}
