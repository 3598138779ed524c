/** Builds the service worker with the list of files to precache. Runs after the app's own build. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const dist = here("dist");

/** What the app needs to open without a network. Splash pictures and large icons come when asked for. */
const KEPT = [/^index\.html$/, /^manifest\.webmanifest$/, /^assets\/.*\.(js|css|woff2)$/, /^icons\/(icon\.svg|icon-192\.png)$/];

const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
const kept = files.filter((file) => KEPT.some((pattern) => pattern.test(file))).sort();
// Files in assets/ are named by their hash, all of one length: strung together by their endings the list weighs least.
const NAME = /^assets\/(.{7})\.(\w+)$/;
const assets: Record<string, string> = {};
for (const file of kept.filter((one) => one.startsWith("assets/"))) {
  const [, name, ending] = NAME.exec(file) ?? [];
  if (!name || !ending) throw new Error(`${file}: names in assets/ are seven characters and an ending`);
  assets[ending] = (assets[ending] ?? "") + name;
}
const others = kept.filter((file) => !file.startsWith("assets/")).map((file) => ({ url: `/${file}`, revision: hashOf(file) }));

function hashOf(file: string): string {
  return createHash("sha256")
    .update(readFileSync(join(dist, file)))
    .digest("hex")
    .slice(0, 8);
}

export default defineConfig({
  publicDir: false,
  define: { __ASSETS__: JSON.stringify(assets), __OTHERS__: JSON.stringify(others), "process.env.NODE_ENV": JSON.stringify("production") },
  resolve: {
    alias: [
      { find: /^workbox-(core|precaching|routing|strategies)(.*)$/, replacement: `${here("node_modules")}/workbox-$1$2` },
      { find: "@phone", replacement: here("src") },
    ],
  },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: false,
    minify: "terser",
    terserOptions: { compress: { passes: 3, unsafe_arrows: true }, ecma: 2020, format: { comments: false } },
    lib: { entry: here("../service-worker/sw.ts"), formats: ["iife"], name: "sw", fileName: () => "sw.js" },
  },
});
