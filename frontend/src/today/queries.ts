/** What Today shows, read from the rows on this phone. */
import { addDays, dayOf } from "../core/clock";
import { metresBetween } from "../core/geo";
import { db, type Row } from "../sync";
import { dayWeights, lineNames, openChanges, type Standing, standingToday } from "../targets/queries";

export interface Stop {
  visit: Row<"visit">;
  customer: Row<"customer"> | undefined;
  /** What the stop is expected to bring, in minor units: planned, else the median of the last six orders. */
  value: number;
}

export interface Today {
  standing: Standing | undefined;
  isWorkingDay: boolean;
  /** The day whose route is shown: today, or on a day off the next working day. */
  routeOn: string;
  stops: Stop[];
  /** Metres along the stops, as the road goes; null if a pin is missing. */
  routeMetres: number | null;
  tasks: Row<"task">[];
  changes: { receipt: Row<"change_receipt">; lines: string[] }[];
}

const ROADS = 1.3; // how much longer than the straight line a road is (planning.md 1.12)

export async function readToday(personId: string, today: string): Promise<Today> {
  const weights = await dayWeights(personId, today, addDays(today, 15));
  const isWorkingDay = (weights[today] ?? 0) > 0;
  const next = Object.keys(weights).find((day) => (weights[day] ?? 0) > 0) ?? today;
  const own = await stopsOf(personId, today);
  const routeOn = isWorkingDay || own.length > 0 ? today : next;
  const stops = routeOn === today ? own : await stopsOf(personId, routeOn);
  const names = await lineNames();
  return {
    standing: await standingToday(personId, today),
    isWorkingDay,
    routeOn,
    stops,
    routeMetres: metresAlong(stops),
    tasks: await tasksOf(personId, today),
    changes: (await openChanges(personId)).map((receipt) => ({
      receipt,
      lines: (receipt.cells as { product_line_id: string | null }[]).map((cell) => names.get(cell.product_line_id ?? "") ?? "").filter(Boolean),
    })),
  };
}

/** The stops of a person on a day, in the order of the route. */
export async function stopsOf(personId: string, on: string): Promise<Stop[]> {
  const visits = await db().visit.where("[person_id+planned_on]").equals([personId, on]).toArray();
  const shown = visits.filter((visit) => visit.status !== "cancelled").sort(inOrder);
  return Promise.all(
    shown.map(async (visit) => ({
      visit,
      customer: await db().customer.get(visit.customer_id),
      value: visit.expected_amount ?? (await medianOrder(visit.customer_id)),
    })),
  );
}

const inOrder = (a: Row<"visit">, b: Row<"visit">): number => startOf(a).localeCompare(startOf(b)) || a.sort - b.sort || (a.id < b.id ? -1 : 1);
const startOf = (visit: Row<"visit">): string => visit.planned_at ?? (visit.is_planned ? "99:99" : "00:00");

async function medianOrder(customerId: string): Promise<number> {
  const orders = await db().order.where("customer_id").equals(customerId).toArray();
  const amounts = orders
    .sort((a, b) => (a.ordered_on < b.ordered_on ? 1 : -1))
    .slice(0, 6)
    .map((order) => order.base_amount)
    .sort((a, b) => a - b);
  const middle = amounts.length / 2;
  if (amounts.length === 0) return 0;
  return amounts.length % 2 ? (amounts[Math.floor(middle)] ?? 0) : Math.round(((amounts[middle - 1] ?? 0) + (amounts[middle] ?? 0)) / 2);
}

function metresAlong(stops: readonly Stop[]): number | null {
  let total = 0;
  for (let i = 1; i < stops.length; i++) {
    const leg = legBetween(stops[i - 1], stops[i]);
    if (leg === null) return null;
    total += leg;
  }
  return stops.length > 1 ? total : null;
}

/** Metres by road from one stop to the next; null if a pin is missing. */
export function legBetween(from: Stop | undefined, to: Stop | undefined): number | null {
  const [a, b] = [from?.customer, to?.customer];
  if (!a || !b || a.lat === null || a.lng === null) return null;
  const metres = metresBetween({ lat: a.lat, lng: a.lng, datum: a.datum ?? "wgs84" }, b);
  return metres === null ? null : Math.round(metres * ROADS);
}

/** Open tasks up to the coming week, and what was done today; what is due first stands first. */
async function tasksOf(personId: string, today: string): Promise<Row<"task">[]> {
  const rows = await db().task.toArray();
  return rows
    .filter((task) => task.person_id === personId)
    .filter((task) => (task.status === "open" ? (task.due_on ?? today) <= addDays(today, 7) : task.done_at !== null && dayOf(task.done_at) === today))
    .sort((a, b) => rank(a).localeCompare(rank(b)) || (a.id < b.id ? -1 : 1));
}
const rank = (task: Row<"task">): string => `${task.status === "done" ? 1 : 0}${task.due_on ?? "9999"}${task.due_at ?? "99:99"}`;
