import { describe, expect, it } from "vitest";
import text from "../../../tests/protocol/pace.json?raw";
import * as effects from "./effect";
import * as rules from "./rules";

type Frozen = [value: number, kept: number[], until: string | null];
type LeafRow = [string | null, string, string | null, number, Record<string, number>, string | null, boolean];

interface EffectExample {
  start: string;
  weights: Record<string, number[]>;
  leaves: LeafRow[];
  changes: Record<string, number>;
  from: string;
  today: string;
  booked: [string, number, number][];
  result: unknown;
}

interface Examples {
  split: [number, string[], number[], number[]][];
  days: [string, number[], number, number[], string | null, number[], string, number, number, string | null][];
  pace: [string, number[], Frozen[], number, number, string, number | null, unknown[]][];
  forecast: [number, number, number, number, number[], number | null, number, number | null][];
  effect: EffectExample[];
}

const examples = JSON.parse(text) as Examples;

function dayAt(start: string, offset: number): string {
  const day = new Date(`${start}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + offset);
  return day.toISOString().slice(0, 10);
}

function asDays(start: string, amounts: readonly number[]): Record<string, number> {
  return Object.fromEntries(amounts.map((amount, i) => [dayAt(start, i), amount]));
}

function periodOf(start: string, weights: readonly number[]): rules.Period {
  return [start, dayAt(start, weights.length - 1)];
}

function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && "n" in value && "d" in value ? `${value.n}/${value.d}` : value;
}

describe("the phone computes exactly what the server computes", () => {
  it("holds enough examples to mean something", () => {
    const count = Object.values(examples).reduce((n, list) => n + (Array.isArray(list) ? list.length : 0), 0);
    expect(count).toBeGreaterThanOrEqual(2000);
  });

  it.each(["split"] as const)("%s", (name) => {
    for (const [total, keys, weights, parts] of examples[name]) {
      const result = rules.split(total, Object.fromEntries(keys.map((key, i) => [key, weights[i] ?? 0])));
      expect(keys.map((key) => result[key])).toEqual(parts);
    }
  });

  it("day targets and freezing", () => {
    for (const [start, weights, value, kept, until, days, before, fixedSum, fixedCount, last] of examples.days) {
      const period = periodOf(start, weights);
      expect(Object.values(rules.dayTargets(value, asDays(start, kept), until, asDays(start, weights), period))).toEqual(days);
      const fixed = rules.freeze(value, asDays(start, kept), until, asDays(start, weights), period, before);
      const amounts = Object.values(fixed.frozen);
      expect([amounts.reduce((a, b) => a + b, 0), amounts.length, fixed.frozen_until]).toEqual([fixedSum, fixedCount, last]);
    }
  });

  it("pace", () => {
    for (const [start, weights, leaves, before, booked, today, high, expected] of examples.pace) {
      const period = periodOf(start, weights);
      const own = asDays(start, weights);
      const days = rules.addDays(leaves.map(([value, kept, until]) => rules.dayTargets(value, asDays(start, kept), until, own, period)));
      const target = leaves.reduce((sum, [value]) => sum + value, 0);
      const result = rules.pace(target, days, own, period, before, booked, today, high);
      const tenths = result.pace_days && rules.tenths(result.pace_days);
      expect([...Object.values(result).map(plain), tenths]).toEqual(expected);
    }
  });

  it("forecast", () => {
    for (const [actual, closed, total, closedDays, own, team, target, expected] of examples.forecast) {
      expect(rules.forecast(actual, closed, total, closedDays, own, team, target)).toEqual(expected);
    }
  });

  it("the effect of a change", () => {
    for (const example of examples.effect) expect(shortEffect(example)).toEqual(example.result);
  });
});

function shortEffect(example: EffectExample): unknown {
  const weights = Object.fromEntries(Object.entries(example.weights).map(([person, list]) => [person, asDays(example.start, list)]));
  const first = Object.values(example.weights)[0] ?? [];
  const [period_start, period_end] = periodOf(example.start, first);
  const leaves = example.leaves.map(([id, person_id, product_line_id, value, frozen, frozen_until, is_unassigned]) => ({
    id,
    person_id,
    product_line_id,
    period_start,
    period_end,
    value,
    frozen,
    frozen_until,
    is_unassigned,
  }));
  const booked = example.booked.map(([person_id, before, today]) => ({ person_id, period_start, period_end, before, today }));
  const result = effects.effect(leaves, example.changes, "boss", example.from, example.today, weights, booked);
  const short = (pace: rules.Pace) => [pace.state, pace.needed_today, plain(pace.pace_days)];
  return {
    from: result.effective_from,
    leaves: result.leaves.map((leaf) => [leaf.replaces, leaf.person_id, leaf.product_line_id, leaf.value, leaf.frozen, leaf.frozen_until, leaf.is_unassigned]),
    people: result.people.map((person) => [
      person.person_id,
      person.old_total,
      person.new_total,
      person.cells.map((cell) => [cell.target_id, cell.old_value, cell.new_value]),
      person.days.map((day) => [day.on, day.old_value, day.new_value]),
      short(person.pace_before),
      short(person.pace_after),
    ]),
    unassigned: result.unassigned.map((cell) => [cell.target_id, cell.product_line_id, cell.old_value, cell.new_value]),
    totals: result.totals.map((total) => [total.old_total, total.new_total, total.remainder]),
  };
}

describe("the rules at their edges", () => {
  const week = asDays("2026-11-23", [100, 100, 100, 100, 100, 0, 0]);
  const period: rules.Period = ["2026-11-23", "2026-11-29"];

  it("splits 100.00 over three as 33.34, 33.33, 33.33", () => {
    expect(rules.split(10000, { a: 1, b: 1, c: 1 })).toEqual({ a: 3334, b: 3333, c: 3333 });
  });

  it("refuses to split over nobody and over negative weights", () => {
    expect(() => rules.split(1, {})).toThrow(RangeError);
    expect(() => rules.split(1, { a: -1 })).toThrow(RangeError);
  });

  it("says no target for zero, never a percentage", () => {
    const result = rules.pace(0, {}, week, period, 0, 500, "2026-11-24");
    expect([result.state, result.attainment, result.needed_today, result.pace_days]).toEqual(["none", null, 0, null]);
  });

  it("shows the gap, not infinity, when no working day is left", () => {
    const days = rules.dayTargets(5000, {}, null, week, period);
    const result = rules.pace(5000, days, week, period, 3000, 0, "2026-11-28");
    expect([result.gap, result.needed_today, result.catch_up, result.remaining_weight]).toEqual([2000, null, null, 0]);
  });

  it("rounds days to tenths with halves away from zero", () => {
    expect([rules.fraction(29n, 20n), rules.fraction(-29n, 20n), rules.fraction(-1n, 50n)].map(rules.tenths)).toEqual([15, -15, 0]);
  });
});
