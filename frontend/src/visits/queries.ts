/** What the visit flow shows, read from the rows on this phone. */
import { clock } from "../core/clock";
import { type AttentionEntry, db, me, newId, type Row } from "../sync";

export interface VisitRead {
  visit: Row<"visit"> | undefined;
  customer: Row<"customer"> | undefined;
  /** The visit types to choose from, or the one that the visit was started on or planned with. */
  types: Row<"visit_type">[];
  /** Answers of the last finished visit of the same kind here, by step. */
  before: Record<string, unknown>;
  /** Its place in the day's route, from 1; null for one that is not planned. */
  place: { n: number; of: number } | null;
  productLines: Row<"product_line">[];
  /** The product line of the customer's latest order. */
  usualLine: string | null;
  /** Receipts that were reported with this visit. */
  receipts: Row<"receipt">[];
  tasks: Row<"task">[];
  /** The report of this visit that was not accepted, if there is one: the next one takes its place. */
  refused: AttentionEntry | undefined;
}

export async function readVisit(id: string, customerId: string | undefined): Promise<VisitRead> {
  const visit = await db().visit.get(id);
  const customer = await db().customer.get(visit?.customer_id ?? customerId ?? "");
  const at = customer?.id ?? "";
  const types = await typesFor(visit);
  const receipts = await db().receipt.where("customer_id").equals(at).toArray();
  return {
    visit,
    customer,
    types,
    before: await answersBefore(at, id, types),
    place: visit ? await placeOf(visit) : null,
    productLines: (await db().product_line.toArray()).sort((a, b) => a.sort - b.sort),
    usualLine: await usualLine(at),
    receipts: receipts.filter((one) => one.visit_id === id && one.status !== "refused"),
    tasks: await tasksOf(visit),
    refused: (await db().attention.toArray()).find((one) => one.name === "visits.finish" && one.status === "rejected" && (one.args as { id?: string }).id === id),
  };
}

/** What was agreed in a visit: its next step, and the further tasks that were made for the customer during it. */
async function tasksOf(visit: Row<"visit"> | undefined): Promise<Row<"task">[]> {
  if (!visit?.checked_in_at) return [];
  const [from, to] = [visit.checked_in_at, visit.checked_out_at ?? "9999"];
  const tasks = await db().task.where("customer_id").equals(visit.customer_id).toArray();
  const isHere = (task: Row<"task">) => task.visit_id === visit.id || (task.person_id === visit.person_id && from <= task.created_at && task.created_at <= to);
  return tasks.filter(isHere).sort((a, b) => (a.due_on ?? "9999").localeCompare(b.due_on ?? "9999") || (a.id < b.id ? -1 : 1));
}

/** A visit that was begun finishes on its version; one that is only planned starts on the live version of its kind. */
async function typesFor(visit: Row<"visit"> | undefined): Promise<Row<"visit_type">[]> {
  const all = await db().visit_type.toArray();
  const named = all.find((type) => type.id === visit?.visit_type_id);
  if (named && visit?.status !== "planned") return [named];
  const live = all.filter((type) => type.is_live).sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
  const same = live.filter((type) => type.code === named?.code);
  return same.length ? same : live;
}
const rank = (type: Row<"visit_type">): number => (type.code === "routine" ? 0 : 1);

async function answersBefore(customerId: string, visitId: string, types: readonly Row<"visit_type">[]): Promise<Record<string, unknown>> {
  const codes = new Map((await db().visit_type.toArray()).map((type) => [type.id, type.code]));
  const wanted = new Set(types.map((type) => type.code));
  const done = (await db().visit.where("customer_id").equals(customerId).toArray())
    .filter((visit) => visit.id !== visitId && visit.status === "done" && wanted.has(codes.get(visit.visit_type_id ?? "") ?? ""))
    .sort((a, b) => (a.planned_on < b.planned_on ? 1 : -1));
  return done[0]?.answers ?? {};
}

async function placeOf(visit: Row<"visit">): Promise<{ n: number; of: number } | null> {
  const day = await db().visit.where("[person_id+planned_on]").equals([visit.person_id, visit.planned_on]).toArray();
  const start = (one: Row<"visit">) => one.planned_at ?? (one.is_planned ? "99:99" : "00:00");
  const route = day.filter((one) => one.status !== "cancelled").sort((a, b) => start(a).localeCompare(start(b)) || a.sort - b.sort || (a.id < b.id ? -1 : 1));
  const n = route.findIndex((one) => one.id === visit.id);
  return n < 0 ? null : { n: n + 1, of: route.length };
}

async function usualLine(customerId: string): Promise<string | null> {
  const orders = (await db().order.where("customer_id").equals(customerId).toArray()).sort((a, b) => (a.ordered_on < b.ordered_on ? 1 : -1));
  const product = orders[0]?.lines[0]?.product_id;
  return product ? ((await db().product.get(product))?.product_line_id ?? null) : null;
}

/** The visit that a tap on "check in" at a customer means: the one under way, today's planned one, or a new one. */
export async function visitFor(customerId: string): Promise<string> {
  const today = clock.today();
  const own = (await db().visit.where("customer_id").equals(customerId).toArray()).filter((visit) => visit.person_id === me().id);
  const open = own.find((visit) => visit.status === "open");
  const planned = own.filter((visit) => visit.status === "planned" && visit.planned_on === today).sort((a, b) => (a.planned_at ?? "99").localeCompare(b.planned_at ?? "99"))[0];
  return (open ?? planned)?.id ?? newId();
}
