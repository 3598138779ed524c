/** Draws the icons and splash pictures from the mark: three dashes of the pace road. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BRAND = "#00585F";

/** The mark in a square of 100, `share` of its width, in one colour on a ground. */
function square(share, ground, colour, radius = 0) {
  const width = 100 * share;
  const scale = width / 72;
  const at = `translate(${(100 - width) / 2} ${50 - 18 * scale}) scale(${scale})`;
  const mark = `<g transform="${at}" fill="${colour}"><path d="M8 1h16L16 35H0z"/><path d="M32 1h16l-8 34H24z"/><path d="M57.5 2.5h12L62.3 33.5h-12z" fill="none" stroke="${colour}" stroke-width="3"/></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" rx="${radius}" fill="${ground}"/>${mark}</svg>`;
}

const png = (svg, size) => sharp(Buffer.from(svg), { density: 600 }).resize(size, size).png({ compressionLevel: 9, palette: true }).toBuffer();

mkdirSync(here("../public/icons"), { recursive: true });
mkdirSync(here("../public/splash"), { recursive: true });
const out = (name) => here(`../public/${name}`);

writeFileSync(out("icons/icon.svg"), square(0.62, "#FFFFFF", BRAND, 22));
writeFileSync(out("icons/icon-192.png"), await png(square(0.62, "#FFFFFF", BRAND, 22), 192));
writeFileSync(out("icons/icon-512.png"), await png(square(0.62, "#FFFFFF", BRAND, 22), 512));
// Maskable: the mark stays inside the circle of 80 %.
writeFileSync(out("icons/maskable-512.png"), await png(square(0.5, BRAND, "#FFFFFF"), 512));
writeFileSync(out("icons/apple-touch-icon.png"), await png(square(0.6, "#FFFFFF", BRAND), 180));
// The badge of a notification: Android takes only its alpha channel.
const badge = square(0.86, "none", "#FFFFFF").replace(/<rect[^>]*>/, "");
writeFileSync(out("icons/badge-96.png"), await sharp(Buffer.from(badge), { density: 600 }).resize(96, 96).png({ compressionLevel: 9 }).toBuffer());

/** Sizes of iPhones' screens in CSS pixels and their ratio. */
const SCREENS = [
  [390, 844, 3],
  [393, 852, 3],
  [430, 932, 3],
  [375, 812, 3],
  [414, 896, 2],
  [375, 667, 2],
];
for (const [width, height, ratio] of SCREENS) {
  const mark = await png(square(0.62, "#FFFFFF", BRAND), 240);
  const picture = sharp({ create: { width: width * ratio, height: height * ratio, channels: 3, background: "#FFFFFF" } }).composite([{ input: mark, gravity: "centre" }]);
  writeFileSync(out(`splash/${width}x${height}@${ratio}.png`), await picture.png({ compressionLevel: 9, palette: true }).toBuffer());
}
