/** Customers as screens show them: from this phone's rows, and for those who see more than it holds from the server. */
import { call } from "../core/api";
import { addDays, clock } from "../core/clock";
import type { components } from "../generated/api";
import { db, me, type Row } from "../sync";

export type Customer = components["schemas"]["Customer"];
export type Page = components["schemas"]["CustomerPage"];

/** Who looks customers up at the server: their phones do not hold all that they may see. */
export const searchesOnline = (): boolean => ["manager", "director", "admin", "finance"].includes(me().role);

export const findOnline = async (query: string, signal: AbortSignal): Promise<Customer[]> =>
  (await call<{ items: Customer[] }>(`/api/customers?q=${encodeURIComponent(query)}`, { signal })).items;

export const openOnline = (id: string, signal: AbortSignal): Promise<Page> => call<Page>(`/api/customers/${encodeURIComponent(id)}`, { signal });

/** Everything of a customer that is on this phone; null if the customer is not. */
export async function readPage(id: string): Promise<(Page & { customer: Row<"customer"> }) | null> {
  const customer = await db().customer.get(id);
  if (!customer) return null;
  const [contacts, orders, receipts, visits, tasks] = await Promise.all([
    db().contact.where("customer_id").equals(id).toArray(),
    db().order.where("customer_id").equals(id).toArray(),
    db().receipt.where("customer_id").equals(id).toArray(),
    db().visit.where("customer_id").equals(id).toArray(),
    db().task.where("customer_id").equals(id).toArray(),
  ]);
  return { customer, contacts: contacts.sort((a, b) => a.sort - b.sort || (a.id < b.id ? -1 : 1)), orders, receipts, visits, tasks };
}

export interface Names {
  people: Map<string, string>;
  products: Map<string, string>;
  lines: Row<"product_line">[];
  types: Map<string, Row<"visit_type">>;
}

/** Names that events mention, of rows that every phone holds. */
export async function readNames(): Promise<Names> {
  const [people, products, lines, types] = await Promise.all([db().person.toArray(), db().product.toArray(), db().product_line.toArray(), db().visit_type.toArray()]);
  return {
    people: new Map(people.map((one) => [one.id, one.name])),
    products: new Map(products.map((one) => [one.id, one.name])),
    lines: lines.sort((a, b) => a.sort - b.sort),
    types: new Map(types.map((one) => [one.id, one])),
  };
}

/** What the company's first plan counts: what a customer "brought" means that. */
const metricHere = async (): Promise<string> =>
  (await db().plan.toArray()).sort((a, b) => a.created_at.localeCompare(b.created_at) || (a.id < b.id ? -1 : 1))[0]?.metric ?? "receipts";

export interface MonthAmounts {
  now: number;
  before: number;
  pending: number;
}

/** What a customer brought me this month and the month before, own receipts that wait included. */
export async function readMonth(customerId: string): Promise<MonthAmounts> {
  const start = `${clock.today().slice(0, 7)}-01`;
  const last = addDays(start, -1);
  const metric = await metricHere();
  const credits = (await db().credit.where("customer_id").equals(customerId).toArray()).filter((one) => one.metric === metric && one.person_id === me().id);
  const receipts = await db().receipt.where("customer_id").equals(customerId).toArray();
  const waiting = metric === "receipts" ? receipts.filter((one) => one._v === 0 && one.person_id === me().id && one.received_on >= start) : [];
  const total = (list: readonly { base_amount?: number; amount?: number }[]) => list.reduce((sum, one) => sum + (one.base_amount ?? one.amount ?? 0), 0);
  const pending = total(waiting);
  return {
    now: total(credits.filter((one) => one.on >= start)) + pending,
    before: total(credits.filter((one) => last.slice(0, 7) === one.on.slice(0, 7))),
    pending,
  };
}

/** What each customer brought me this month, for the list. */
export async function readMonthByCustomer(): Promise<Map<string, number>> {
  const today = clock.today();
  const credits = await db()
    .credit.where("[person_id+on]")
    .between([me().id, `${today.slice(0, 7)}-01`], [me().id, today], true, true)
    .toArray();
  const metric = await metricHere();
  const sums = new Map<string, number>();
  for (const { customer_id, amount, ...credit } of credits) if (credit.metric === metric) sums.set(customer_id, (sums.get(customer_id) ?? 0) + amount);
  return sums;
}

/** Receipts that wait for finance, oldest first. */
export async function readReported(): Promise<{ receipt: Row<"receipt">; customer: Row<"customer"> | undefined }[]> {
  const receipts = (await db().receipt.where("status").equals("reported").toArray()).sort((a, b) => a.reported_at.localeCompare(b.reported_at));
  return Promise.all(receipts.map(async (receipt) => ({ receipt, customer: await db().customer.get(receipt.customer_id) })));
}
