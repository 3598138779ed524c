/** A visit with everything that its three steps need. */
import { clock } from "../core/clock";
import { type Row, db, me } from "../sync";
import { type Standing, standingToday } from "../targets/queries";

export interface VisitPage {
  visit: Row<"visit">;
  customer: Row<"customer"> | undefined;
  type: Row<"visit_type"> | undefined;
  /** What was answered here the last time, by step. */
  last: Record<string, unknown>;
  /** Which stop of the day it is, of how many; the next one that is open. */
  number: number;
  count: number;
  next: { visit: Row<"visit">; customer: Row<"customer"> | undefined; number: number } | null;
  standing: Standing | undefined;
}

/** Null if the visit is not on this phone; with a customer it is one that nobody planned and that begins now. */
export async function readVisit(id: string, customerId?: string): Promise<VisitPage | null> {
  const visit = (await db().visit.get(id)) ?? (customerId ? unplanned(id, customerId) : undefined);
  if (!visit) return null;
  const [customer, types, before, day] = await Promise.all([
    db().customer.get(visit.customer_id),
    db().visit_type.toArray(),
    db().visit.where("customer_id").equals(visit.customer_id).toArray(),
    db().visit.where("[person_id+planned_on]").equals([visit.person_id, visit.planned_on]).toArray(),
  ]);
  // A visit finishes on the version that it was started on.
  const type = types.find((one) => one.id === visit.visit_type_id) ?? types.filter((one) => one.is_live).sort((a, b) => (a.code === "routine" ? -1 : b.code === "routine" ? 1 : a.code < b.code ? -1 : 1))[0];
  const last = before.filter((one) => one.id !== id && one.status === "done").sort((a, b) => ((a.checked_out_at ?? "") < (b.checked_out_at ?? "") ? 1 : -1))[0];
  const stops = day.filter((one) => one.status !== "cancelled").sort((a, b) => (a.planned_at ?? "00:00").localeCompare(b.planned_at ?? "00:00") || a.sort - b.sort || (a.id < b.id ? -1 : 1));
  const at = stops.findIndex((one) => one.id !== id && one.status !== "done");
  const next = stops[at];
  return {
    visit,
    customer,
    type,
    last: (last?.answers ?? {}) as Record<string, unknown>,
    number: stops.findIndex((one) => one.id === id) + 1 || stops.length + 1,
    count: stops.some((one) => one.id === id) ? stops.length : stops.length + 1,
    next: next ? { visit: next, customer: await db().customer.get(next.customer_id), number: at + 1 } : null,
    standing: await standingToday(me().id, clock.today()),
  };
}

const unplanned = (id: string, customer_id: string): Row<"visit"> =>
  ({ id, customer_id, person_id: me().id, visit_type_id: null, status: "planned", is_planned: false, planned_on: clock.today(), planned_at: null, sort: 0, distance_m: null, currency: null }) as unknown as Row<"visit">;
