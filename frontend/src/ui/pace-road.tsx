/**
 * The pace road: a row of slanted dashes, one for each working day, as wide as the day's part of the
 * plan, so that x is money and time at once (experience.md, section 2).
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { money } from "../core/format";
import { t } from "../core/words";
import { type Shown, moodOf, paceWords } from "./pace";

export interface RoadDay {
  on: string;
  /** The day's part of the target, or its weight if there is no amount; zero days are left out. */
  part: number;
}

interface Props {
  days: readonly RoadDay[];
  today: string;
  target: number;
  actual: number;
  expected: number;
  /** The part of `actual` that waits to be sent. */
  pending?: number;
  currency: string;
  shown: Shown;
  /** What the road is of, such as 11月; below its left end. */
  name?: string;
  size?: "hero" | "header";
}

const SLANT = 6;
const GAP = 2.5;
const SIZES = { hero: { height: 30, top: 26, bottom: 30 }, header: { height: 16, top: 3, bottom: 3 } } as const;

export function PaceRoad({ days, today, target, actual, expected, pending = 0, currency, shown, name = "", size = "hero" }: Props) {
  const [holder, width] = useWidth();
  const { height, top, bottom } = SIZES[size];
  const long = width - SLANT;
  const whole = days.reduce((total, day) => total + day.part, 0) || 1;
  const at = (amount: number) => (target > 0 ? Math.min(1, Math.max(0, amount / target)) : 0) * long;
  const [xActual, xExpected] = [at(actual), at(expected)];
  const mood = moodOf(shown.state);
  const dashes = place(days, whole, long);
  const label = t("pace.roadLabel", {
    actual: money(actual, currency),
    expected: money(expected, currency),
    target: money(target, currency),
    state: paceWords(shown),
  });
  return (
    <div class={`pace-road is-${size}`} ref={holder} style={{ height: `${top + height + bottom}px` }}>
      <svg width={width} height={top + height + bottom} viewBox={`0 0 ${width} ${top + height + bottom}`} role="img" aria-label={label}>
        <Hatch mood={mood} />
        <g transform={`translate(0 ${top})`} class="road-body">
          <g class="road-next">{dashes.map((dash) => shape(dash.from, dash.to, height, dash.on))}</g>
          <g class="road-done">{between(dashes, 0, Math.min(xActual, mood === "ahead" ? xExpected : xActual), height)}</g>
          {xActual < xExpected && mood !== "on" && <g class="road-gap">{between(dashes, xActual, xExpected, height, hatchOf(mood))}</g>}
          {xActual < xExpected && mood === "on" && <g class="road-behind-a-little">{between(dashes, xActual, xExpected, height)}</g>}
          {mood === "ahead" && <g class="road-extra">{between(dashes, xExpected, xActual, height)}</g>}
          {pending > 0 && <g class="road-pending">{between(dashes, at(actual - pending), xActual, height)}</g>}
          {dashes.filter((dash) => dash.on === today).map((dash) => shape(dash.from, dash.to, height, "today", `road-today${dash.from + 1 < xActual ? " is-begun" : ""}`))}
          {target > 0 && <path class="road-flag" d={`M${xExpected + SLANT + overhang(height)} ${-OVER}L${xExpected - overhang(height)} ${height + OVER}`} />}
        </g>
        {size === "hero" && target > 0 && (
          <Labels width={width} top={top} height={height} x={{ actual: xActual, expected: xExpected }} name={name} amounts={{ actual, expected, target }} currency={currency} />
        )}
      </svg>
    </div>
  );
}

/** What stands in the road's place while its rows are read, and when there is no target. */
export function PaceRoadSkeleton() {
  return (
    <div class="pace-road is-hero is-skeleton" aria-hidden="true">
      {Array.from({ length: 21 }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}

export function PaceRoadEmpty() {
  return <div class="pace-road-empty">{t("pace.noTarget")}</div>;
}

const OVER = 6;
const overhang = (height: number) => (SLANT * OVER) / height;
const hatchOf = (mood: string) => `url(#hatch-${mood === "risk" ? "risk" : "behind"})`;

interface Dash {
  on: string;
  from: number;
  to: number;
}

function place(days: readonly RoadDay[], whole: number, long: number): Dash[] {
  let before = 0;
  const found: Dash[] = [];
  for (const day of days) {
    if (day.part <= 0) continue;
    const from = (before / whole) * long;
    before += day.part;
    found.push({ on: day.on, from, to: (before / whole) * long - GAP });
  }
  return found;
}

/** A dash or a part of one: a parallelogram whose top stands `SLANT` to the right. */
function shape(from: number, to: number, height: number, key: string, name?: string, fill?: string) {
  return <path key={key} class={name} style={fill ? { fill } : undefined} d={`M${from + SLANT} 0H${to + SLANT}L${to} ${height}H${from}z`} />;
}

function between(dashes: readonly Dash[], from: number, to: number, height: number, fill?: string) {
  return dashes.flatMap((dash) => {
    const [a, b] = [Math.max(dash.from, from), Math.min(dash.to, to)];
    return b - a > 0.4 ? [shape(a, b, height, dash.on, undefined, fill)] : [];
  });
}

function Hatch({ mood }: { mood: string }) {
  const kind = mood === "risk" ? "risk" : "behind";
  return (
    <defs>
      <pattern id={`hatch-${kind}`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
        <rect width="5" height="5" class={`hatch-ground is-${kind}`} />
        <rect width="2.2" height="5" class={`hatch-line is-${kind}`} />
      </pattern>
    </defs>
  );
}

interface LabelProps {
  width: number;
  top: number;
  height: number;
  x: { actual: number; expected: number };
  name: string;
  amounts: { actual: number; expected: number; target: number };
  currency: string;
}

/** You above; expected and target below. Where two would touch, the target keeps its bare number, then the name goes. */
function Labels({ width, top, height, x, name, amounts, currency }: LabelProps) {
  const you = t("pace.you", { amt: money(amounts.actual, currency, { style: "row" }) });
  const expected = t("pace.expected", { amt: money(amounts.expected, currency, { style: "row" }) });
  const bare = money(amounts.target, currency, { style: "row" });
  const full = t("pace.target", { amt: bare });
  const half = wide(expected) / 2;
  const middle = clamp(x.expected, half, width - half);
  const target = middle + half + 10 > width - wide(full) ? bare : full;
  const hasTarget = middle + half + 8 <= width - wide(target);
  const youAt = x.actual < wide(you) + 12 ? { x: Math.max(0, x.actual - 4), anchor: "start" } : { x: x.actual - 4, anchor: "end" };
  const base = top + height + 20;
  return (
    <g class="road-labels">
      <text class="road-you" x={youAt.x} y={top - 11} text-anchor={youAt.anchor}>
        {you}
      </text>
      <path class="road-you" d={`M${x.actual + SLANT - 6} ${top - 9}h12l-6 7z`} />
      {wide(name) + 8 < middle - half && (
        <text class="road-name" x={0} y={base}>
          {name}
        </text>
      )}
      <text class="road-expected" x={middle} y={base} text-anchor="middle">
        {expected}
      </text>
      {hasTarget && (
        <text class="road-target" x={width} y={base} text-anchor="end">
          {target}
        </text>
      )}
    </g>
  );
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
/** How wide a label is at 13 px, near enough to keep two apart. */
const wide = (text: string) => [...text].reduce((sum, letter) => sum + (letter > "⺀" ? 13.5 : 7.6), 0);

/** The width of an element, followed as it changes. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Math.min(560, globalThis.innerWidth || 390) - 40);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [holder, width];
}
