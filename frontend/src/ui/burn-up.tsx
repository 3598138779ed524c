/**
 * Burn-up: what is done against what was expected, day by day; the gap hatched, the forecast dotted.
 * The same numbers stand in a table below it for whoever cannot see a chart.
 */
import { dayShort, money } from "../core/format";
import { t } from "../core/words";
import { type Shown, moodOf } from "./pace";
import { useWidth } from "./pace-road";

interface Props {
  /** Every day of the period, in order, with what it asked and what was credited. */
  days: readonly { on: string; asked: number; done: number }[];
  today: string;
  target: number;
  actual: number;
  expected: number;
  forecast: number | null;
  currency: string;
  shown: Shown;
  label: string;
  words: { target: string; today: string; forecast: string };
}

const [TOP, PLOT, BOTTOM] = [28, 182, 30];

export function BurnUp({ days, today, target, actual, expected, forecast, currency, shown, label, words }: Props) {
  const [holder, width] = useWidth();
  const worked = days.filter((day) => day.asked > 0 || day.done !== 0);
  const high = Math.max(target, actual, forecast ?? 0, 1) * 1.02;
  const x = (index: number) => (worked.length < 1 ? 0 : ((index + 1) / worked.length) * width);
  const y = (amount: number) => TOP + PLOT - (Math.max(0, amount) / high) * PLOT;
  let asked = 0;
  let done = 0;
  const road: [number, number][] = [[0, y(0)]];
  const line: [number, number][] = [[0, y(0)]];
  let now = 0;
  worked.forEach((day, i) => {
    asked += day.asked;
    road.push([x(i), y(asked)]);
    if (day.on <= today) {
      done += day.done;
      if (day.on < today || day.done !== 0) {
        line.push([x(i), y(done)]);
        now = x(i);
      }
    }
  });
  const mood = moodOf(shown.state);
  const soFar = road.filter(([at]) => at <= now + 0.5);
  const closing = [...soFar, ...line.toReversed()];
  const here = line.at(-1) ?? [0, y(0)];
  const isOpen = days.length > 0 && today <= (days.at(-1)?.on ?? "");
  const ticks = [0, Math.floor((worked.length - 1) / 3), Math.floor(((worked.length - 1) * 2) / 3), worked.length - 1];
  return (
    <div class="burn-up" ref={holder} style={{ height: `${TOP + PLOT + BOTTOM}px` }}>
      <svg width={width} height={TOP + PLOT + BOTTOM} role="img" aria-label={label}>
        <defs>
          <pattern id="burn-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
            <rect width="5" height="5" class={`hatch-ground is-${mood}`} />
            <rect width="2.2" height="5" class={`hatch-line is-${mood}`} />
          </pattern>
        </defs>
        {[0.25, 0.5, 0.75].map((part) => (
          <path key={part} class="burn-grid" d={`M0 ${TOP + PLOT * part}H${width}`} />
        ))}
        <path class="burn-base" d={`M0 ${TOP + PLOT}H${width}`} />
        <path class="burn-target" d={`M0 ${y(target)}H${width}`} />
        <text class="burn-strong" x={0} y={y(target) - 8}>
          {words.target}
        </text>
        {(mood === "behind" || mood === "risk") && closing.length > 2 && <path style={{ fill: "url(#burn-hatch)" }} d={`${path(closing)}z`} />}
        <path class="burn-expected" d={path(road)} />
        <path class="burn-done" d={path(line)} />
        {isOpen && <path class="burn-today" d={`M${here[0]} ${TOP}V${TOP + PLOT}`} />}
        {forecast !== null && isOpen && (
          <>
            <path class="burn-forecast" d={`M${here[0]} ${here[1]}L${width} ${y(forecast)}`} />
            <text class="burn-you" x={width} y={Math.min(TOP + PLOT - 12, y(forecast) + 58)} text-anchor="end">
              {words.forecast}
            </text>
          </>
        )}
        <circle class="burn-here" cx={here[0]} cy={here[1]} r={5.5} />
        <YouLabel at={here} width={width} text={t("pace.you", { amt: money(actual, currency, { style: "row" }) })} />
        <text class="burn-strong" x={Math.max(4, Math.min(here[0] - 14, width - 120))} y={Math.max(TOP + 16, y(expected) - 14)} text-anchor={here[0] > 110 ? "end" : "start"}>
          {t("pace.expected", { amt: money(expected, currency, { style: "row" }) })}
        </text>
        {[...new Set(ticks)].map((index, i, all) => {
          const day = worked[index];
          if (!day) return null;
          const anchor = i === 0 ? "start" : i === all.length - 1 ? "end" : "middle";
          const isNear = isOpen && Math.abs(x(index) - here[0]) < 56;
          return isNear ? null : (
            <text key={day.on} class="burn-tick" x={i === 0 ? 0 : x(index)} y={TOP + PLOT + 20} text-anchor={anchor}>
              {dayShort(day.on)}
            </text>
          );
        })}
        {isOpen && (
          <text class="burn-strong" x={Math.min(width - 24, Math.max(24, here[0]))} y={TOP + PLOT + 20} text-anchor="middle">
            {words.today}
          </text>
        )}
      </svg>
    </div>
  );
}

function YouLabel({ at, width, text }: { at: readonly [number, number] | number[]; width: number; text: string }) {
  const [left = 0, top = 0] = at;
  const isRight = left < width - 110;
  return (
    <text class="burn-you" x={isRight ? left + 12 : left - 12} y={Math.min(TOP + PLOT - 6, top + 20)} text-anchor={isRight ? "start" : "end"}>
      {text}
    </text>
  );
}

const path = (points: readonly (readonly [number, number])[]): string => `M${points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}`;
