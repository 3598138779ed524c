/**
 * What a change of targets does, worked out the same on the server (app/targets/rules.py) and here: the
 * card of a request shows it, the approval writes it. Apart from rules.ts so that Today stays light.
 */
import { addDays, byKey, type Days, dayBefore, earlier, freeze, type Leaf, leafDays, type Pace, pace, periodOf, sum } from "./rules";

/** A leaf that a change makes; `replaces` names the one that it follows, if there is one. */
export interface NewLeaf extends Leaf {
  readonly id: null;
  readonly replaces: string | null;
}

/** What a person was credited in a period: before today, and today. */
export interface Booked {
  readonly person_id: string;
  readonly period_start: string;
  readonly period_end: string;
  readonly before: number;
  readonly today: number;
}

/** One leaf, before and after. `target_id` is null for one that the change makes. */
export interface CellChange {
  target_id: string | null;
  person_id: string;
  product_line_id: string | null;
  period_start: string;
  period_end: string;
  old_value: number;
  new_value: number;
  is_unassigned: boolean;
}

/** What one open day asked, and will ask. */
export interface DayChange {
  on: string;
  old_value: number;
  new_value: number;
}

/** What a change means for one person in one period. */
export interface PersonEffect {
  person_id: string;
  period_start: string;
  period_end: string;
  old_total: number;
  new_total: number;
  cells: CellChange[];
  days: DayChange[];
  pace_before: Pace;
  pace_after: Pace;
}

/** The sum of all given leaves of one period, before and after; `remainder` is the difference. */
export interface PeriodTotal {
  period_start: string;
  period_end: string;
  old_total: number;
  new_total: number;
  remainder: number;
}

/** All that a change does. The card shows it; the approval writes it. */
export interface Effect {
  effective_from: string;
  leaves: NewLeaf[];
  people: PersonEffect[];
  unassigned: CellChange[];
  totals: PeriodTotal[];
}

/**
 * What changing leaves to new values does, from `effectiveFrom` on, today at the earliest.
 * `leaves` holds the present leaves: all of the persons touched, the unassigned ones of the holder, and
 * whoever else the totals shall count. What people give up goes to the holder's unassigned leaf of the
 * same period and product line, and what they take comes from it, so every total stays; below zero it
 * is a stated over-assignment (上浮). Days before `effectiveFrom` keep what they asked.
 */
export function effect(
  leaves: readonly Leaf[],
  changes: Readonly<Record<string, number>>,
  holderId: string,
  effectiveFrom: string,
  today: string,
  weights: Readonly<Record<string, Days>>,
  booked: readonly Booked[] = [],
): Effect {
  const from = effectiveFrom < today ? today : effectiveFrom;
  const old = new Map(leaves.map((leaf) => [placeOf(leaf), leaf]));
  const made = new Map<string, NewLeaf>();
  for (const [place, value] of withBalance(leaves, changes, holderId)) {
    const before = old.get(place);
    made.set(place, before ? changed(before, value, from, weights) : fresh(place, value, from));
  }
  const after = [...leaves.map((leaf) => made.get(placeOf(leaf)) ?? leaf), ...[...made].filter(([place]) => !old.has(place)).map(([, leaf]) => leaf)];
  const cells = [...made].map(([place, leaf]) => cellOf(old.get(place), leaf)).sort(byPlace);
  const touched = new Map(cells.filter((cell) => !cell.is_unassigned).map((cell) => [personKey(cell), cell]));
  const facts = new Map(booked.map((fact) => [personKey(fact), fact]));
  const people = [...touched].sort(([a], [b]) => byKey(a, b)).map(([key, cell]) => personEffect(key, cell, leaves, after, cells, from, today, weights, facts.get(key)));
  return {
    effective_from: from,
    leaves: [...made.values()].sort(byPlace),
    people,
    unassigned: cells.filter((cell) => cell.is_unassigned),
    totals: totalsOf(leaves, after),
  };
}

interface Placed {
  readonly person_id: string;
  readonly product_line_id: string | null;
  readonly period_start: string;
  readonly period_end: string;
  readonly is_unassigned: boolean;
}

function placeOf(leaf: Placed): string {
  return JSON.stringify([leaf.person_id, leaf.product_line_id, leaf.period_start, leaf.period_end, leaf.is_unassigned]);
}

function personKey(row: { person_id: string; period_start: string; period_end: string }): string {
  return JSON.stringify([row.person_id, row.period_start, row.period_end]);
}

function byPlace(a: Placed, b: Placed): number {
  return (
    byKey(a.period_start, b.period_start) ||
    byKey(a.period_end, b.period_end) ||
    byKey(a.person_id, b.person_id) ||
    Number(a.is_unassigned) - Number(b.is_unassigned) ||
    byKey(a.product_line_id ?? "", b.product_line_id ?? "")
  );
}

/** The new values by place, with what the holder's unassigned leaves give or take. */
function withBalance(leaves: readonly Leaf[], changes: Readonly<Record<string, number>>, holderId: string): Map<string, number> {
  const ids = new Set(leaves.map((leaf) => leaf.id));
  const unknown = Object.keys(changes).filter((id) => !ids.has(id));
  if (unknown.length > 0) throw new RangeError(`no such leaf: ${unknown.sort().join(", ")}`);
  const newValues = new Map<string, number>();
  const balance = new Map<string, number>();
  for (const leaf of leaves) {
    const value = leaf.id === null ? undefined : changes[leaf.id];
    if (value === undefined || value === leaf.value) continue;
    newValues.set(placeOf(leaf), value);
    const holding = placeOf({ ...leaf, person_id: holderId, is_unassigned: true });
    balance.set(holding, (balance.get(holding) ?? 0) + leaf.value - value);
  }
  const present = new Map(leaves.map((leaf) => [placeOf(leaf), leaf.value]));
  for (const [place, amount] of balance) {
    if (amount !== 0) newValues.set(place, (newValues.get(place) ?? present.get(place) ?? 0) + amount);
  }
  return newValues;
}

function changed(leaf: Leaf, value: number, from: string, weights: Readonly<Record<string, Days>>): NewLeaf {
  const kept = freeze(leaf.value, leaf.frozen, leaf.frozen_until, weights[leaf.person_id] ?? {}, periodOf(leaf), from);
  return newLeaf(leaf, leaf.id, value, kept.frozen, kept.frozen_until);
}

function fresh(place: string, value: number, from: string): NewLeaf {
  const [person_id, product_line_id, period_start, period_end, is_unassigned] = JSON.parse(place) as [string, string | null, string, string, boolean];
  const until = from > period_start ? earlier(dayBefore(from), period_end) : null;
  return newLeaf({ person_id, product_line_id, period_start, period_end, is_unassigned }, null, value, {}, until);
}

function newLeaf(place: Placed, replaces: string | null, value: number, frozen: Days, frozenUntil: string | null): NewLeaf {
  return {
    id: null,
    replaces,
    person_id: place.person_id,
    product_line_id: place.product_line_id,
    period_start: place.period_start,
    period_end: place.period_end,
    value,
    frozen,
    frozen_until: frozenUntil,
    is_unassigned: place.is_unassigned,
  };
}

function cellOf(old: Leaf | undefined, leaf: NewLeaf): CellChange {
  return {
    target_id: leaf.replaces,
    person_id: leaf.person_id,
    product_line_id: leaf.product_line_id,
    period_start: leaf.period_start,
    period_end: leaf.period_end,
    old_value: old?.value ?? 0,
    new_value: leaf.value,
    is_unassigned: leaf.is_unassigned,
  };
}

function personEffect(
  key: string,
  place: { person_id: string; period_start: string; period_end: string },
  leaves: readonly Leaf[],
  after: readonly Leaf[],
  cells: readonly CellChange[],
  from: string,
  today: string,
  weights: Readonly<Record<string, Days>>,
  booked: Booked | undefined,
): PersonEffect {
  const own = weights[place.person_id] ?? {};
  const period = periodOf(place);
  const held = (source: readonly Leaf[]) => source.filter((leaf) => personKey(leaf) === key && !leaf.is_unassigned);
  const [oldLeaves, newLeaves] = [held(leaves), held(after)];
  const [oldTotal, newTotal] = [sum(oldLeaves.map((leaf) => leaf.value)), sum(newLeaves.map((leaf) => leaf.value))];
  const [oldDays, newDays] = [addDays(oldLeaves.map((leaf) => leafDays(leaf, own))), addDays(newLeaves.map((leaf) => leafDays(leaf, own)))];
  const paceOf = (total: number, days: Days) => pace(total, days, own, period, booked?.before ?? 0, booked?.today ?? 0, today);
  const openDays = Object.keys(newDays).filter((day) => day >= from && (own[day] || oldDays[day] || newDays[day]));
  return {
    person_id: place.person_id,
    period_start: place.period_start,
    period_end: place.period_end,
    old_total: oldTotal,
    new_total: newTotal,
    cells: cells.filter((cell) => personKey(cell) === key && !cell.is_unassigned),
    days: openDays.map((on) => ({ on, old_value: oldDays[on] ?? 0, new_value: newDays[on] ?? 0 })),
    pace_before: paceOf(oldTotal, oldDays),
    pace_after: paceOf(newTotal, newDays),
  };
}

function totalsOf(leaves: readonly Leaf[], after: readonly Leaf[]): PeriodTotal[] {
  const totals = new Map<string, PeriodTotal>();
  for (const [source, field] of [
    [leaves, "old_total"],
    [after, "new_total"],
  ] as const) {
    for (const { period_start, period_end, value } of source) {
      const key = `${period_start}/${period_end}`;
      const total = totals.get(key) ?? { period_start, period_end, old_total: 0, new_total: 0, remainder: 0 };
      total[field] += value;
      total.remainder = total.new_total - total.old_total;
      totals.set(key, total);
    }
  }
  return [...totals].sort(([a], [b]) => byKey(a, b)).map(([, total]) => total);
}
