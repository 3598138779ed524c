/**
 * How people stand, read from the rows on this phone. The arithmetic is rules.ts; here is only what
 * it is fed with. A person's own receipts that wait to be sent count in their own pace.
 */
import { addDays as daysAfter, weekday } from "../core/clock";
import { db, me, type Row } from "../sync";
import * as rules from "./rules";

export type TargetRow = Row<"target">;

/** How a person stands with one product line, or with all that has none. */
export interface LineStanding {
  product_line_id: string | null;
  target: number;
  actual: number;
  days: rules.Days;
  pace: rules.Pace;
}

/** How a person stands in one period of a plan. Money in minor units of the plan's currency. */
export interface Standing {
  plan: Row<"plan">;
  person_id: string;
  period: rules.Period;
  period_kind: string;
  leaves: TargetRow[];
  weights: rules.Days;
  days: rules.Days;
  pace: rules.Pace;
  lines: LineStanding[];
  /** What was credited on each day up to today, waiting receipts included. */
  credited: rules.Days;
  customers: Record<string, number>;
  /** The part of today's and earlier credits that is not on the server yet. */
  pending: number;
  forecast: number | null;
}

/** The weight of each day of a person in hundredths: weekly pattern, special days, leave, coming and going. */
export async function dayWeights(personId: string, start: string, end: string): Promise<Record<string, number>> {
  const [person, organization, special, leave] = await Promise.all([
    db().person.get(personId),
    db().organization.get(me().organization.id),
    db().calendar_day.where("on").between(start, end, true, true).toArray(),
    db().leave.where("person_id").equals(personId).toArray(),
  ]);
  const pattern = new Set((organization?.workdays ?? [1, 2, 3, 4, 5]).map(Number));
  const kinds = new Map(special.map((one) => [one.on, one.kind]));
  const weights: Record<string, number> = {};
  for (let on = start; on <= end; on = daysAfter(on, 1)) {
    const kind = kinds.get(on);
    const isWorked = kind ? kind === "workday" : pattern.has(weekday(on));
    const isHere = (!person?.hired_on || person.hired_on <= on) && (!person?.left_on || on <= person.left_on);
    const off = leave.filter((one) => one.from_on <= on && on <= one.to_on).reduce((sum, one) => sum + one.share, 0);
    weights[on] = isWorked && isHere ? Math.max(0, 100 - off) : 0;
  }
  return weights;
}

/** A row as the rules see it. */
export const toLeaf = (row: TargetRow): rules.Leaf => ({
  id: row.id,
  person_id: row.person_id,
  product_line_id: row.product_line_id,
  period_start: row.period_start,
  period_end: row.period_end,
  value: row.value,
  frozen: row.frozen as rules.Days,
  frozen_until: row.frozen_until,
  is_unassigned: row.is_unassigned,
});

/** The present leaves of a person, what is unassigned left out. */
export async function presentTargets(personId: string): Promise<TargetRow[]> {
  const rows = await db().target.where("[person_id+period_start]").between([personId, ""], [personId, "￿"]).toArray();
  return rows.filter((row) => row.to_version === null && !row.is_unassigned);
}

interface Fact {
  on: string;
  amount: number;
  product_line_id: string | null;
  customer_id: string;
  isWaiting: boolean;
}

/** What counts for a person in a span of days: credits, and own receipts that the server does not have yet. */
async function facts(personId: string, metric: string, start: string, end: string): Promise<Fact[]> {
  const credits = await db().credit.where("[person_id+on]").between([personId, start], [personId, end], true, true).toArray();
  const found: Fact[] = credits.filter((one) => one.metric === metric).map((one) => ({ ...one, isWaiting: false }));
  if (metric !== "receipts") return found;
  const receipts = await db().receipt.where("received_on").between(start, end, true, true).toArray();
  for (const one of receipts) {
    if (one._v === 0 && one.person_id === personId && one.status !== "refused") {
      found.push({ on: one.received_on, amount: one.base_amount, product_line_id: one.product_line_id, customer_id: one.customer_id, isWaiting: true });
    }
  }
  return found;
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

const byDay = (list: readonly Fact[]): Record<string, number> => {
  const days: Record<string, number> = {};
  for (const { on, amount } of list) days[on] = (days[on] ?? 0) + amount;
  return days;
};

/** How a person stands on `today` in one period of a plan; undefined without a target. */
export async function standing(personId: string, plan: Row<"plan">, period: rules.Period, today: string): Promise<Standing | undefined> {
  const own = (await presentTargets(personId)).filter((row) => row.plan_id === plan.id);
  const leaves = own.filter((row) => row.period_start === period[0] && row.period_end === period[1]);
  if (leaves.length === 0) return undefined;
  const weights = await dayWeights(personId, period[0], period[1]);
  const counted = (await facts(personId, plan.metric, period[0], period[1])).filter((fact) => fact.on <= today);
  const days = rules.addDays(leaves.map((row) => rules.leafDays(toLeaf(row), weights)));
  const paceOf = (value: number, asked: rules.Days, list: readonly Fact[]) =>
    rules.pace(
      value,
      asked,
      weights,
      period,
      sum(list.filter((fact) => fact.on < today).map((fact) => fact.amount)),
      sum(list.filter((fact) => fact.on === today).map((fact) => fact.amount)),
      today,
    );
  const target = sum(leaves.map((row) => row.value));
  const pace = paceOf(target, days, counted);
  const customers: Record<string, number> = {};
  for (const fact of counted) customers[fact.customer_id] = (customers[fact.customer_id] ?? 0) + fact.amount;
  const closedDays = Object.entries(weights).filter(([day, weight]) => day < today && weight > 0).length;
  return {
    plan,
    person_id: personId,
    period,
    period_kind: leaves[0]?.period_kind ?? "free",
    leaves,
    weights,
    days,
    pace,
    lines: lineStandings(leaves, counted, weights, paceOf),
    credited: byDay(counted),
    customers,
    pending: sum(counted.filter((fact) => fact.isWaiting).map((fact) => fact.amount)),
    forecast:
      today > period[1]
        ? pace.actual
        : rules.forecast(pace.actual, pace.closed_weight, pace.total_weight, closedDays, await closedTotals(personId, plan, own, period[0]), null, target),
  };
}

function lineStandings(
  leaves: readonly TargetRow[],
  counted: readonly Fact[],
  weights: rules.Days,
  paceOf: (value: number, days: rules.Days, list: readonly Fact[]) => rules.Pace,
): LineStanding[] {
  return leaves.map((row) => {
    const list = leaves.length === 1 && row.product_line_id === null ? counted : counted.filter((fact) => fact.product_line_id === row.product_line_id);
    const days = rules.leafDays(toLeaf(row), weights);
    const pace = paceOf(row.value, days, list);
    return { product_line_id: row.product_line_id, target: row.value, actual: pace.actual, days, pace };
  });
}

/** What a person was credited in the earlier periods of the plan, oldest first. */
async function closedTotals(personId: string, plan: Row<"plan">, own: readonly TargetRow[], before: string): Promise<number[]> {
  const periods = [...new Map(own.filter((row) => row.period_end < before).map((row) => [row.period_start, row.period_end]))].sort().slice(-12);
  const first = periods[0];
  if (!first) return [];
  const list = await facts(personId, plan.metric, first[0], before);
  return periods.map(([start, end]) => sum(list.filter((fact) => start <= fact.on && fact.on <= end).map((fact) => fact.amount)));
}

/** The plan and period whose number is today's: of the plan made first the shortest period that holds the day. */
export async function presentPeriod(personId: string, today: string): Promise<{ plan: Row<"plan">; period: rules.Period } | undefined> {
  const rows = (await presentTargets(personId)).filter((row) => row.period_start <= today && today <= row.period_end);
  const plans = (await db().plan.bulkGet([...new Set(rows.map((row) => row.plan_id))])).filter((plan) => plan !== undefined);
  const plan = plans.sort((a, b) => compare(a.created_at, b.created_at) || compare(a.id, b.id))[0];
  if (!plan) return undefined;
  const length = (row: TargetRow) => Date.parse(row.period_end) - Date.parse(row.period_start);
  const row = rows.filter((one) => one.plan_id === plan.id).sort((a, b) => length(a) - length(b))[0];
  return row && { plan, period: [row.period_start, row.period_end] };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How a person stands today; undefined without a target for today. */
export async function standingToday(personId: string, today: string): Promise<Standing | undefined> {
  const found = await presentPeriod(personId, today);
  return found && standing(personId, found.plan, found.period, today);
}

/** A change that this person has not acknowledged yet, newest last. */
export async function openChanges(personId: string): Promise<Row<"change_receipt">[]> {
  const rows = await db().change_receipt.where("person_id").equals(personId).toArray();
  return rows.filter((row) => row.acknowledged_at === null).sort((a, b) => a.to_version - b.to_version);
}

/** Names of product lines by id. */
export async function lineNames(): Promise<Map<string, string>> {
  const lines = await db().product_line.toArray();
  return new Map(lines.sort((a, b) => a.sort - b.sort).map((line) => [line.id, line.name]));
}

/** A pace as the parts that show it take it: its state, and its days rounded to a tenth. */
export function paceShown(pace: rules.Pace): { state: rules.State; paceDays: number | null } {
  return { state: pace.state, paceDays: pace.pace_days ? rules.tenths(pace.pace_days) / 10 : null };
}

/** Somebody below, and how they stand today. */
export interface Member {
  person: Row<"person">;
  standing: Standing;
}

/** How everybody below a person stands in the period of today, from ahead to behind. */
export async function readTeam(personId: string, today: string): Promise<Member[]> {
  const people = await db().person.toArray();
  const reports = new Map(people.map((person) => [person.id, person.manager_id]));
  const isBelow = (id: string): boolean => {
    const seen = new Set<string>();
    for (let at = reports.get(id); at && !seen.has(at); at = reports.get(at)) {
      if (at === personId) return true;
      seen.add(at);
    }
    return false;
  };
  const found: Member[] = [];
  for (const person of people.filter((one) => one.is_active && isBelow(one.id))) {
    const standing = await standingToday(person.id, today);
    if (standing) found.push({ person, standing });
  }
  const days = ({ standing }: Member) => paceShown(standing.pace).paceDays ?? 0;
  return found.sort((a, b) => days(b) - days(a) || compare(a.person.id, b.person.id));
}
