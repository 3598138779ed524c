/** The list of customers: found by name, pinyin initials or phone, on the phone itself. */
import chevron from "lucide-static/icons/chevron-right.svg?raw";
import cross from "lucide-static/icons/x.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import searchIcon from "lucide-static/icons/search.svg?raw";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Offline } from "../core/api";
import { money } from "../core/format";
import { go } from "../core/router";
import { t } from "../core/words";
import { CustomerIndex, customersHere, me, pendingOf, syncStatus, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { OfflineStrip, SyncChip } from "../ui/sync-chip";
import { Waiting } from "../ui/waiting";
import { CustomerForm } from "./forms";
import { kindName } from "./kinds";
import { type Customer, findOnline, readMonthByCustomer, readReported, searchesOnline } from "./queries";
import "./customers.css";
import "./words";

export default function CustomersScreen() {
  const [query, setQuery] = useState("");
  const [isAdding, setAdding] = useState(false);
  const here = useLive(customersHere);
  const amounts = useLive(readMonthByCustomer);
  const index = useMemo(() => here && new CustomerIndex(here), [here]);
  const rows = useMemo(() => new Map((here ?? []).map((row) => [row.id, row as Customer])), [here]);
  const online = useOnlineSearch(query);
  const found = index ? index.find(query, Number.POSITIVE_INFINITY).flatMap(({ id }) => rows.get(id) ?? []) : undefined;
  const shown = online.list ?? found;
  const canAdd = ["rep", "manager"].includes(me().role);
  return (
    <main class="page customers">
      <header class="customers-head">
        <h1>{t("customers.title")}</h1>
        <SyncChip />
        {canAdd && (
          <button type="button" class="icon-button" aria-label={t("customers.add")} data-testid="add-customer" onClick={() => setAdding(true)}>
            <Glyph svg={plus} size={26} />
          </button>
        )}
      </header>
      <OfflineStrip />
      <SearchField query={query} onQuery={setQuery} />
      {me().role === "finance" && !query && <ToConfirm />}
      <p class="page-note customers-count" role="status">
        {online.list && online.list.length >= ONLINE_LIMIT
          ? t("customers.first", { n: online.list.length })
          : online.state === "offline"
            ? ""
            : online.state === "searching" && !online.list
              ? t("customers.searching")
              : shown && (query ? t("customers.found", { n: shown.length }) : shown.length > 0 ? t("customers.count", { n: shown.length }) : "")}
      </p>
      {online.state === "offline" && (
        <div class="customers-offline" data-testid="needs-connection">
          <strong>{t("customers.online")}</strong>
          <p>{t("customers.onlineText")}</p>
        </div>
      )}
      {!shown && [0, 1, 2, 3].map((i) => <div key={i} class="skeleton customers-skeleton" />)}
      {shown && shown.length === 0 && <Nothing query={query} onAdd={canAdd ? () => setAdding(true) : null} />}
      {shown && <Windowed key={online.list ? "online" : "here"} list={shown} amounts={amounts} />}
      {isAdding && (
        <CustomerForm
          name={query}
          index={index}
          onClose={() => setAdding(false)}
          onSaved={(id) => {
            setAdding(false);
            go(`/customers/${id}`);
          }}
        />
      )}
    </main>
  );
}

function SearchField({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  return (
    <search class="input-box customers-search">
      <Glyph svg={searchIcon} size={22} />
      <input
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        data-testid="search"
        aria-label={t("customers.search")}
        placeholder={t("customers.search")}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
      />
      {query && (
        <button type="button" class="icon-button" aria-label={t("customers.clear")} onClick={() => onQuery("")}>
          <Glyph svg={cross} size={22} />
        </button>
      )}
    </search>
  );
}

interface OnlineSearch {
  state: "local" | "searching" | "done" | "offline";
  list?: Customer[];
}

/** For those whose phone does not hold all they may see: the server's answer to what is typed. */
function useOnlineSearch(query: string): OnlineSearch {
  const isAsked = searchesOnline();
  const isOnline = syncStatus.value.online;
  const [search, setSearch] = useState<OnlineSearch>({ state: isAsked ? "searching" : "local" });
  useEffect(() => {
    if (!isAsked) return;
    if (!isOnline) return setSearch({ state: "offline" });
    const stop = new AbortController();
    setSearch((before) => ({ ...before, state: "searching" }));
    const timer = setTimeout(
      () =>
        findOnline(query, stop.signal).then(
          (list) => setSearch({ state: "done", list }),
          (error) => !stop.signal.aborted && setSearch({ state: error instanceof Offline ? "offline" : "local" }),
        ),
      200,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [isAsked, isOnline, query]);
  return search;
}

const ONLINE_LIMIT = 50; // the server answers with no more than this
const ROW = 68; // the height of a row; the window counts on it
const BEYOND = 8; // rows drawn above and below the screen

/** Ten thousand rows of which only those near the screen are there. */
function Windowed({ list, amounts }: { list: readonly Customer[]; amounts: Map<string, number> | undefined }) {
  const holder = useRef<HTMLUListElement>(null);
  const [span, setSpan] = useState<[number, number]>([0, 24]);
  useEffect(() => {
    const measure = () => {
      const top = holder.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / ROW) - BEYOND);
      const last = Math.ceil((innerHeight - top) / ROW) + BEYOND;
      setSpan((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [list.length]);
  const [first, last] = span;
  return (
    <ul class="customer-list" ref={holder} style={{ height: `${list.length * ROW}px` }}>
      {list.slice(first, last).map((customer, i) => (
        <li key={customer.id} style={{ top: `${(first + i) * ROW}px` }} aria-setsize={list.length} aria-posinset={first + i + 1}>
          <CustomerRow customer={customer} amount={amounts?.get(customer.id) ?? 0} />
        </li>
      ))}
    </ul>
  );
}

function CustomerRow({ customer, amount }: { customer: Customer; amount: number }) {
  const state = pendingOf("customer", customer.id);
  return (
    <a href={`/customers/${customer.id}`} data-testid="customer">
      <span class="line-text">
        <span class="line-title clip">{customer.name}</span>
        <span class="line-sub clip">
          {[customer.tier && t("customer.tierOf", { tier: customer.tier }), kindName(customer.kind), customer.address ?? customer.city].filter(Boolean).join(" · ")}
        </span>
      </span>
      {state !== "synced" ? <Waiting state={state} /> : amount > 0 && <Amount minor={amount} currency={me().organization.currency} style="row" />}
      <Glyph svg={chevron} size={18} />
    </a>
  );
}

function Nothing({ query, onAdd }: { query: string; onAdd: (() => void) | null }) {
  return (
    <div class="customers-nothing">
      <p>{query ? t("customers.none", { q: query }) : t("customers.empty")}</p>
      {onAdd && (
        <>
          <p class="page-note">{t(query ? "customers.noneText" : "customers.emptyText")}</p>
          <button type="button" class="plain-button" onClick={onAdd}>
            {t("customers.add")}
          </button>
        </>
      )}
    </div>
  );
}

/** What waits for finance, oldest first; it is decided on the customer's page. */
function ToConfirm() {
  const reported = useLive(readReported);
  if (!reported?.length) return null;
  return (
    <section>
      <div class="head-row">
        <h2>{t("customers.toConfirm")}</h2>
        <span class="page-note">{t("customers.reported", { n: reported.length })}</span>
      </div>
      <ul class="lines">
        {reported.slice(0, 50).map(({ receipt, customer }) => (
          <li key={receipt.id}>
            <a class="line-link" href={`/customers/${receipt.customer_id}`}>
              <span class="line-text line-title">{customer?.name}</span>
              <strong>{money(receipt.amount, receipt.currency, { style: "plain" })}</strong>
              <Glyph svg={chevron} size={18} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
