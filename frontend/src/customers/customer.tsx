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
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { mapLink } from "../ui/map-link";
import { PageBar } from "../ui/page-bar";
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
  return (
    <main class="page customer">
      <PageBar
        parent="/customers"
        action={
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
    </main>
  );
}

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
        </li>
      ))}
    </ul>
  );
}

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
        </button>
      )}
    </>
  );
}
