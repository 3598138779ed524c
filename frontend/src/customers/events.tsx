/** What happened at a customer, as events of a timeline. */
import banknote from "lucide-static/icons/hand-coins.svg?raw";
import calendar from "lucide-static/icons/calendar-clock.svg?raw";
import mapPin from "lucide-static/icons/map-pin-check.svg?raw";
import receiptIcon from "lucide-static/icons/receipt-text.svg?raw";
import taskIcon from "lucide-static/icons/list-todo.svg?raw";
import { clock, dayOf } from "../core/clock";
import { money, time } from "../core/format";
import { pick, t } from "../core/words";
import { type EntityName, me, pendingOf, type Row } from "../sync";
import { PhotoTile } from "../ui/photo-tile";
import type { TimelineEvent } from "../ui/timeline";
import { Waiting } from "../ui/waiting";
import type { Names, Page } from "./queries";
import "./words";

type Visit = Page["visits"][number];
type Order = Page["orders"][number];
type Receipt = Page["receipts"][number];
type Task = Page["tasks"][number];

interface Sorted extends TimelineEvent {
  order: string;
}

/** All events newest first, the next planned visit on top. */
export function eventsOf(page: Page, names: Names): TimelineEvent[] {
  const today = clock.today();
  const next = page.visits
    .filter((one) => one.status === "planned" && one.planned_on >= today)
    .sort((a, b) => a.planned_on.localeCompare(b.planned_on) || (a.planned_at ?? "99").localeCompare(b.planned_at ?? "99"))[0];
  const events: Sorted[] = [
    ...page.visits.filter((one) => one.status !== "cancelled").map((one) => ofVisit(one, names)),
    ...page.orders.map((one) => ofOrder(one, names)),
    ...page.receipts.map((one) => ofReceipt(one, names)),
    ...page.tasks.filter((one) => one.due_on || one.done_at).map(ofTask),
  ];
  const isNext = (event: Sorted) => Number(event.key === `visit:${next?.id}`);
  return events.sort((a, b) => isNext(b) - isNext(a) || b.order.localeCompare(a.order) || (a.key < b.key ? -1 : 1));
}

const amountOf = (minor: number, currency: string | null): string => money(minor, currency ?? me().organization.currency, { style: "text" });
const joined = (parts: (string | false | null | undefined)[]): string => parts.filter(Boolean).join(t("event.gap"));
const orderOf = (on: string, at: string | null | undefined): string => `${on}T${(at ?? "").padStart(5, "0")}`;

/** An event's title with the mark of what is not on the server yet. */
function marked(entity: EntityName, id: string, title: string) {
  const state = pendingOf(entity, id);
  return (
    <>
      {title}
      {state !== "synced" && <Waiting state={state} />}
    </>
  );
}

function ofVisit(visit: Visit, names: Names): Sorted {
  const type = names.types.get(visit.visit_type_id ?? "");
  const isPlanned = visit.status === "planned";
  const at = isPlanned ? visit.planned_at : visit.checked_in_at && time(visit.checked_in_at);
  const on = visit.checked_in_at ? dayOf(visit.checked_in_at) : visit.planned_on;
  const outcome = pick(type?.outcomes.find((one) => one.key === visit.outcome)?.label);
  const kind = t(isPlanned ? "event.planned" : visit.status === "open" ? "event.open" : "event.visit");
  const by = visit.person_id === me().id ? "" : (names.people.get(visit.person_id) ?? "");
  return {
    key: `visit:${visit.id}`,
    order: orderOf(on, at),
    on,
    at,
    icon: isPlanned ? calendar : mapPin,
    title: marked("visit", visit.id, [kind, outcome, by].filter(Boolean).join(" · ")),
    text: isPlanned
      ? joined([visit.purpose, visit.expected_amount !== null && t("event.expected", { amt: amountOf(visit.expected_amount, visit.currency) })])
      : joined([
          visit.amount !== null && t("event.dealt", { amt: amountOf(visit.amount, visit.currency) }),
          visit.grade === "off_site" && t("event.offSite"),
          visit.note ?? visit.purpose,
        ]),
    more: visit.photos.length > 0 && (
      <div class="photos event-photos">
        {visit.photos.slice(0, 3).map((photo, i) => (
          <PhotoTile key={photo.sha256} sha256={photo.sha256} name={t("form.photo", { n: i + 1 })} />
        ))}
      </div>
    ),
  };
}

function ofOrder(order: Order, names: Names): Sorted {
  return {
    key: `order:${order.id}`,
    order: orderOf(order.ordered_on, null),
    on: order.ordered_on,
    icon: receiptIcon,
    title: t("event.order", { amt: amountOf(order.amount, order.currency) }),
    text: linesOf(order, names),
  };
}

export const linesOf = (order: Order, names: Names): string =>
  joined(order.lines.map((line) => t("event.orderLine", { name: names.products.get(line.product_id) ?? "–", n: line.quantity.toLocaleString("en-US") })));

function ofReceipt(receipt: Receipt, names: Names): Sorted {
  const line = names.lines.find((one) => one.id === receipt.product_line_id)?.name;
  return {
    key: `receipt:${receipt.id}`,
    order: orderOf(receipt.received_on, dayOf(receipt.reported_at) === receipt.received_on ? time(receipt.reported_at) : null),
    on: receipt.received_on,
    icon: banknote,
    title: marked("receipt", receipt.id, t("event.receipt", { amt: amountOf(receipt.amount, receipt.currency) })),
    text: joined([line, t(`receipt.${receipt.status}`) + (receipt.refused_reason ? t("event.reason", { text: receipt.refused_reason }) : ""), receipt.note]),
  };
}

function ofTask(task: Task): Sorted {
  const isDone = task.status === "done";
  const on = isDone && task.done_at ? dayOf(task.done_at) : (task.due_on ?? dayOf(task.created_at));
  const at = isDone && task.done_at ? time(task.done_at) : task.due_at;
  return {
    key: `task:${task.id}`,
    order: orderOf(on, at),
    on,
    at,
    icon: taskIcon,
    title: marked("task", task.id, t(isDone ? "event.taskDone" : "event.task", { title: task.title })),
  };
}

/** The product line of the latest order, which a payment is most likely for. */
export function usualLine(orders: readonly Order[], products: readonly Row<"product">[]): string | null {
  const latest = [...orders].sort((a, b) => (a.ordered_on < b.ordered_on ? 1 : -1))[0];
  return products.find((one) => one.id === latest?.lines[0]?.product_id)?.product_line_id ?? null;
}
