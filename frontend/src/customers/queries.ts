/** Customers on this phone, and everything that hangs off one. */
import { call } from "../core/api";
import { clock } from "../core/clock";
import { type EntityMap, type Row, db, me } from "../sync";
import { lineNames, standingToday } from "../targets/queries";

export interface CustomerPage {
  customer: EntityMap["customer"];
  isHere: boolean;
  base_v: number;
  owner: string;
  contacts: EntityMap["contact"][];
  orders: EntityMap["order"][];
  receipts: EntityMap["receipt"][];
  visits: EntityMap["visit"][];
  tasks: EntityMap["task"][];
  booked: number;
  lines: Map<string, string>;
}

/** Null: not on this phone. A merged customer is the one it was merged into. */
export async function readCustomer(id: string): Promise<CustomerPage | null> {
  const found = await db().customer.get(id);
  const customer = found?.merged_into_id ? await db().customer.get(found.merged_into_id) : found;
  if (!customer) return null;
  const of = customer.id;
  const [contacts, orders, receipts, visits, tasks] = await Promise.all([
    db().contact.where("customer_id").equals(of).toArray(),
    db().order.where("customer_id").equals(of).toArray(),
    db().receipt.where("customer_id").equals(of).toArray(),
    db().visit.where("customer_id").equals(of).toArray(),
    db().task.where("customer_id").equals(of).toArray(),
  ]);
  return complete({ customer, contacts, orders, receipts, visits, tasks }, true, customer._v);
}

type Parts = Pick<CustomerPage, "customer" | "contacts" | "orders" | "receipts" | "visits" | "tasks">;

async function complete(parts: Parts, isHere: boolean, base_v: number): Promise<CustomerPage> {
  const standing = await standingToday(me().id, clock.today());
  return {
    ...parts,
    contacts: parts.contacts.sort((a, b) => a.sort - b.sort || (a.id < b.id ? -1 : 1)),
    orders: parts.orders.sort((a, b) => (a.ordered_on < b.ordered_on ? 1 : -1)),
    isHere,
    base_v,
    owner: (parts.customer.owner_id ? await db().person.get(parts.customer.owner_id) : undefined)?.name ?? "",
    booked: standing?.customers[parts.customer.id] ?? 0,
    lines: await lineNames(),
  };
}

/** The same from the server, for those who hold no customers on their phone. Throws Offline or ApiError. */
export async function fetchCustomer(id: string): Promise<CustomerPage> {
  return complete(await call<Parts>(`/api/customers/${encodeURIComponent(id)}`), false, 0);
}

export async function searchOnline(query: string, signal: AbortSignal): Promise<EntityMap["customer"][]> {
  const { items } = await call<{ items: EntityMap["customer"][] }>(`/api/customers?q=${encodeURIComponent(query)}&limit=50`, { signal });
  return items;
}

/** A visit of today that has not been finished, if there is one. */
export const visitToday = (visits: readonly EntityMap["visit"][]): EntityMap["visit"] | undefined =>
  visits.find((visit) => visit.person_id === me().id && visit.planned_on === clock.today() && (visit.status === "planned" || visit.status === "open"));

export type CustomerRow = Row<"customer">;
