/** Cuts the fonts down to what the app shows: numerals of Barlow Semi Condensed, Latin text of Inter. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join("");

const LATIN = `${range(0x20, 0x7e)}${range(0xa0, 0xff)}–—‘’“”…·•−€×`;
const NUMERALS = "0123456789¥$€£.,+−–-%/: kM()";
const FONTS = [
  ["barlow-semi-condensed", "barlow-semi-condensed-latin-500-normal", NUMERALS],
  ["barlow-semi-condensed", "barlow-semi-condensed-latin-600-normal", NUMERALS],
  ["inter", "inter-latin-400-normal", LATIN],
  ["inter", "inter-latin-600-normal", LATIN],
];

mkdirSync(here("../src/fonts"), { recursive: true });
for (const [family, file, text] of FONTS) {
  const full = readFileSync(here(`../node_modules/@fontsource/${family}/files/${file}.woff2`));
  const cut = await subsetFont(full, text, { targetFormat: "woff2" });
  writeFileSync(here(`../src/fonts/${file}.woff2`), cut);
  console.log(file, full.length, "→", cut.length);
}
