/** What receipts, adjustments, receipts of change, notices, preferences and leave show until settled. */
import { type Effects, type EntityMap, put, remove, set } from "../sync";

type Sales = Pick<Effects, "sales.report_receipt" | "sales.confirm_receipt" | "sales.refuse_receipt">;
export const sales: Sales = {
  // No credit is shown: the rep's own pace adds waiting receipts itself and marks them.
  "sales.report_receipt": (args, here) => [
    put("receipt", {
      ...here.made(args.id),
      customer_id: args.customer_id,
      person_id: here.person_id,
      order_id: args.order_id ?? null,
      visit_id: args.visit_id ?? null,
      product_line_id: args.product_line_id ?? null,
      received_on: args.received_on,
      currency: args.currency,
      amount: args.amount,
      base_amount: args.amount,
      method: args.method ?? null,
      note: args.note ?? null,
      status: "reported",
      reported_at: here.at,
      confirmed_at: null,
      confirmed_by: null,
      refused_reason: null,
    }),
  ],
  "sales.confirm_receipt": ({ id }, here) => [set("receipt", id, { status: "confirmed", confirmed_at: here.at, confirmed_by: here.person_id })],
  "sales.refuse_receipt": ({ id }) => [set("receipt", id, { status: "refused" })],
};

type Targets = Pick<
  Effects,
  | "targets.request_adjustment"
  | "targets.approve_adjustment"
  | "targets.reject_adjustment"
  | "targets.return_adjustment"
  | "targets.withdraw_adjustment"
  | "targets.undo_adjustment"
  | "targets.acknowledge_change"
  | "targets.see_change"
  | "targets.ask_about_change"
>;
/** A decision made offline is an intent: the request shows it, no target changes before the server says so. */
const decided = (status: EntityMap["adjustment"]["status"]) => (args: { id: string; note?: string | null }, here: { at: string; person_id: string }) => [
  set("adjustment", args.id, { status, decided_at: here.at, decided_by: here.person_id, decision_note: args.note ?? null }),
];
export const targets: Targets = {
  "targets.request_adjustment": async (args, here) => {
    const person = await here.get("person", here.person_id);
    const cells = await Promise.all(
      args.cells.map(async ({ target_id, new_value }) => {
        const target = await here.get("target", target_id);
        return {
          target_id,
          new_value,
          person_id: target?.person_id ?? here.person_id,
          product_line_id: target?.product_line_id ?? null,
          period_start: target?.period_start ?? "",
          period_end: target?.period_end ?? "",
          old_value: target?.value ?? 0,
        };
      }),
    );
    return [
      put("adjustment", {
        ...here.made(args.id),
        plan_id: args.plan_id,
        requester_id: here.person_id,
        approver_id: person?.manager_id ?? "",
        cells,
        reason: args.reason,
        photos: args.photos ?? [],
        effective_from: args.effective_from,
        seen_version: args.seen_version,
        status: "submitted",
        submitted_at: here.at,
        decided_at: null,
        decided_by: null,
        decision_note: null,
        result_version: null,
      }),
    ];
  },
  "targets.approve_adjustment": decided("approved"),
  "targets.reject_adjustment": decided("rejected"),
  "targets.return_adjustment": decided("returned"),
  "targets.withdraw_adjustment": ({ id }) => [set("adjustment", id, { status: "withdrawn" })],
  "targets.undo_adjustment": ({ id }) => [set("adjustment", id, { status: "undone" })],
  // Acknowledging a change acknowledges the earlier ones of the same plan and period.
  "targets.acknowledge_change": async ({ id }, here) => {
    const receipt = await here.get("change_receipt", id);
    if (!receipt) return [];
    const all = await here.where("change_receipt", "person_id", receipt.person_id);
    return all
      .filter((one) => one.plan_id === receipt.plan_id && one.period_start === receipt.period_start && one.period_end === receipt.period_end)
      .filter((one) => one.to_version <= receipt.to_version && one.acknowledged_at === null)
      .map((one) => set("change_receipt", one.id, { acknowledged_at: here.at, seen_at: one.seen_at ?? here.at }));
  },
  "targets.see_change": async ({ id }, here) => {
    const receipt = await here.get("change_receipt", id);
    return receipt?.seen_at ? [] : [set("change_receipt", id, { seen_at: here.at })];
  },
  "targets.ask_about_change": ({ id, question }, here) => [set("change_receipt", id, { question, asked_at: here.at })],
};

type Notifications = Pick<Effects, "notifications.mark_seen" | "notifications.acknowledge">;
export const notifications: Notifications = {
  "notifications.mark_seen": async ({ ids }, here) => {
    const found = await Promise.all(ids.map((id) => here.get("notice", id)));
    return found.flatMap((notice) => (notice && !notice.seen_at ? [set("notice", notice.id, { seen_at: here.at })] : []));
  },
  "notifications.acknowledge": ({ id }, here) => [set("notice", id, { acknowledged_at: here.at })],
};

type Org = Pick<Effects, "org.set_preferences" | "org.add_leave" | "org.remove_leave">;
export const org: Org = {
  "org.set_preferences": async ({ fields }, here) => {
    const [account] = await here.where("account", "person_id", here.person_id);
    if (!account) return [];
    // Preferences merge key by key, as on the server.
    const preferences = fields.preferences ? { preferences: { ...account.preferences, ...(fields.preferences as object) } } : {};
    return [set("account", account.id, { ...fields, ...preferences })];
  },
  "org.add_leave": (args, here) => [
    put("leave", { ...here.made(args.id), person_id: args.person_id, from_on: args.from_on, to_on: args.to_on, share: args.share ?? 100, reason: args.reason ?? null }),
  ],
  "org.remove_leave": ({ id }) => [remove("leave", id)],
};

type Sync = Pick<Effects, "sync.ask" | "sync.admit" | "sync.decline" | "sync.discard">;
/** What is settled about a refused item shows in the Sync screen from the outbox itself. */
export const sync: Sync = {
  "sync.ask": () => [],
  "sync.admit": () => [],
  "sync.decline": () => [],
  "sync.discard": () => [],
};
