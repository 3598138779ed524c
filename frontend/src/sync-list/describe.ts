/** What a mutation was, in words: "签到 · 钱江惠鲜". */
import { money } from "../core/format";
import { say } from "../core/words";
import { db } from "../sync";
import "./words";

/** The title of a mutation in the reader's language. Runs in a live query. */
export async function describe(name: string, args: unknown): Promise<string> {
  const what = say(`did.${name}`) ?? name;
  const about = await aboutOf(name, (args ?? {}) as Record<string, unknown>);
  return about ? `${what} · ${about}` : what;
}

async function aboutOf(name: string, args: Record<string, unknown>): Promise<string | null> {
  const text = (key: string) => (typeof args[key] === "string" ? (args[key] as string) : null);
  if (name === "sales.report_receipt") {
    const amount = money(Number(args.amount), String(args.currency), { style: "plain" });
    return [await customerName(text("customer_id")), amount].filter(Boolean).join(" · ");
  }
  if (text("name")) return text("name");
  if (text("customer_id")) return (await customerName(text("customer_id"))) ?? text("title");
  if (text("title")) return text("title");
  const id = text("id");
  if (!id) return null;
  if (name.startsWith("customers.")) return customerName(id);
  if (name.endsWith("_task")) return (await db().task.get(id))?.title ?? null;
  if (name.startsWith("visits.")) return customerName((await db().visit.get(id))?.customer_id ?? null);
  if (name.endsWith("_adjustment")) return (await db().person.get((await db().adjustment.get(id))?.requester_id ?? ""))?.name ?? null;
  return null;
}

async function customerName(id: string | null): Promise<string | null> {
  return id ? ((await db().customer.get(id))?.name ?? null) : null;
}
