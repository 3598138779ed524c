/**
 * Every string that a person reads, in Chinese and English.
 *
 * A feature keeps its own `words.ts`:
 *
 *     import { defineWords } from "../core/words";
 *     export const words = defineWords({
 *       "today.needed": { zh: "今天需要", en: "Needed today" },
 *       "today.split": { zh: "原计划 {a} + 追赶 {b}", en: "Plan {a} + catch-up {b}" },
 *     });
 *     type Words = typeof words;
 *     declare module "../core/words" {
 *       interface Catalog extends Words {}
 *     }
 *
 * and its screens `import "./words"` and say `t("today.split", { a, b })`. An unknown key, a missing
 * language or a missing value does not compile. A key belongs to one feature only.
 *
 * English plurals: `{n|day|days}` gives the first word for 1 and the second otherwise.
 */
import { signal } from "@preact/signals";

export type Locale = "zh" | "en";

/** One sentence in both languages. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** All keys of all features; each `words.ts` adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the features
export interface Catalog {}

type Name<S extends string> = S extends `${infer N}|${string}` ? N : S;
type Params<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? Name<P> | Params<Rest> : never;
type SentenceOf<K extends keyof Catalog> = Catalog[K] extends Sentence ? Catalog[K] : never;
type ParamsOf<K extends keyof Catalog> = Params<SentenceOf<K>["zh"]> | Params<SentenceOf<K>["en"]>;

export type WordKey = keyof Catalog;
export type WordValues<K extends WordKey> = [ParamsOf<K>] extends [never] ? [] : [values: Record<ParamsOf<K>, string | number>];

const sentences = new Map<string, Sentence>();

/** The reader's language. Setting it re-renders whatever called `t`. */
export const locale = signal<Locale>("zh");

/** The BCP 47 tag for `Intl` and for the page's `lang`. */
export const localeTag = (): string => (locale.value === "zh" ? "zh-CN" : "en-GB");

/** Adds a feature's words. The same key twice with different words is a defect and throws. */
export function defineWords<const T extends Record<string, Sentence>>(words: T): T {
  for (const [key, sentence] of Object.entries(words)) {
    const known = sentences.get(key);
    if (known && (known.zh !== sentence.zh || known.en !== sentence.en)) throw new Error(`two sentences for "${key}"`);
    sentences.set(key, sentence);
  }
  return words;
}

/** The words of a key in the reader's language, with its values filled in. */
export function t<K extends WordKey>(key: K, ...[values]: WordValues<K>): string {
  return fill(key as string, values);
}

/** As `t`, for a key made at run time (an error code, a role); null if there are no such words. */
export function say(key: string, values?: Record<string, string | number>): string | null {
  return sentences.has(key) ? fill(key, values) : null;
}

function fill(key: string, values?: Record<string, string | number>): string {
  const sentence = sentences.get(key);
  if (!sentence) throw new Error(`no words for "${key}"`);
  return sentence[locale.value].replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = values?.[name] ?? "";
    return one === undefined ? String(value) : Number(value) === 1 ? one : (many ?? "");
  });
}

/** All sentences so far, for the tests that compare the languages. */
export const knownWords = (): ReadonlyMap<string, Sentence> => sentences;

/** The language of a locale such as `zh-CN`. */
export const languageOf = (tag: string): Locale => (tag.toLowerCase().startsWith("zh") ? "zh" : "en");

/** A name kept as data in both languages (`{zh, en}`), such as the label of a visit type's step. */
export function pick(name: unknown): string {
  if (typeof name === "string") return name;
  const both = (name ?? {}) as Partial<Record<Locale, string>>;
  return both[locale.value] ?? both.zh ?? both.en ?? "";
}
