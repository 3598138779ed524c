/**
 * The time as the server has it. No rule and no screen reads the device's clock by itself.
 *
 * `offset_ms` is server time minus device clock, learnt from each answer and kept between starts.
 */
import { signal } from "@preact/signals";

const offset = signal(0);

/** The time zone that days and times are shown in: the person's, else the organisation's. */
export const timeZone = signal<string>("Asia/Shanghai");

/** Ticks every minute while the app is open, so that screens showing today's date move on. */
export const minute = signal(0);

export const clock = {
  /** Now, as the server would say it. */
  now: (): Date => new Date(Date.now() + offset.peek()),
  /** Server time minus device clock, in milliseconds. */
  offset_ms: (): number => offset.peek(),
  setOffset(ms: number): void {
    offset.value = Math.round(ms);
  },
  /** Today in the person's zone, as YYYY-MM-DD. Re-renders a screen when the day changes. */
  today: (): string => {
    void minute.value;
    void offset.value;
    return dayOf(clock.now());
  },
};

/** The local day of an instant, as YYYY-MM-DD. */
export function dayOf(instant: Date | string, zone: string = timeZone.value): string {
  const parts = dayFormat(zone).formatToParts(typeof instant === "string" ? new Date(instant) : instant);
  const get = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${get("year").padStart(4, "0")}-${get("month")}-${get("day")}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function dayFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(zone, format);
  }
  return format;
}

/** The day `n` days after a day (both YYYY-MM-DD); `n` may be negative. */
export function addDays(day: string, n: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + n);
  return date.toISOString().slice(0, 10);
}

/** ISO weekday of a day: Monday is 1, Sunday 7. */
export const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
