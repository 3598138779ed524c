/** Who may import whom: generated ← core ← sync ← ui ← features ← effects, registry, routes, app, main. */
const layers = ["generated", "core", "sync", "ui"];
const top = "^src/(after|app|begin|main|notes|notes-words|registry|routes|worker)\\.tsx?$";

const upward = layers.map((name, i) => ({
  name: `${name}-imports-only-from-below`,
  comment: `${name} may use ${[...layers.slice(0, i), "itself"].join(", ")}: needing to call up is the sign to pass a function in.`,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: "^src/", pathNot: [...layers.slice(0, i + 1).map((below) => `^src/${below}/`)] },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: "a-feature-uses-only-anothers-queries",
      comment: "Screens of one feature know of another feature only what it answers (queries, rules, effect) and how that is said and drawn (periods, styles).",
      severity: "error",
      from: { path: "^src/([^/]+)/", pathNot: [`^src/(${layers.join("|")}|effects)/`] },
      to: { path: "^src/([^/]+)/", pathNot: [`^src/(${layers.join("|")})/`, "^src/$1/", "^src/[^/]+/((queries|rules|effect|periods)\\.ts|[a-z-]+\\.css)$"] },
    },
    {
      name: "nothing-imports-the-top",
      comment: "registry, routes, app and main put everything together; nothing below may know of them.",
      severity: "error",
      from: { path: "^src/", pathNot: [top, "^src/effects/"] },
      to: { path: top },
    },
    {
      name: "the-worker-sees-only-sync-and-generated",
      comment: "The service worker has no DOM: it shares the sync engine and the generated types, and core below them.",
      severity: "error",
      from: { path: "service-worker/" },
      to: { path: "^src/", pathNot: ["^src/(sync|generated|core)/"] },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-development-package-in-the-app",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.tsx?$" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "(lucide-static|@fontsource|workbox)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(\\.test\\.tsx?$|^dist)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "browser", "default", "types"] },
  },
};
