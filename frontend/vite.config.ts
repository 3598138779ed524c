/** Builds the app. The service worker is a second, small build (vite.worker.config.ts). */
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    outDir: "dist",
    manifest: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
    // The security policy forbids inline scripts and data: modules; small assets stay files of their own.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://localhost:8000" } },
});
