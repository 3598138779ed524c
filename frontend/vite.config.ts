/** Builds the app. The service worker is a second, small build (vite.worker.config.ts). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

/** Icons are inlined into the code: only what draws them. Their licence stands in NOTICE. */
const slimIcons = {
  name: "slim-icons",
  enforce: "pre" as const,
  load(id: string) {
    const path = /^(.*lucide-static.*\.svg)\?raw$/.exec(id)?.[1];
    if (!path) return null;
    const svg = readFileSync(path, "utf8")
      .replace(/<!--.*?-->/gs, "")
      .replace(/<svg[^>]*>/, '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">')
      .replace(/\s+/g, " ")
      .replace(/> </g, "><")
      .trim();
    return `export default ${JSON.stringify(svg)}`;
  },
};

export default defineConfig({
  plugins: [slimIcons],
  define: { __VERSION__: JSON.stringify(version) },
  // The modern build of Dexie: the default one carries code for browsers that we do not serve.
  resolve: { alias: { dexie: fileURLToPath(new URL("node_modules/dexie/dist/modern/dexie.min.mjs", import.meta.url)) } },
  build: {
    target: "es2022",
    outDir: "dist",
    manifest: true,
    sourcemap: false,
    // Short names: the worker's list of files to keep is part of its size.
    // What the first screen is made of travels as one file: it compresses better than twenty.
    rolldownOptions: { output: { chunkFileNames: "assets/[hash:7].js", entryFileNames: "assets/[hash:7].js", assetFileNames: "assets/[hash:7][extname]", codeSplitting: { groups: [{ name: "base", test: /node_modules\/(preact|@preact|dexie)|src\/(core\/(words|clock|format|api|geo|router)|sync\/(state|trigger|blobs|contract|spare|tables|view|status|me|outbox|use|drafts|marker|index|effects)|ui\/(glyph|sync-chip|frame-words|amount|pace|tab-bar|map-link)|targets\/(queries|rules)|today\/(queries|words))/ }]  } } },
    modulePreload: { polyfill: false },
    // The security policy forbids inline scripts and data: modules; small assets stay files of their own.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://localhost:8000" } },
});
