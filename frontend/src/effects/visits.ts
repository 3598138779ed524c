/** What visits, tasks and next steps show on this phone until the server has settled them. */
import { metresBetween } from "../core/geo";
import { type Effects, type EntityMap, type Here, type MutationMap, put, set } from "../sync";

type Mine = Pick<
  Effects,
  "visits.plan_visit" | "visits.move_visit" | "visits.cancel_visit" | "visits.check_in" | "visits.finish" | "visits.add_task" | "visits.complete_task" | "visits.reopen_task"
>;

export const visits: Mine = {
  "visits.plan_visit": (args, here) => [
    put("visit", {
      ...blank(args.id, here),
      customer_id: args.customer_id,
      visit_type_id: args.visit_type_id ?? null,
      is_planned: true,
      planned_on: args.planned_on,
      planned_at: args.planned_at ?? null,
      purpose: args.purpose ?? null,
      expected_amount: args.expected_amount ?? null,
      sort: args.sort ?? 0,
    }),
  ],
  "visits.move_visit": ({ id, planned_on, planned_at, sort }) => [
    set("visit", id, { planned_on, ...(planned_at === undefined ? {} : { planned_at }), ...(sort === undefined || sort === null ? {} : { sort }) }),
  ],
  "visits.cancel_visit": ({ id }) => [set("visit", id, { status: "cancelled" })],
  "visits.check_in": async (args, here) => {
    const found = await here.get("visit", args.id);
    const customer = await here.get("customer", args.customer_id);
    const type = await here.get("visit_type", args.visit_type_id);
    const arrived: Partial<EntityMap["visit"]> = {
      status: "open",
      visit_type_id: args.visit_type_id,
      checked_in_at: here.at,
      off_site_reason: args.off_site_reason ?? null,
      ...whereabouts(args.position, customer, type),
    };
    if (found) return [set("visit", args.id, arrived)];
    return [put("visit", { ...blank(args.id, here), customer_id: args.customer_id, planned_on: args.planned_on, ...arrived })];
  },
  "visits.finish": async (args, here) => {
    const visit = await here.get("visit", args.id);
    const done = set("visit", args.id, {
      status: "done",
      checked_out_at: here.at,
      outcome: args.outcome,
      answers: args.answers,
      photos: args.photos ?? [],
      amount: args.amount ?? null,
      note: args.note ?? null,
    });
    if (!args.next_step) return [done];
    const { task_id, title, due_on } = args.next_step;
    return [done, put("task", { ...task(task_id, here), kind: "next_step", customer_id: visit?.customer_id ?? null, visit_id: args.id, title, due_on })];
  },
  "visits.add_task": (args, here) => [
    put("task", { ...task(args.id, here), customer_id: args.customer_id ?? null, title: args.title, due_on: args.due_on ?? null, due_at: args.due_at ?? null }),
  ],
  "visits.complete_task": ({ id }, here) => [set("task", id, { status: "done", done_at: here.at })],
  "visits.reopen_task": ({ id }) => [set("task", id, { status: "open", done_at: null })],
};

const task = (id: string, here: Here): EntityMap["task"] => ({
  ...here.made(id),
  person_id: here.person_id,
  customer_id: null,
  visit_id: null,
  kind: "todo",
  title: "",
  due_on: null,
  due_at: null,
  status: "open",
  done_at: null,
});

const blank = (id: string, here: Here): EntityMap["visit"] => ({
  ...here.made(id),
  person_id: here.person_id,
  customer_id: "",
  visit_type_id: null,
  status: "planned",
  is_planned: false,
  planned_on: "",
  planned_at: null,
  sort: 0,
  purpose: null,
  expected_amount: null,
  currency: null,
  checked_in_at: null,
  checked_out_at: null,
  lat: null,
  lng: null,
  datum: null,
  accuracy_m: null,
  fix_age_s: null,
  distance_m: null,
  grade: null,
  off_site_reason: null,
  outcome: null,
  answers: {},
  photos: [],
  amount: null,
  note: null,
  flags: [],
});

/**
 * Where the check-in was. The server measures and grades again; this is what shows until then. Not
 * async: in a transaction a browser waits only for the database, and one that is left early is refused.
 */
function whereabouts(
  position: MutationMap["visits.check_in"]["position"],
  customer: EntityMap["customer"] | undefined,
  type: EntityMap["visit_type"] | undefined,
): Partial<EntityMap["visit"]> {
  if (!position) return { grade: "no_location" };
  const distance_m = metresBetween(position, customer);
  const grade = distance_m === null ? null : distance_m <= (type?.radius_m ?? 150) ? "verified" : distance_m <= 1000 ? "nearby" : "off_site";
  return { ...position, accuracy_m: position.accuracy_m ?? null, fix_age_s: position.fix_age_s ?? null, distance_m, grade };
}
