/**
 * Searching customers on the phone: by name, by the initials of its pinyin, by phone number.
 *
 * 10,000 customers are held as one list of prepared texts; a keystroke narrows the answer to the one
 * before, so that typing on never looks at more than it must.
 */
import type { Row } from "./contract";
import { db } from "./state";

export interface Found {
  id: string;
  name: string;
  initials: string;
  phone: string | null;
}

interface Line extends Found {
  text: string;
  digits: string;
}

/** An index over customers; make it once for a screen, from a live query. */
export class CustomerIndex {
  readonly #lines: Line[];
  #last: { query: string; lines: Line[] } | null = null;

  constructor(customers: readonly Pick<Row<"customer">, "id" | "name" | "initials" | "phone" | "merged_into_id">[]) {
    this.#lines = customers
      .filter((customer) => !customer.merged_into_id)
      .map(({ id, name, initials, phone }) => ({ id, name, initials: initials.toLowerCase(), phone, text: plain(name), digits: (phone ?? "").replace(/\D/g, "") }))
      .sort((a, b) => (a.initials < b.initials ? -1 : a.initials > b.initials ? 1 : a.id < b.id ? -1 : 1));
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Customers that match, best first: at the start of the name or its initials, then inside; at most `limit`. */
  find(query: string, limit = 50): Found[] {
    const wanted = plain(query);
    if (!wanted) return this.#lines.slice(0, limit);
    const from = this.#last && wanted.startsWith(this.#last.query) ? this.#last.lines : this.#lines;
    const digits = /^[\d+\-()]+$/.test(wanted) ? wanted.replace(/\D/g, "") : "";
    const ranked: Line[][] = [[], [], []];
    for (const line of from) ranked[rank(line, wanted, digits)]?.push(line);
    const lines = ranked.flat();
    this.#last = { query: wanted, lines };
    return lines.slice(0, limit);
  }
}

/** 0: starts with it · 1: holds it · 2: the phone number holds it · 3: no. */
function rank(line: Line, wanted: string, digits: string): number {
  const atName = line.text.indexOf(wanted);
  const atInitials = line.initials.indexOf(wanted);
  if (atName === 0 || atInitials === 0) return 0;
  if (atName > 0 || atInitials > 0) return 1;
  return digits && line.digits.includes(digits) ? 2 : 3;
}

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s·・.,,。()()]/g, "");

/** The customers of this phone, for a live query. */
export const customersHere = (): Promise<Row<"customer">[]> => db().customer.toArray();
