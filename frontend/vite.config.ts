/** Builds the app. The service worker is a second, small build (vite.worker.config.ts). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

export default defineConfig({
  define: { __VERSION__: JSON.stringify(version) },
  // The modern build of Dexie: the default one carries code for browsers that we do not serve.
  resolve: { alias: { dexie: fileURLToPath(new URL("node_modules/dexie/dist/modern/dexie.min.mjs", import.meta.url)) } },
  build: {
    target: "es2022",
    outDir: "dist",
    manifest: true,
    sourcemap: false,
    // Short names: the worker's list of files to keep is part of its size.
    rolldownOptions: { output: { chunkFileNames: "assets/[hash].js", entryFileNames: "assets/[hash].js", assetFileNames: "assets/[hash][extname]" } },
    modulePreload: { polyfill: false },
    // The security policy forbids inline scripts and data: modules; small assets stay files of their own.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://localhost:8000" } },
});
