/** Requests to decide, and what they would do. The arithmetic is rules.effect, on rows that this phone holds. */
import { dayWeights, lineNames, toLeaf } from "../targets/queries";
import * as rules from "../targets/rules";
import { type Row, db, me } from "../sync";

export type Adjustment = Row<"adjustment">;

export interface Impact {
  effect: rules.Effect;
  /** The whole of the period before and after, with those that it leaves alone. */
  total: rules.PeriodTotal;
  others: { count: number; total: number };
}

export interface Card {
  adjustment: Adjustment;
  requester: Row<"person"> | undefined;
  approver: Row<"person"> | undefined;
  decider: Row<"person"> | undefined;
  team: Row<"team"> | undefined;
  plan: Row<"plan"> | undefined;
  names: Map<string, string>;
  people: Map<string, string>;
  /** Null once it is decided, or where a target of it is gone. */
  impact: Impact | null;
  receipts: Row<"change_receipt">[];
}

/** Everything that the card shows; null if the request is not on this phone. */
export async function readCard(id: string, today: string): Promise<Card | null> {
  const adjustment = await db().adjustment.get(id);
  if (!adjustment) return null;
  const person = (key: string | null) => (key ? db().person.get(key) : Promise.resolve(undefined));
  const [requester, approver, decider, plan, names, everybody, receipts] = await Promise.all([
    person(adjustment.cells[0]?.person_id ?? adjustment.requester_id),
    person(adjustment.approver_id),
    person(adjustment.decided_by),
    db().plan.get(adjustment.plan_id),
    lineNames(),
    db().person.toArray(),
    db().change_receipt.where("adjustment_id").equals(id).toArray(),
  ]);
  return {
    adjustment,
    requester: (await person(adjustment.requester_id)) ?? requester,
    approver,
    decider,
    team: requester?.team_id ? await db().team.get(requester.team_id) : undefined,
    plan,
    names,
    people: new Map(everybody.map((one) => [one.id, one.name])),
    impact: adjustment.status === "submitted" && plan ? await impactOf(adjustment, plan, everybody, today) : null,
    receipts: receipts.sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

async function impactOf(adjustment: Adjustment, plan: Row<"plan">, everybody: Row<"person">[], today: string): Promise<Impact | null> {
  const first = adjustment.cells[0];
  if (!first) return null;
  const touched = new Set(adjustment.cells.map((cell) => cell.person_id));
  const teams = new Set(everybody.filter((one) => touched.has(one.id)).map((one) => one.team_id));
  const circle = new Set([...everybody.filter((one) => teams.has(one.team_id)).map((one) => one.id), ...touched, adjustment.approver_id]);
  const rows = (await db().target.where("plan_id").equals(plan.id).toArray())
    .filter((row) => row.to_version === null && circle.has(row.person_id))
    .filter((row) => row.period_start === first.period_start && row.period_end === first.period_end)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  // A later version has new rows in the same places, so a cell is found by its place.
  const changes: Record<string, number> = {};
  for (const cell of adjustment.cells) {
    const row = rows.find((one) => one.person_id === cell.person_id && one.product_line_id === cell.product_line_id && !one.is_unassigned);
    if (!row) return null;
    changes[row.id] = cell.new_value;
  }
  const period: rules.Period = [first.period_start, first.period_end];
  const weights: Record<string, rules.Days> = {};
  const booked: rules.Booked[] = [];
  for (const id of new Set([...touched, adjustment.approver_id])) {
    weights[id] = await dayWeights(id, period[0], period[1]);
    if (touched.has(id)) booked.push(await bookedOf(id, plan.metric, period, today));
  }
  const effect = rules.effect(rows.map(toLeaf), changes, adjustment.approver_id, adjustment.effective_from, today, weights, booked);
  const total = effect.totals[0];
  if (!total) return null;
  const rest = rows.filter((row) => !touched.has(row.person_id) && !row.is_unassigned);
  return { effect, total, others: { count: new Set(rest.map((row) => row.person_id)).size, total: rest.reduce((sum, row) => sum + row.value, 0) } };
}

async function bookedOf(personId: string, metric: string, [start, end]: rules.Period, today: string): Promise<rules.Booked> {
  const credits = (await db().credit.where("[person_id+on]").between([personId, start], [personId, end], true, true).toArray()).filter((one) => one.metric === metric);
  const sum = (list: typeof credits) => list.reduce((total, one) => total + one.amount, 0);
  return { person_id: personId, period_start: start, period_end: end, before: sum(credits.filter((one) => one.on < today)), today: sum(credits.filter((one) => one.on === today)) };
}

export interface Listed {
  adjustment: Adjustment;
  requester: string;
  line: string;
  currency: string;
  receipts: Row<"change_receipt">[];
}

/** The requests that wait for this person (oldest first), and those decided, latest first. */
export async function readList(): Promise<{ waiting: Listed[]; decided: Listed[] }> {
  const names = await lineNames();
  const list = async (adjustment: Adjustment): Promise<Listed> => ({
    adjustment,
    requester: (await db().person.get(adjustment.requester_id))?.name ?? "",
    line: adjustment.cells.length === 1 ? (names.get(adjustment.cells[0]?.product_line_id ?? "") ?? "") : "",
    currency: (await db().plan.get(adjustment.plan_id))?.currency ?? me().organization.currency,
    receipts: await db().change_receipt.where("adjustment_id").equals(adjustment.id).toArray(),
  });
  const all = await db().adjustment.toArray();
  const waiting = all.filter((one) => one.status === "submitted" && one.approver_id === me().id).sort((a, b) => (a.submitted_at < b.submitted_at ? -1 : 1));
  const decided = all
    .filter((one) => one.status !== "submitted" && one.status !== "withdrawn")
    .sort((a, b) => ((a.decided_at ?? "") < (b.decided_at ?? "") ? 1 : -1))
    .slice(0, 50);
  return { waiting: await Promise.all(waiting.map(list)), decided: await Promise.all(decided.map(list)) };
}
