/**
 * Numbers, money, days and distances as people read them (experience.md, section 8).
 *
 * Amounts are integer minor units. Rounding is for display only.
 */
import { clock, addDays, dayOf, timeZone } from "./clock";
import { defineWords, locale, localeTag, t } from "./words";

export const words = defineWords({
  "format.noChange": { zh: "不变", en: "No change" },
  "format.today": { zh: "今天", en: "Today" },
  "format.yesterday": { zh: "昨天", en: "Yesterday" },
  "format.tomorrow": { zh: "明天", en: "Tomorrow" },
  "format.metres": { zh: "{n} 米", en: "{n} m" },
  "format.kilometres": { zh: "{n} 公里", en: "{n} km" },
  "format.month": { zh: "{n} 月", en: "{name}" },
});
type Words = typeof words;
declare module "./words" {
  interface Catalog extends Words {}
}

export interface MoneyParts {
  /** "+", "−" (U+2212) or "". */
  sign: string;
  /** "¥", or "" where the list's header names the unit. */
  symbol: string;
  number: string;
  /** "万", "亿", "k", "M" or "". */
  unit: string;
}

/**
 * headline: `¥6.1万` / `¥61k` · row: `6.1万` / `61k`, for dense lists · text: `6.1 万`, inside a
 * Chinese sentence · plain: every digit, `¥61,000`, with cents when there are any.
 */
export type MoneyStyle = "headline" | "row" | "text" | "plain";
export interface MoneyOptions {
  style?: MoneyStyle;
  /** Always a sign, for deltas. */
  signed?: boolean;
}

/** An amount as parts, for display numbers whose symbol and unit are set smaller. */
export function moneyParts(minor: number, currency: string, { style = "headline", signed = false }: MoneyOptions = {}): MoneyParts {
  const value = Math.abs(minor) / 10 ** minorDigits(currency);
  const sign = minor < 0 ? "−" : signed && minor > 0 ? "+" : "";
  const symbol = style === "row" || style === "text" ? "" : symbolOf(currency);
  if (style === "plain") return { sign, symbol, number: grouped(value, Number.isInteger(value) ? 0 : minorDigits(currency)), unit: "" };
  const [number, unit] = locale.value === "zh" ? compactZh(value) : compactEn(value);
  return { sign, symbol, number, unit };
}

/** An amount as one string. */
export function money(minor: number, currency: string, options: MoneyOptions = {}): string {
  const { sign, symbol, number, unit } = moneyParts(minor, currency, options);
  const space = options.style === "text" && locale.value === "zh" && unit ? " " : "";
  return `${sign}${symbol}${number}${space}${unit}`;
}

/** A change of an amount: always signed, and in words when there is none. */
export function moneyDelta(minor: number, currency: string, style: MoneyStyle = "row"): string {
  return minor === 0 ? t("format.noChange") : money(minor, currency, { style, signed: true });
}

function compactZh(value: number): [string, string] {
  if (value >= 99_995_000) return [(value / 1e8).toFixed(2), "亿"];
  if (value >= 9_999.5) return [(value / 1e4).toFixed(1), "万"];
  return [grouped(value, 0), ""];
}

function compactEn(value: number): [string, string] {
  if (value >= 999_500) return [(value / 1e6).toFixed(2), "M"];
  if (value >= 9_999.5) return [grouped(value / 1e3, 0), "k"];
  return [grouped(value, 0), ""];
}

function grouped(value: number, digits: number): string {
  return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** How many minor digits a currency has: 2 for CNY, 0 for JPY. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** The short symbol of a currency: ¥, $, €. */
export function symbolOf(currency: string): string {
  const parts = new Intl.NumberFormat(localeTag(), { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(0);
  return parts.find((part) => part.type === "currency")?.value ?? currency;
}

/** What a person typed as an amount, in minor units; null if it is not a number. Takes 万 and k. */
export function parseMoney(text: string, currency: string): number | null {
  const match = /^\s*([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)\s*(万|k)?\s*$/i.exec(text.replace(/[¥¥$,]/g, ""));
  if (!match?.[1]) return null;
  const factor = match[2] === "万" ? 1e4 : match[2] ? 1e3 : 1;
  const minor = Math.round(Number(match[1]) * factor * 10 ** minorDigits(currency));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** Working days with one decimal: `1.4`; signed: `+1.4`, `−0.6`. */
export function days(value: number, { signed = false }: { signed?: boolean } = {}): string {
  const text = Math.abs(value).toFixed(1);
  if (!signed || text === "0.0") return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** `11月23日 周一` / `Mon 23 Nov`. */
export function day(value: string): string {
  const date = atNoon(value);
  if (locale.value === "zh") {
    const name = new Intl.DateTimeFormat("zh-CN", { weekday: "short", timeZone: "UTC" }).format(date);
    return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日 ${name}`;
  }
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(date);
  return `${part({ weekday: "short" })} ${date.getUTCDate()} ${part({ month: "short" })}`;
}

/** `11/20` / `20 Nov`. */
export function dayShort(value: string): string {
  const date = atNoon(value);
  if (locale.value === "zh") return `${date.getUTCMonth() + 1}/${date.getUTCDate()}`;
  return `${date.getUTCDate()} ${new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" }).format(date)}`;
}

/** 今天, 昨天 or 明天 where it is one of them, else the compact day. */
export function dayNear(value: string): string {
  const today = clock.today();
  if (value === today) return t("format.today");
  if (value === addDays(today, -1)) return t("format.yesterday");
  if (value === addDays(today, 1)) return t("format.tomorrow");
  return dayShort(value);
}

/** `11 月` / `November`, of a day in that month. */
export function month(value: string): string {
  const date = atNoon(value);
  return t("format.month", { n: date.getUTCMonth() + 1, name: new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(date) });
}

/** Time of day of an instant in the person's zone, 24 h: `9:41`. */
export function time(instant: string | Date): string {
  const parts = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: timeZone.value });
  return parts.format(typeof instant === "string" ? new Date(instant) : instant).replace(/^0(\d)/, "$1");
}

/** `9:41` today, `昨天 17:20` yesterday, `11/20 17:20` before. */
export function moment(instant: string | Date): string {
  const on = dayOf(instant);
  return on === clock.today() ? time(instant) : `${dayNear(on)} ${time(instant)}`;
}

/** Metres below 1 km, then kilometres with one decimal. */
export function distance(metres: number): string {
  return metres < 999.5 ? t("format.metres", { n: Math.round(metres) }) : t("format.kilometres", { n: (metres / 1000).toFixed(1) });
}

/** A size of stored bytes: `1.9 MB`. */
export function bytes(size: number): string {
  return size < 100_000 ? `${Math.max(1, Math.round(size / 1000))} KB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

const atNoon = (value: string): Date => new Date(`${value}T12:00:00Z`);
