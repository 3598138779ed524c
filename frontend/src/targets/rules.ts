/**
 * The arithmetic of targets on the phone: the twin of `app/targets/rules.py`, function by function.
 *
 * Values in, values out; no imports. Days are ISO strings ("2026-11-23"), money is an integer in minor
 * units, the weight of a day an integer in hundredths. Products are taken with BigInt, so nothing is
 * ever rounded by a float. `tests/protocol/pace.json` holds both languages equal; `docs/pace.md` explains.
 */

export type Days = Readonly<Record<string, number>>;
export type Period = readonly [start: string, end: string];
export type State = "none" | "before" | "cannot" | "reached" | "ahead" | "on" | "behind" | "risk";

/** An exact number in lowest terms, `d` > 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** From how many pace days on a state holds; a setting of the company. */
export interface Bounds {
  readonly ahead: Fraction;
  readonly behind: Fraction;
  readonly risk: Fraction;
}

export const DEFAULT_BOUNDS: Bounds = {
  ahead: { n: 1n, d: 2n },
  behind: { n: -1n, d: 2n },
  risk: { n: -2n, d: 1n },
};
export const FORECAST_DAYS = 5; // with fewer closed working days there is too little to say
const PRIOR_PERIODS = 2n; // how many periods of the team weigh as much as one's own (planning.md 1.5)

/** n/d in lowest terms; `d` must not be zero. */
export function fraction(n: bigint, d: bigint): Fraction {
  const g = gcd(n < 0n ? -n : n, d < 0n ? -d : d) || 1n;
  return d < 0n ? { n: -n / g, d: -d / g } : { n: n / g, d: d / g };
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function compare(a: Fraction, b: Fraction): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A fraction as a float: for widths on a screen, never for sums or decisions. */
export function approximately(value: Fraction): number {
  return Number(value.n) / Number(value.d);
}

/** The order of ids and days: by code unit, the same as on the server. */
export function byKey(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sum of amounts in minor units. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Splits a total exactly, by largest remainder; ties go to the smaller key (planning.md 1.1).
 * All weights zero: equal parts. A negative total is split as its amount and negated.
 */
export function split(total: number, weights: Days): Record<string, number> {
  const keys = Object.keys(weights).sort(byKey);
  if (keys.length === 0) throw new RangeError("nothing to split over: give at least one weight");
  if (keys.some((key) => (weights[key] ?? 0) < 0)) throw new RangeError("a weight is negative: weights are zero or more");
  if (total < 0) {
    const positive = split(-total, weights);
    return Object.fromEntries(keys.map((key) => [key, 0 - (positive[key] ?? 0)]));
  }
  const given = sum(keys.map((key) => weights[key] ?? 0));
  const whole = BigInt(given === 0 ? keys.length : given);
  const shares = keys.map((key) => {
    const product = BigInt(total) * BigInt(given === 0 ? 1 : (weights[key] ?? 0));
    return { key, part: Number(product / whole), rest: product % whole };
  });
  const left = total - sum(shares.map((share) => share.part));
  const first = [...shares].sort((a, b) => (a.rest === b.rest ? byKey(a.key, b.key) : a.rest > b.rest ? -1 : 1));
  const lucky = new Set(first.slice(0, left).map((share) => share.key));
  return Object.fromEntries(shares.map(({ key, part }) => [key, lucky.has(key) ? part + 1 : part]));
}

// --- Day targets ------------------------------------------------------------------------------

/**
 * What each day of the period asks, in order of days. Days up to `frozenUntil` keep what `frozen` says
 * (0 where it says nothing); the rest of the value is split over the later days by weight. If none of
 * them is worked, the rest stands on no day: see `unplaced`.
 */
export function dayTargets(value: number, frozen: Days, frozenUntil: string | null, weights: Days, period: Period): Record<string, number> {
  const inPeriod = Object.keys(weights).filter((day) => period[0] <= day && day <= period[1]);
  const kept = frozenUntil === null ? [] : Object.entries(frozen).filter(([day]) => day <= frozenUntil);
  const open = inPeriod.filter((day) => frozenUntil === null || day > frozenUntil);
  const openWeights = Object.fromEntries(open.map((day) => [day, weights[day] ?? 0]));
  const rest = value - sum(kept.map(([, amount]) => amount));
  const placed = Object.values(openWeights).some((weight) => weight > 0) ? split(rest, openWeights) : {};
  return sorted({ ...Object.fromEntries(inPeriod.map((day) => [day, 0])), ...placed, ...Object.fromEntries(kept) });
}

function sorted(days: Days): Record<string, number> {
  return Object.fromEntries(Object.entries(days).sort(([a], [b]) => byKey(a, b)));
}

/** The part of a target that stands on no day, because no working day is left for it. */
export function unplaced(value: number, days: Days): number {
  return value - sum(Object.values(days));
}

/** Fixes what the days before `before` ask: the new frozen map (without zeros) and its last day. */
export function freeze(
  value: number,
  frozen: Days,
  frozenUntil: string | null,
  weights: Days,
  period: Period,
  before: string,
): { frozen: Record<string, number>; frozen_until: string | null } {
  if (before <= period[0]) return { frozen: {}, frozen_until: null };
  const days = Object.entries(dayTargets(value, frozen, frozenUntil, weights, period));
  const kept = Object.fromEntries(days.filter(([day, amount]) => day < before && amount !== 0));
  return { frozen: kept, frozen_until: earlier(dayBefore(before), period[1]) };
}

/** The earlier of two days. */
export function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

/** The day before a day. */
export function dayBefore(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (date ?? 1) - 1)).toISOString().slice(0, 10);
}

/** Day by day the sum of several maps. */
export function addDays(maps: Iterable<Days>): Record<string, number> {
  const total: Record<string, number> = {};
  for (const days of maps) {
    for (const [day, amount] of Object.entries(days)) total[day] = (total[day] ?? 0) + amount;
  }
  return sorted(total);
}

// --- Pace -------------------------------------------------------------------------------------

/**
 * How a person stands in one period on one day. Money in minor units, weights in hundredths.
 * `needed_today` and `catch_up` are null when something is missing and no working day is left: then the
 * gap is shown. `pace_days` is exact and unrounded; null without a working day.
 */
export interface Pace {
  target: number;
  actual: number;
  expected: number;
  gap: number;
  booked_today: number;
  plan_today: number;
  needed_today: number | null;
  catch_up: number | null;
  day_value: Fraction | null;
  pace_days: Fraction | null;
  attainment: Fraction | null;
  total_weight: number;
  closed_weight: number;
  remaining_weight: number;
  unplaced: number;
  state: State;
}

/**
 * The pace of experience.md, section 2. `days` is what each day asks (`dayTargets`, summed over the
 * leaves), `before` what was credited in the period before today, `bookedToday` what was credited today.
 * Today is open: it counts in `expected` only when it has closed. When the period is over all of the
 * target was expected.
 */
export function pace(
  target: number,
  days: Days,
  weights: Days,
  period: Period,
  before: number,
  bookedToday: number,
  today: string,
  forecastHigh: number | null = null,
  bounds: Bounds = DEFAULT_BOUNDS,
): Pace {
  const [start, end] = period;
  const inPeriod = Object.entries(weights).filter(([day]) => start <= day && day <= end);
  const closedWeight = sum(inPeriod.filter(([day]) => day < today).map(([, weight]) => weight));
  const openWeights = Object.fromEntries(inPeriod.filter(([day]) => day >= today));
  const remainingWeight = sum(Object.values(openWeights));
  const totalWeight = closedWeight + remainingWeight;
  const actual = before + bookedToday;
  const rest = unplaced(target, days);
  const closed = Object.entries(days).filter(([day]) => day < today);
  const expected = today > end ? target : sum(closed.map(([, amount]) => amount));
  const planToday = days[today] ?? 0;
  const needed = neededToday(target - before, openWeights, bookedToday, today, target > 0);
  const dayValue = totalWeight > 0 && target > 0 ? fraction(BigInt(target) * 100n, BigInt(totalWeight)) : null;
  const paceDays = dayValue && fraction(BigInt(actual - expected) * dayValue.d, dayValue.n);
  return {
    target,
    actual,
    expected,
    gap: Math.max(0, target - actual),
    booked_today: bookedToday,
    plan_today: planToday,
    needed_today: needed,
    catch_up: needed === null ? null : needed + bookedToday - planToday,
    day_value: dayValue,
    pace_days: paceDays,
    attainment: target > 0 ? fraction(BigInt(actual), BigInt(target)) : null,
    total_weight: totalWeight,
    closed_weight: closedWeight,
    remaining_weight: remainingWeight,
    unplaced: rest,
    state: stateOf(target, actual, today < start, rest, paceDays, forecastHigh, bounds),
  };
}

/** Today's part of what was missing this morning, less what was booked; null: no day is left for it. */
function neededToday(missing: number, openWeights: Days, bookedToday: number, today: string, hasTarget: boolean): number | null {
  if (!hasTarget) return 0;
  if (!Object.values(openWeights).some((weight) => weight > 0)) return missing > bookedToday ? null : 0;
  return Math.max(0, (split(missing, openWeights)[today] ?? 0) - bookedToday);
}

function stateOf(target: number, actual: number, isBefore: boolean, rest: number, paceDays: Fraction | null, forecastHigh: number | null, bounds: Bounds): State {
  if (target <= 0) return "none";
  if (actual >= target) return "reached";
  if (rest > 0 || paceDays === null) return "cannot";
  if (isBefore) return "before";
  const isFarOff = forecastHigh !== null && BigInt(forecastHigh) * 10n < BigInt(target) * 9n;
  if (isFarOff || compare(paceDays, bounds.risk) < 0) return "risk";
  if (compare(paceDays, bounds.behind) < 0) return "behind";
  return compare(paceDays, bounds.ahead) > 0 ? "ahead" : "on";
}

/** A number of days in tenths for display, halves away from zero: 1.45 days are 15. */
export function tenths(value: Fraction): number {
  const size = Number(((value.n < 0n ? -value.n : value.n) * 20n + value.d) / (value.d * 2n));
  return value.n < 0n ? 0 - size : size;
}

/**
 * Where the period will end: F = A + (1 − σ)·M (planning.md 1.5); null with too little to say.
 * σ is linear in working days. M is the mean of the person's own closed periods (`own`, at most the last
 * 12 count), shrunk towards the `team` mean while there are few; without any history the target.
 */
export function forecast(
  actual: number,
  closedWeight: number,
  totalWeight: number,
  closedDays: number,
  own: readonly number[],
  team: number | null,
  target: number,
): number | null {
  if (closedDays < FORECAST_DAYS || totalWeight === 0) return null;
  const prior = priorMean(own.slice(-12), team, target);
  const n = prior.n * BigInt(totalWeight - closedWeight) * 2n;
  const d = prior.d * BigInt(totalWeight);
  return actual + Number(floorDivide(n + d, d * 2n));
}

function priorMean(own: readonly number[], team: number | null, target: number): Fraction {
  const total = own.reduce((a, b) => a + BigInt(b), 0n);
  const count = BigInt(own.length);
  if (team !== null) return fraction(total + PRIOR_PERIODS * BigInt(team), count + PRIOR_PERIODS);
  return own.length > 0 ? fraction(total, count) : fraction(BigInt(target), 1n);
}

function floorDivide(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  return n % d !== 0n && n < 0n !== d < 0n ? quotient - 1n : quotient;
}

// --- Leaves -----------------------------------------------------------------------------------

/** One person's target in one period and product line; the fields of a synced target suffice. */
export interface Leaf {
  readonly id: string | null;
  readonly person_id: string;
  readonly product_line_id: string | null;
  readonly period_start: string;
  readonly period_end: string;
  readonly value: number;
  readonly frozen: Days;
  readonly frozen_until: string | null;
  readonly is_unassigned: boolean;
}

/** What each day of a leaf asks. */
export function leafDays(leaf: Leaf, weights: Days): Record<string, number> {
  return dayTargets(leaf.value, leaf.frozen, leaf.frozen_until, weights, periodOf(leaf));
}

/** The first and the last day of a row. */
export function periodOf(leaf: { period_start: string; period_end: string }): Period {
  return [leaf.period_start, leaf.period_end];
}
