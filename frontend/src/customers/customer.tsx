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
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { mapLink } from "../ui/map-link";
import { PageBar } from "../ui/page-bar";
import { Sheet } from "../ui/sheet";
import { OfflineStrip } from "../ui/sync-chip";
import { Tabs } from "../ui/tabs";
import { Timeline } from "../ui/timeline";
import { Waiting } from "../ui/waiting";
import { eventsOf, linesOf, usualLine } from "./events";
import { ContactForm, EditCustomer, PinSheet, PlanForm, ReceiptForm, RefuseForm } from "./forms";
import { kindName } from "./kinds";
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
  return (
    <main class="page customer">
      <PageBar
        parent="/customers"
        action={
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
        {[
          customer.tier && t("customer.tierOf", { tier: customer.tier }),
          kindName(customer.kind),
          customer.city,
          owner ? t("customer.ownedBy", { name: owner }) : t("customer.nobody"),
        ]
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
    </main>
  );
}

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
        </li>
      ))}
    </ul>
  );
}

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
        </button>
      )}
    </>
  );
}

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
