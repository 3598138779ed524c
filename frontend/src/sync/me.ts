/** Who is signed in, with the rows that say so: person, account, organisation. */
import { computed, effect, signal } from "@preact/signals";
import { liveQuery } from "dexie";
import type { EntityMap } from "./contract";
import { current, maybeDb } from "./state";

export type Role = "rep" | "manager" | "director" | "admin" | "finance" | "staff";

export interface Me {
  id: string;
  role: Role;
  person: EntityMap["person"];
  account: EntityMap["account"];
  organization: EntityMap["organization"];
}

const rows = signal<{ person?: EntityMap["person"]; account?: EntityMap["account"]; organization?: EntityMap["organization"] }>({});

let stop: (() => void) | null = null;
effect(() => {
  const who = current.value;
  stop?.();
  stop = null;
  rows.value = {};
  const database = maybeDb();
  if (!who || !database) return;
  const subscription = liveQuery(async () => ({
    person: await database.person.get(who.user_id),
    account: await database.account.where("person_id").equals(who.user_id).first(),
    organization: await database.organization.get(who.organization_id),
  })).subscribe({
    next: (value) => {
      rows.value = value;
    },
    error: () => undefined,
  });
  stop = () => subscription.unsubscribe();
});

const both = computed<Me | null>(() => {
  const who = current.value;
  if (!who) return null;
  const { person, account, organization } = rows.value;
  const blank = { organization_id: who.organization_id, created_at: "", created_by: null };
  return {
    id: who.user_id,
    role: (person?.role ?? who.user.role ?? "rep") as Role,
    person: person ?? {
      external_id: null,
      name: "",
      role: "rep",
      team_id: null,
      manager_id: null,
      title: null,
      hired_on: null,
      left_on: null,
      is_active: true,
      ...blank,
      ...who.user,
    },
    account: account ?? {
      id: "",
      person_id: who.user_id,
      email: who.user.email ?? null,
      phone: null,
      locale: "zh-CN",
      theme: "auto",
      time_zone: null,
      remind_at: "08:00",
      is_reminded: true,
      quiet_from: "20:00",
      quiet_to: "07:30",
      preferences: {},
      ...blank,
    },
    organization: organization ?? {
      code: "",
      name: "",
      currency: "CNY",
      time_zone: "Asia/Shanghai",
      calendar: "CN",
      locale: "zh-CN",
      workdays: [1, 2, 3, 4, 5],
      settings: {},
      created_at: "",
      ...who.organization,
    },
  };
});

/** The signed-in person. Throws before sign-in; screens behind the sign-in may rely on it. */
export function me(): Me {
  const value = both.value;
  if (!value) throw new Error("nobody is signed in");
  return value;
}
export const maybeMe = both;
