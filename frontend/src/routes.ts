/** Every screen: its path, the code that is loaded for it, and whether the tab bar stays. */
import type { ComponentType } from "preact";

export interface RouteLine {
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** The tab that is selected on this screen; without one the tab bar is hidden (flows). */
  tab?: "today" | "customers" | "targets" | "approvals" | "me";
}

/** Screens of the features; a feature that has not landed has no line, and no tab leads to it. */
const screens = import.meta.glob<{ default: ComponentType }>(["./today/*.tsx", "./customers/*.tsx", "./visits/*.tsx", "./targets/*.tsx", "./approvals/*.tsx"]);

function landed(path: string, file: string, tab?: RouteLine["tab"]): RouteLine[] {
  const load = screens[file];
  return load ? [{ path, load, tab }] : [];
}

export const routes: RouteLine[] = [
  ...landed("/today", "./today/today.tsx", "today"),
  ...landed("/customers", "./customers/customers.tsx", "customers"),
  ...landed("/customers/:id", "./customers/customer.tsx", "customers"),
  ...landed("/visit/:id", "./visits/check-in.tsx"),
  ...landed("/targets", "./targets/targets.tsx", "targets"),
  ...landed("/targets/:periodStart", "./targets/target.tsx", "targets"),
  ...landed("/changes/:id", "./targets/change.tsx"),
  ...landed("/request", "./targets/request.tsx"),
  ...landed("/approvals", "./approvals/approvals.tsx", "approvals"),
  ...landed("/approvals/:id", "./approvals/approval.tsx"),
  { path: "/me", load: () => import("./me/me"), tab: "me" },
  { path: "/me/devices", load: () => import("./me/devices"), tab: "me" },
  { path: "/me/notifications", load: () => import("./me/notifications") },
  { path: "/sync", load: () => import("./sync-list/sync-list") },
  { path: "/inbox", load: () => import("./inbox/inbox") },
];

/** Screens that open whether or not somebody is signed in. */
export const openRoutes: RouteLine[] = [
  { path: "/sign-in", load: () => import("./sign-in/sign-in") },
  { path: "/join/:token", load: () => import("./sign-in/join") },
  { path: "/install", load: () => import("./install/install") },
];
