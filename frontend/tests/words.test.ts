/** Every string that a person reads stands in a word list, in both languages. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { knownWords, locale, say } from "../src/core/words";

const SRC = join(import.meta.dirname, "../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !/\.test\.|generated|fonts/.test(file));
const isWords = (file: string) => /words\.ts$/.test(file) || file === join("core", "format.ts");
/** Names of languages stand in their own language everywhere; 万 and 亿 are units; pinyin needs its bounds. */
const DATA = new Set(["中文", "万", "亿", "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀"]);
const CJK = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
const READABLE = new Set(["aria-label", "title", "placeholder", "alt", "label"]);

await Promise.all(files.filter(isWords).map((file) => import(join(SRC, file))));

/** Strings of a file that a person would read and that are not from a word list. */
function strays(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), "utf8"), ts.ScriptTarget.Latest, true, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && /[A-Za-z]{2}/.test(node.text)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && READABLE.has(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer) && /[A-Za-z]{2}/.test(node.initializer.text))
      found.push(node.initializer.text);
    if (
      (ts.isStringLiteral(node) ||
        ts.isNoSubstitutionTemplateLiteral(node) ||
        ts.isTemplateHead(node) ||
        ts.isTemplateTail(node) ||
        ts.isTemplateMiddle(node) ||
        ts.isJsxText(node)) &&
      CJK.test(node.text) &&
      !DATA.has(node.text)
    )
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("words", () => {
  it("are the only place of strings that people read", () => {
    const found = files.filter((file) => !isWords(file)).flatMap((file) => strays(file).map((text) => `${file}: ${text}`));
    expect(found).toEqual([]);
  });

  it("are there in both languages, with the same values to fill in", () => {
    expect(knownWords().size).toBeGreaterThan(100);
    const names = (text: string) => new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]));
    const isWithin = (inner: Set<string | undefined>, outer: Set<string | undefined>) => [...inner].every((name) => outer.has(name));
    // English may leave a value out ("Today’s stops: …, enough"), never name one that Chinese does not have.
    const wrong = [...knownWords()].filter(([key, { zh, en }]) => !zh || !en || (key !== "format.month" && !key.startsWith("push.sample") && !isWithin(names(en), names(zh))));
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it("fill in values and choose the plural", () => {
    locale.value = "en";
    expect(say("sync.attentionN", { n: 1 })).toBe("1 needs attention");
    expect(say("sync.attentionN", { n: 2 })).toBe("2 need attention");
    locale.value = "zh";
    expect(say("sync.attentionN", { n: 2 })).toBe("2 项需要处理");
    expect(say("no.such.key")).toBeNull();
  });
});
