<<<<<<< HEAD
/** A customer: arrive prepared. What happened, newest first; the next planned visit on top. */
import calendar from "lucide-static/icons/calendar-clock.svg?raw";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import coins from "lucide-static/icons/hand-coins.svg?raw";
import filePlus from "lucide-static/icons/file-plus-2.svg?raw";
import navigation from "lucide-static/icons/navigation.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import pin from "lucide-static/icons/map-pin-check.svg?raw";
import receiptIcon from "lucide-static/icons/receipt-text.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock, dayOf } from "../core/clock";
import { day, dayNear, dayShort, money, time } from "../core/format";
import { go, useLocation, useRoute } from "../core/router";
import { t } from "../core/words";
import { type EntityName, me, syncStatus, useLive } from "../sync";
=======
/** One customer: arrive prepared. Mine from this phone; somebody else's from the server, to read. */
import ellipsis from "lucide-static/icons/ellipsis.svg?raw";
import filePlus from "lucide-static/icons/file-plus.svg?raw";
import mapPin from "lucide-static/icons/map-pin-check.svg?raw";
import navigation from "lucide-static/icons/navigation.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import pen from "lucide-static/icons/square-pen.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../core/api";
import { day, money } from "../core/format";
import { go, useRoute } from "../core/router";
import { t } from "../core/words";
import { db, me, mutate, pendingOf, type Row, syncStatus, useLive } from "../sync";
>>>>>>> s2
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { mapLink } from "../ui/map-link";
import { PageBar } from "../ui/page-bar";
<<<<<<< HEAD
import { Button, Dock, PendingMark, Tabs } from "../ui/parts";
import { OfflineStrip } from "../ui/sync-chip";
import { ContactForm, CustomerForm, ReceiptForm, VisitForm } from "./forms";
import { type CustomerPage, fetchCustomer, readCustomer, visitToday } from "./queries";
import "../targets/targets.css";
import "./customers.css";
import "./words";

type OpenSheet = "receipt" | "visit" | "edit" | "contact" | null;

export default function CustomerScreen() {
  const { id = "" } = useRoute().params;
  const { query } = useLocation();
  const here = useLive(() => readCustomer(id), [id], { keep: true });
  const away = useAway(id, here === null);
  const page = here ?? away;
  const [sheet, setSheet] = useState<OpenSheet>(query.receipt ? "receipt" : null);
  const [tab, setTab] = useState<"timeline" | "orders" | "contacts">("timeline");
  if (here === undefined || (here === null && away === undefined)) return <main class="page" aria-busy="true" />;
  if (!page) return <Gone />;
  const { customer, contacts } = page;
  const isMine = page.isHere && customer.owner_id === me().id;
  const close = () => setSheet(null);
  const number = contacts.find((contact) => contact.phone)?.phone ?? customer.phone;
  const link = mapLink(customer);
  const { currency } = me().organization;
  const today = visitToday(page.visits);
=======
import { Sheet } from "../ui/sheet";
import { OfflineStrip } from "../ui/sync-chip";
import { Tabs } from "../ui/tabs";
import { Timeline } from "../ui/timeline";
import { Waiting } from "../ui/waiting";
import { eventsOf, linesOf, usualLine } from "./events";
import { ContactForm, EditCustomer, PinSheet, PlanForm, ReceiptForm, RefuseForm } from "./forms";
import { type Names, openOnline, type Page, readMonth, readNames, readPage } from "./queries";
import "./customers.css";
import "./words";

export default function CustomerScreen() {
  const id = useRoute().params.id ?? "";
  const here = useLive(() => readPage(id), [id], { keep: true });
  const online = useOnline(id, here === null);
  const names = useLive(readNames);
  const moved = here?.customer.merged_into_id;
  useEffect(() => {
    if (moved) go(`/customers/${moved}`, { replace: true });
  }, [moved]);
  const page = here ?? online.page;
  if (!page || !names) {
    return (
      <main class="page customer" aria-busy={!online.problem}>
        <PageBar parent="/customers" />
        {online.problem && (
          <>
            <h1 class="page-title">{t(online.problem === "gone" ? "customer.gone" : "customer.notHere")}</h1>
            {online.problem === "offline" && <p class="page-lead">{t("customer.notHereText")}</p>}
          </>
        )}
      </main>
    );
  }
  return <CustomerPage key={id} page={page} own={here && here.customer.owner_id === me().id ? here.customer : null} names={names} />;
}

/** A customer that this phone does not hold, from the server. */
function useOnline(id: string, isAsked: boolean): { page?: Page; problem?: "offline" | "gone" } {
  const isOnline = syncStatus.value.online;
  const [state, setState] = useState<{ page?: Page; problem?: "offline" | "gone" }>({});
  useEffect(() => {
    if (!isAsked) return;
    const stop = new AbortController();
    setState({});
    openOnline(id, stop.signal).then(
      (page) => setState({ page }),
      (error) => !stop.signal.aborted && setState({ problem: error instanceof ApiError && [403, 404].includes(error.status) ? "gone" : "offline" }),
    );
    return () => stop.abort();
  }, [id, isAsked, isOnline]);
  return state;
}

type Open = "receipt" | "plan" | "edit" | "pin" | "more" | { contact: Row<"contact"> | null } | null;
const SHOWN = 30;

interface PageProps {
  page: Page;
  /** The row if the customer is mine to change; null to read only. */
  own: Row<"customer"> | null;
  names: Names;
}

function CustomerPage({ page, own, names }: PageProps) {
  const [tab, setTab] = useState<"timeline" | "orders" | "contacts">("timeline");
  const [open, setOpen] = useState<Open>(null);
  const { customer } = page;
  const owner = names.people.get(customer.owner_id ?? "");
  const underWay = page.visits.find((visit) => visit.status === "open" && visit.person_id === me().id);
>>>>>>> s2
  return (
    <main class="page customer">
      <PageBar
        parent="/customers"
        action={
<<<<<<< HEAD
          isMine ? (
            <button type="button" class="icon-button" aria-label={t("customers.edit")} onClick={() => setSheet("edit")}>
              <Glyph svg={pencil} size={22} />
            </button>
          ) : undefined
        }
      />
      <OfflineStrip />
      <h1 class="page-title customer-title">{customer.name}</h1>
      <p class="page-note">
        {[customer.tier && t("customers.tier", { tier: customer.tier }), customer.kind, page.owner && t("customers.owner", { name: page.owner })].filter(Boolean).join(" · ")}{" "}
        <PendingMark entity="customer" id={customer.id} />
      </p>
      <div class="quick-row">
        {number && <Quick icon={phone} text={t("customers.call")} href={`tel:${number}`} />}
        {link && <Quick icon={navigation} text={t("customers.way")} href={link} />}
        {isMine && <Quick icon={filePlus} text={t("customers.receipt")} testId="report-receipt" onClick={() => setSheet("receipt")} />}
        {isMine && <Quick icon={calendarPlus} text={t("customers.planVisit")} onClick={() => setSheet("visit")} />}
      </div>
      <p class="small-label">{t("customers.thisMonth")}</p>
      <Amount minor={page.booked} currency={currency} size="medium" />
      <Tabs
        tabs={[
          { key: "timeline", label: t("customers.timeline") },
          { key: "orders", label: t("customers.orders") },
          { key: "contacts", label: t("customers.contacts") },
        ]}
        value={tab}
        onChange={setTab}
      />
      {tab === "timeline" && <Timeline page={page} />}
      {tab === "orders" && <Orders page={page} />}
      {tab === "contacts" && <Contacts page={page} onAdd={isMine ? () => setSheet("contact") : undefined} />}
      {isMine && (
        <Dock>
          <Button icon={pin} onClick={() => go(today ? `/visit/${today.id}` : `/visit/new?customer=${customer.id}`)}>
            {t("customers.checkIn")}
          </Button>
        </Dock>
      )}
      {sheet === "receipt" && <ReceiptForm customerId={customer.id} visitId={query.receipt ?? null} lines={page.lines} onClose={close} />}
      {sheet === "visit" && <VisitForm customerId={customer.id} onClose={close} />}
      {sheet === "edit" && <CustomerForm customer={customer} base_v={page.base_v} onClose={close} onSaved={close} />}
      {sheet === "contact" && <ContactForm customerId={customer.id} onClose={close} />}
=======
          own && (
            <button type="button" class="icon-button" aria-label={t("customer.more")} data-testid="more" onClick={() => setOpen("more")}>
              <Glyph svg={ellipsis} size={26} />
            </button>
          )
        }
      />
      <OfflineStrip />
      <h1 class="customer-name">{customer.name}</h1>
      <p class="customer-facts">
        {[customer.tier && t("customer.tierOf", { tier: customer.tier }), customer.kind, customer.city, owner ? t("customer.ownedBy", { name: owner }) : t("customer.nobody")]
          .filter(Boolean)
          .join(" · ")}{" "}
        <Waiting state={pendingOf("customer", customer.id)} />
      </p>
      {customer.address && <p class="customer-facts">{customer.address}</p>}
      <Actions page={page} own={own} onReceipt={() => setOpen("receipt")} />
      {own && <Month id={customer.id} />}
      {!own && owner && me().role !== "finance" && <p class="customer-read">{t("customer.notMine", { name: owner })}</p>}
      {me().role === "finance" && <ToDecide page={page} names={names} />}
      <Tabs
        tabs={[
          { key: "timeline", label: t("customer.timeline") },
          { key: "orders", label: t("customer.orders") },
          { key: "contacts", label: t("customer.contacts") },
        ]}
        chosen={tab}
        onChoose={setTab}
        panel="customer-panel"
      />
      <div id="customer-panel" role="tabpanel">
        {tab === "timeline" && <Events page={page} names={names} />}
        {tab === "orders" && <Orders page={page} names={names} />}
        {tab === "contacts" && <Contacts page={page} own={own} onEdit={(contact) => setOpen({ contact })} />}
      </div>
      {own && (
        <div class="dock-plain customer-dock">
          <a class="big-button" data-testid="check-in" href={underWay ? `/visit/${underWay.id}` : `/visit/new?customer=${customer.id}`}>
            <Glyph svg={mapPin} size={22} />
            {t(underWay ? "customer.continue" : "customer.checkin")}
          </a>
        </div>
      )}
      {own && <Sheets open={open} own={own} page={page} onOpen={setOpen} />}
>>>>>>> s2
    </main>
  );
}

<<<<<<< HEAD
/** A customer that this phone does not hold, asked from the server. Undefined while it is fetched. */
function useAway(id: string, isWanted: boolean): CustomerPage | null | undefined {
  const [page, setPage] = useState<CustomerPage | null | undefined>(undefined);
  const { online } = syncStatus.value;
  useEffect(() => {
    if (!isWanted) return;
    let isOn = true;
    fetchCustomer(id).then(
      (found) => isOn && setPage(found),
      () => isOn && setPage(null),
    );
    return () => {
      isOn = false;
    };
  }, [id, isWanted, online]);
  return page;
}

function Gone() {
  const isOffline = !syncStatus.value.online;
  return (
    <main class="page">
      <PageBar parent="/customers" />
      <h1 class="page-title">{t(isOffline ? "customers.online" : "customers.gone")}</h1>
      <p class="page-lead">{t(isOffline ? "customers.onlineText" : "customers.goneText")}</p>
    </main>
  );
}

function Quick({ icon, text, href, onClick, testId }: { icon: string; text: string; href?: string; onClick?: () => void; testId?: string }) {
  const inside = (
    <>
      <Glyph svg={icon} size={20} />
      {text}
    </>
  );
  if (href) {
    return (
      <a class="quick" href={href} target={href.startsWith("http") ? "_blank" : undefined} rel="noopener">
        {inside}
      </a>
    );
  }
  return (
    <button type="button" class="quick" data-testid={testId} onClick={onClick}>
      {inside}
    </button>
  );
}

interface Happening {
  key: string;
  entity: EntityName;
  on: string;
  at: string;
  icon: string;
  title: string;
  text: string;
}

/** Visits, orders and receipts as one list; what is planned stands on top. */
function happenings(page: CustomerPage): Happening[] {
  const text = (minor: number, currency: string) => money(minor, currency, { style: "text" });
  const list: Happening[] = [];
  for (const visit of page.visits) {
    if (visit.status === "cancelled") continue;
    const isAhead = visit.status === "planned" || visit.status === "open";
    if (isAhead && visit.planned_on < clock.today()) continue;
    const at = visit.checked_in_at ? time(visit.checked_in_at) : (visit.planned_at ?? "");
    const title = visit.status === "open" ? t("customers.visiting") : t(isAhead ? "customers.planned" : "customers.visit");
    const amount = visit.amount ?? (isAhead ? visit.expected_amount : null);
    list.push({
      key: visit.id,
      entity: "visit",
      on: visit.planned_on,
      at,
      icon: isAhead ? calendar : pin,
      title,
      text: [visit.purpose, visit.note, amount ? text(amount, visit.currency ?? me().organization.currency) : null].filter(Boolean).join(" · "),
    });
  }
  for (const order of page.orders)
    list.push({
      key: order.id,
      entity: "order",
      on: order.ordered_on,
      at: "",
      icon: receiptIcon,
      title: t("customers.order", { amt: text(order.amount, order.currency) }),
      text: "",
    });
  for (const receipt of page.receipts) {
    const state =
      receipt.status === "confirmed"
        ? t("customers.confirmed")
        : receipt.status === "refused"
          ? t("customers.refused", { reason: receipt.refused_reason ?? "" })
          : t("customers.reported");
    list.push({
      key: receipt.id,
      entity: "receipt",
      on: receipt.received_on,
      at: dayOf(receipt.reported_at) === receipt.received_on ? time(receipt.reported_at) : "",
      icon: coins,
      title: t("customers.paid", { amt: text(receipt.amount, receipt.currency) }),
      text: [page.lines.get(receipt.product_line_id ?? ""), state].filter(Boolean).join(" · "),
    });
  }
  return list.sort((a, b) => (a.on === b.on ? b.at.localeCompare(a.at) || (a.key < b.key ? -1 : 1) : a.on < b.on ? 1 : -1));
}

const SHOWN = 60;

function Timeline({ page }: { page: CustomerPage }) {
  const list = happenings(page).slice(0, SHOWN);
  if (list.length === 0) return <p class="page-note">{t("customers.noRecords")}</p>;
  return (
    <ol class="timeline">
      {list.map((one) => (
        <li key={one.key}>
          <span class="timeline-when">
            <strong class="display-num">{dayNear(one.on)}</strong>
            <small>{one.at || weekdayOf(one.on)}</small>
          </span>
          <span class="timeline-icon">
            <Glyph svg={one.icon} size={20} />
          </span>
          <span class="timeline-text">
            <strong>{one.title}</strong>
            {one.text && <span>{one.text}</span>}
            <PendingMark entity={one.entity} id={one.key} />
          </span>
        </li>
      ))}
    </ol>
  );
}

const weekdayOf = (on: string): string =>
  day(on)
    .replace(dayShort(on), "")
    .replace(/^.*日\s/, "")
    .trim()
    .split(" ")[0] ?? "";

function Orders({ page }: { page: CustomerPage }) {
  if (page.orders.length === 0) return <p class="page-note">{t("customers.noRecords")}</p>;
  return (
    <ul class="lines">
      {page.orders.slice(0, 100).map((order) => (
        <li key={order.id}>
          <span class="line-text">{day(order.ordered_on)}</span>
          <span class="line-side display-num">{money(order.amount, order.currency, { style: "plain" })}</span>
=======
function Actions({ page, own, onReceipt }: { page: Page; own: Row<"customer"> | null; onReceipt: () => void }) {
  const { customer, contacts } = page;
  const contact = contacts.find((one) => one.phone);
  const number = contact?.phone ?? customer.phone;
  const link = mapLink(customer);
  return (
    <div class="customer-actions">
      {number && (
        <a href={`tel:${number.replace(/[^\d+]/g, "")}`} data-testid="call">
          <Glyph svg={phone} size={22} />
          <span class="clip">{contact?.name ?? t("customer.call")}</span>
        </a>
      )}
      {link && (
        <a href={link} target="_blank" rel="noopener">
          <Glyph svg={navigation} size={22} />
          <span>{t("customer.go")}</span>
        </a>
      )}
      {own && (
        <button type="button" data-testid="report-receipt" onClick={onReceipt}>
          <Glyph svg={filePlus} size={22} />
          <span>{t("customer.record")}</span>
        </button>
      )}
    </div>
  );
}

function Month({ id }: { id: string }) {
  const amounts = useLive(() => readMonth(id), [id], { keep: true });
  const { currency } = me().organization;
  return (
    <section class="customer-month">
      <p class="page-note">{t("customer.thisMonth")}</p>
      <p class="customer-amount" data-testid="month-amount">
        {amounts && (
          <>
            <Amount minor={amounts.now} currency={currency} size="medium" />
            {amounts.before > 0 && <span>{t("customer.lastMonth", { amt: money(amounts.before, currency, { style: "text" }) })}</span>}
          </>
        )}
      </p>
      {amounts && amounts.pending > 0 && <p class="page-note">{t("customer.pending", { amt: money(amounts.pending, currency, { style: "text" }) })}</p>}
    </section>
  );
}

function Events({ page, names }: { page: Page; names: Names }) {
  const [shown, setShown] = useState(SHOWN);
  const events = eventsOf(page, names);
  return (
    <>
      <Timeline events={events.slice(0, shown)} />
      {events.length > shown && (
        <button type="button" class="plain-button" onClick={() => setShown(shown + 100)}>
          {t("customer.earlier")}
        </button>
      )}
    </>
  );
}

function Orders({ page, names }: { page: Page; names: Names }) {
  const orders = [...page.orders].sort((a, b) => (a.ordered_on < b.ordered_on ? 1 : -1) || (a.id < b.id ? -1 : 1));
  if (orders.length === 0) return <p class="page-note">{t("form.empty")}</p>;
  return (
    <ul class="lines">
      {orders.slice(0, 100).map((order) => (
        <li key={order.id}>
          <span class="line-text">
            <div class="line-title">{day(order.ordered_on)}</div>
            <div class="line-sub">{linesOf(order, names)}</div>
          </span>
          <strong class="customer-order">{money(order.amount, order.currency, { style: "plain" })}</strong>
>>>>>>> s2
        </li>
      ))}
    </ul>
  );
}

<<<<<<< HEAD
function Contacts({ page, onAdd }: { page: CustomerPage; onAdd?: () => void }) {
  return (
    <>
      <ul class="lines">
        {page.contacts.map((contact) => (
          <li key={contact.id}>
            <span class="line-text">
              <div class="line-title">{contact.name}</div>
              <div class="line-sub">{[contact.title, contact.phone, contact.email].filter(Boolean).join(" · ")}</div>
            </span>
            <PendingMark entity="contact" id={contact.id} />
            {contact.phone && (
              <a class="icon-button" href={`tel:${contact.phone}`} aria-label={`${t("customers.call")} ${contact.name}`}>
                <Glyph svg={phone} size={22} />
              </a>
            )}
          </li>
        ))}
      </ul>
      {page.contacts.length === 0 && <p class="page-note">{t("customers.noRecords")}</p>}
      {onAdd && (
        <button type="button" class="plain-button" onClick={onAdd}>
          {t("customers.addContact")}
=======
function Contacts({ page, own, onEdit }: { page: Page; own: Row<"customer"> | null; onEdit: (contact: Row<"contact"> | null) => void }) {
  return (
    <>
      {page.contacts.length === 0 && <p class="page-note">{t("form.empty")}</p>}
      <ul class="lines">
        {page.contacts.map((contact) => (
          <li key={contact.id} data-testid="contact">
            <span class="line-text">
              <div class="line-title">
                {contact.name} <Waiting state={pendingOf("contact", contact.id)} />
              </div>
              <div class="line-sub">{[contact.title, contact.phone, contact.email].filter(Boolean).join(" · ")}</div>
            </span>
            {contact.phone && (
              <a class="icon-button" href={`tel:${contact.phone.replace(/[^\d+]/g, "")}`} aria-label={`${t("customer.call")} ${contact.name}`}>
                <Glyph svg={phone} size={22} />
              </a>
            )}
            {own && (
              <button type="button" class="icon-button" aria-label={`${t("customer.editContact")} ${contact.name}`} onClick={() => onEdit(contact as Row<"contact">)}>
                <Glyph svg={pen} size={22} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {own && (
        <button type="button" class="plain-button" data-testid="add-contact" onClick={() => onEdit(null)}>
          {t("customer.addContact")}
>>>>>>> s2
        </button>
      )}
    </>
  );
}
<<<<<<< HEAD
=======

function Sheets({ open, own, page, onOpen }: { open: Open; own: Row<"customer">; page: Page; onOpen: (open: Open) => void }) {
  const products = useLive(() => db().product.toArray()) ?? [];
  const close = () => onOpen(null);
  if (open === null) return null;
  if (open === "receipt") return <ReceiptForm customerId={own.id} usualLine={usualLine(page.orders, products)} onClose={close} />;
  if (open === "plan") return <PlanForm customerId={own.id} onClose={close} />;
  if (open === "edit") return <EditCustomer customer={own} onClose={close} />;
  if (open === "pin") return <PinSheet customer={own} onClose={close} />;
  if (open !== "more") return <ContactForm customerId={own.id} contact={open.contact} onClose={close} />;
  return (
    <Sheet title={own.name} onClose={close}>
      <div class="customer-menu">
        <button type="button" data-testid="plan-visit" onClick={() => onOpen("plan")}>
          {t("customer.plan")}
        </button>
        <button type="button" data-testid="edit-customer" onClick={() => onOpen("edit")}>
          {t("customer.edit")}
        </button>
        <button type="button" onClick={() => onOpen({ contact: null })}>
          {t("customer.addContact")}
        </button>
        <button type="button" data-testid="set-pin" onClick={() => onOpen("pin")}>
          {t("customer.setPin")}
        </button>
      </div>
    </Sheet>
  );
}

/** Finance: what was reported and is not decided. */
function ToDecide({ page, names }: { page: Page; names: Names }) {
  const [refusing, setRefusing] = useState<string | null>(null);
  const waiting = page.receipts.filter((one) => one.status === "reported").sort((a, b) => a.reported_at.localeCompare(b.reported_at));
  if (waiting.length === 0) return null;
  return (
    <section>
      <h2>{t("customers.toConfirm")}</h2>
      <ul class="lines">
        {waiting.map((receipt) => (
          <li key={receipt.id} class="receipt-decide" data-testid="to-decide">
            <span class="line-text">
              <div class="line-title">{money(receipt.amount, receipt.currency, { style: "plain" })}</div>
              <div class="line-sub">
                {[day(receipt.received_on), t("receipt.by", { name: names.people.get(receipt.person_id) ?? "–" }), receipt.note].filter(Boolean).join(" · ")}
              </div>
            </span>
            <button type="button" class="plain-button is-danger" data-testid="refuse-receipt" onClick={() => setRefusing(receipt.id)}>
              {t("receipt.refuse")}
            </button>
            <button type="button" class="plain-button" data-testid="confirm-receipt" onClick={() => void mutate("sales.confirm_receipt", { id: receipt.id })}>
              {t("receipt.confirm")}
            </button>
          </li>
        ))}
      </ul>
      {refusing && <RefuseForm receiptId={refusing} onClose={() => setRefusing(null)} />}
    </section>
  );
}
>>>>>>> s2
