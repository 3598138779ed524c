/** Requests to decide, and what they would do. The arithmetic is rules.effect, on rows that this phone holds. */
import { dayWeights, lineNames, toLeaf } from "../targets/queries";
import * as effects from "../targets/effect";
import type * as rules from "../targets/rules";
import { type Row, db, me } from "../sync";
import { mayDecide, presentApprover, readTree, waitingForMe } from "./tree";

export type Adjustment = Row<"adjustment">;

export interface Impact {
  effect: effects.Effect;
  /** The whole of the periods touched before and after, with those that it leaves alone. */
  total: Pick<effects.PeriodTotal, "old_total" | "new_total" | "remainder">;
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
  /** Of the latest version that this request made: an approval taken back has receipts of its own. */
  receipts: Row<"change_receipt">[];
  mayDecide: boolean;
  /** Why one's own decision was not taken, if it was not. */
  refusal: string | null;
}

/** Everything that the card shows; null if the request is not on this phone. */
export async function readCard(id: string, today: string): Promise<Card | null> {
  const adjustment = await db().adjustment.get(id);
  if (!adjustment) return null;
  const person = (key: string | null) => (key ? db().person.get(key) : Promise.resolve(undefined));
  const tree = await readTree();
  const approverId = adjustment.status === "submitted" ? presentApprover(tree, adjustment) : adjustment.approver_id;
  const [requester, approver, decider, plan, names, everybody, receipts, refused] = await Promise.all([
    person(adjustment.cells[0]?.person_id ?? adjustment.requester_id),
    person(approverId),
    person(adjustment.decided_by),
    db().plan.get(adjustment.plan_id),
    lineNames(),
    db().person.toArray(),
    db().change_receipt.where("adjustment_id").equals(id).toArray(),
    db().attention.toArray(),
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
    impact: adjustment.status === "submitted" && plan ? await impactOf({ ...adjustment, approver_id: approverId }, plan, everybody, today) : null,
    receipts: latestOf(receipts),
    mayDecide: mayDecide(tree, adjustment, me().id),
    refusal: refused.filter((one) => one.settled === null && (one.args as { id?: string } | null)?.id === id).sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.message ?? null,
  };
}

/** The receipts of the highest version among them, in order of people. */
export function latestOf(receipts: readonly Row<"change_receipt">[]): Row<"change_receipt">[] {
  const latest = Math.max(...receipts.map((one) => one.to_version));
  return receipts
    .filter((one) => one.to_version === latest)
    .sort((a, b) => (a.person_id < b.person_id ? -1 : a.person_id > b.person_id ? 1 : a.period_start < b.period_start ? -1 : 1));
}

const spanOf = (one: { period_start: string; period_end: string }): string => `${one.period_start}/${one.period_end}`;

async function impactOf(adjustment: Adjustment, plan: Row<"plan">, everybody: Row<"person">[], today: string): Promise<Impact | null> {
  const spans = new Set(adjustment.cells.map(spanOf));
  const touched = new Set(adjustment.cells.map((cell) => cell.person_id));
  const teams = new Set(everybody.filter((one) => touched.has(one.id)).map((one) => one.team_id));
  const circle = new Set([...everybody.filter((one) => one.team_id && teams.has(one.team_id)).map((one) => one.id), ...touched, adjustment.approver_id]);
  const all = await db().target.where("plan_id").equals(plan.id).toArray();
  const rows = all.filter((row) => row.to_version === null && circle.has(row.person_id) && spans.has(spanOf(row))).sort((a, b) => (a.id < b.id ? -1 : 1));
  // A later version has new rows in the same places, so a cell is found by its place.
  const changes: Record<string, number> = {};
  for (const cell of adjustment.cells) {
    const asked = all.find((one) => one.id === cell.target_id);
    const isHere = (one: (typeof rows)[number]) => one.person_id === cell.person_id && one.product_line_id === cell.product_line_id && spanOf(one) === spanOf(cell);
    const row = rows.find((one) => isHere(one) && one.is_unassigned === (asked?.is_unassigned ?? false));
    if (!row) return null;
    changes[row.id] = cell.new_value;
  }
  const weights: Record<string, rules.Days> = {};
  const booked: effects.Booked[] = [];
  const [start, end] = [least(adjustment.cells.map((cell) => cell.period_start)), greatest(adjustment.cells.map((cell) => cell.period_end))];
  for (const id of new Set([...touched, adjustment.approver_id])) {
    weights[id] = await dayWeights(id, start, end);
    if (!touched.has(id)) continue;
    for (const span of spans) booked.push(await bookedOf(id, plan.metric, span.split("/") as unknown as rules.Period, today));
  }
  const effect = effects.effect(rows.map(toLeaf), changes, adjustment.approver_id, adjustment.effective_from, today, weights, booked);
  const sum = (key: "old_total" | "new_total" | "remainder") => effect.totals.reduce((total, one) => total + one[key], 0);
  const rest = rows.filter((row) => !touched.has(row.person_id) && !row.is_unassigned);
  return {
    effect,
    total: { old_total: sum("old_total"), new_total: sum("new_total"), remainder: sum("remainder") },
    others: { count: new Set(rest.map((row) => row.person_id)).size, total: rest.reduce((total, row) => total + row.value, 0) },
  };
}

const least = (days: string[]): string => [...days].sort()[0] ?? "";
const greatest = (days: string[]): string => [...days].sort().at(-1) ?? "";

async function bookedOf(personId: string, metric: string, [start, end]: rules.Period, today: string): Promise<effects.Booked> {
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

export interface List {
  /** What this person may decide now, oldest first. */
  waiting: Listed[];
  /** What they asked for themselves and has no answer, latest first. */
  own: Listed[];
  decided: Listed[];
  changes: Listed[];
}

/** Everything of the list. What makes a change known stands apart: who of those touched has acknowledged. */
export async function readList(): Promise<List> {
  const [names, tree, all] = await Promise.all([lineNames(), readTree(), db().adjustment.toArray()]);
  const list = async (adjustment: Adjustment): Promise<Listed> => ({
    adjustment,
    requester: (await db().person.get(adjustment.requester_id))?.name ?? "",
    line: adjustment.cells.length === 1 ? (names.get(adjustment.cells[0]?.product_line_id ?? "") ?? "") : "",
    currency: (await db().plan.get(adjustment.plan_id))?.currency ?? me().organization.currency,
    receipts: latestOf(await db().change_receipt.where("adjustment_id").equals(adjustment.id).toArray()),
  });
  const latestFirst = (a: Adjustment, b: Adjustment) => ((a.decided_at ?? a.submitted_at) < (b.decided_at ?? b.submitted_at) ? 1 : -1);
  const waiting = all.filter((one) => mayDecide(tree, one, me().id)).sort((a, b) => (a.submitted_at < b.submitted_at ? -1 : 1));
  const own = all.filter((one) => one.requester_id === me().id && one.status === "submitted").sort(latestFirst);
  const decided = await Promise.all(
    all
      .filter((one) => one.status !== "submitted" && (one.status !== "withdrawn" || one.requester_id === me().id))
      .sort(latestFirst)
      .slice(0, 50)
      .map(list),
  );
  const changes = decided.filter((one) => one.receipts.some((receipt) => receipt.person_id !== me().id)).slice(0, 10);
  return { waiting: await Promise.all(waiting.map(list)), own: await Promise.all(own.map(list)), decided, changes };
}

export { waitingForMe };
