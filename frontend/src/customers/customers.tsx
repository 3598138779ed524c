/** All customers, found as one types: by name, pinyin initials or phone. Managers search online. */
import plus from "lucide-static/icons/plus.svg?raw";
import searchIcon from "lucide-static/icons/search.svg?raw";
import { useEffect, useMemo, useState } from "preact/hooks";
import { go } from "../core/router";
import { t } from "../core/words";
import { CustomerIndex, type EntityMap, customersHere, me, syncStatus, useLive } from "../sync";
import { Button, Chips, PendingMark } from "../ui/parts";
import { Glyph } from "../ui/glyph";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { CustomerForm } from "./forms";
import { searchOnline } from "./queries";
import "../targets/targets.css";
import "./customers.css";
import "./words";

const ROW = 60;
const SPARE = 8;

type Line = Pick<EntityMap["customer"], "id" | "name" | "tier" | "kind" | "city" | "address">;

export default function CustomersScreen() {
  const isHolder = me().role === "rep";
  const [query, setQuery] = useState("");
  const [isNew, setNew] = useState(false);
  return (
    <main class="page customers">
      <header class="screen-head">
        <h1>{t("customers.title")}</h1>
        <SyncChip />
        <Bell />
      </header>
      <OfflineStrip />
      <div class="search-row">
        <label class="search-box">
          <Glyph svg={searchIcon} size={20} />
          <input type="search" aria-label={t("customers.search")} placeholder={t("customers.search")} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
        {isHolder && (
          <button type="button" class="icon-button" aria-label={t("customers.new")} onClick={() => setNew(true)}>
            <Glyph svg={plus} size={26} />
          </button>
        )}
      </div>
      {isHolder ? <Mine query={query} onNew={() => setNew(true)} /> : <Online query={query} />}
      {isNew && (
        <CustomerForm
          onClose={() => setNew(false)}
          onSaved={(id) => {
            setNew(false);
            go(`/customers/${id}`);
          }}
        />
      )}
    </main>
  );
}

function Mine({ query, onNew }: { query: string; onNew: () => void }) {
  const customers = useLive(customersHere);
  const [tiers, setTiers] = useState<string[]>([]);
  const index = useMemo(() => customers && new CustomerIndex(customers), [customers]);
  const byId = useMemo(() => new Map(customers?.map((one) => [one.id, one])), [customers]);
  if (!index) return [0, 1, 2, 3].map((i) => <div key={i} class="skeleton target-skeleton" />);
  const known = [...new Set([...byId.values()].map((one) => one.tier).filter((tier) => tier !== null))].sort();
  const tier = tiers[0];
  const found = index
    .find(query, index.size)
    .map((one) => byId.get(one.id))
    .filter((one) => one !== undefined && (!tier || one.tier === tier)) as Line[];
  return (
    <>
      {known.length > 1 && (
        <Chips label={t("customers.tierField")} options={known.map((key) => ({ key, label: t("customers.tier", { tier: key }) }))} value={tiers} onChange={setTiers} />
      )}
      <p class="page-note customers-count" aria-live="polite">
        {t("customers.all", { n: found.length })}
      </p>
      {found.length === 0 ? (
        <>
          <p class="page-title">{t(query ? "customers.none" : "customers.empty")}</p>
          <p class="page-lead">{t("customers.noneText")}</p>
          <Button kind="secondary" icon={plus} onClick={onNew}>
            {t("customers.new")}
          </Button>
        </>
      ) : (
        <Windowed lines={found} key={`${query}/${tier}`} />
      )}
    </>
  );
}

/** Only the rows in sight are made, so that ten thousand scroll as lightly as ten. */
function Windowed({ lines }: { lines: Line[] }) {
  const [top, setTop] = useState(0);
  useEffect(() => {
    const list = document.getElementById("customer-list");
    const follow = () => setTop(Math.max(0, Math.floor(-(list?.getBoundingClientRect().top ?? 0) / ROW)));
    follow();
    addEventListener("scroll", follow, { passive: true });
    return () => removeEventListener("scroll", follow);
  }, [lines.length]);
  const first = Math.max(0, top - SPARE);
  const last = Math.min(lines.length, top + Math.ceil(innerHeight / ROW) + SPARE);
  return (
    <ul id="customer-list" class="customer-list" style={{ height: `${lines.length * ROW}px` }}>
      {lines.slice(first, last).map((line, i) => (
        <li key={line.id} style={{ top: `${(first + i) * ROW}px` }} aria-setsize={lines.length} aria-posinset={first + i + 1}>
          <CustomerLine line={line} />
        </li>
      ))}
    </ul>
  );
}

function CustomerLine({ line }: { line: Line }) {
  return (
    <a class="customer-line" href={`/customers/${line.id}`} data-testid="customer">
      <span class="line-text">
        <span class="customer-name">{line.name}</span>
        <span class="customer-sub">{[line.tier && t("customers.tier", { tier: line.tier }), line.kind, line.address ?? line.city].filter(Boolean).join(" · ")}</span>
      </span>
      <PendingMark entity="customer" id={line.id} />
    </a>
  );
}

const WAIT_MS = 200;

function Online({ query }: { query: string }) {
  const { online } = syncStatus.value;
  const [found, setFound] = useState<Line[] | null>(null);
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    if (!online) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchOnline(query, stop.signal).then(
        (items) => {
          setFailed(false);
          setFound(items);
        },
        () => !stop.signal.aborted && setFailed(true),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query, online]);
  if (!online) {
    return (
      <>
        <p class="page-title">{t("customers.online")}</p>
        <p class="page-lead">{t("customers.onlineText")}</p>
      </>
    );
  }
  if (isFailed) return <p class="page-lead">{t("customers.failed")}</p>;
  if (!found) return [0, 1, 2].map((i) => <div key={i} class="skeleton target-skeleton" />);
  if (found.length === 0) return <p class="page-lead">{t(query ? "customers.none" : "customers.typeMore")}</p>;
  return (
    <ul class="customer-plain">
      {found.map((line) => (
        <li key={line.id}>
          <CustomerLine line={line} />
        </li>
      ))}
    </ul>
  );
}
