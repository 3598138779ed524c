/** A change of plan: before and after, why, what it means a day, and the answer to it. */
import arrow from "lucide-static/icons/arrow-right.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock, dayOf } from "../core/clock";
import { day, dayNear, dayShort, moment, money, moneyDelta, moneyParts, time } from "../core/format";
import { go, useRoute } from "../core/router";
import { t } from "../core/words";
import { type Row, db, me, mutate, pendingOf, useLive } from "../sync";
import { BeforeAfter } from "../ui/before-after";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import { Avatar, Button, Dock, PendingMark } from "../ui/parts";
import { Sheet } from "../ui/sheet";
import { OfflineStrip } from "../ui/sync-chip";
import { isMonth, periodName } from "./periods";
import { lineNames } from "./queries";
import "./targets.css";
import "./words";

type Receipt = Row<"change_receipt">;

async function readChange(id: string) {
  const opened = await db().change_receipt.get(id);
  if (!opened) return { opened: null, notice: await noticeOf(id) };
  const [person, mine, names] = await Promise.all([db().person.get(opened.person_id), db().change_receipt.where("person_id").equals(opened.person_id).toArray(), lineNames()]);
  const chain = chainOf(opened, mine);
  const receipt = netOf(chain);
  const author = await db().person.get(receipt.decided_by);
  const team = author?.team_id ? await db().team.get(author.team_id) : undefined;
  return {
    opened,
    receipt,
    count: chain.length,
    isSuperseded: receipt.id !== opened.id,
    person,
    author,
    team,
    names,
    known: await knownOf(receipt),
    target: await targetOf(receipt),
  };
}

type Read = Extract<Awaited<ReturnType<typeof readChange>>, { receipt: Receipt }>;

/** What was said of a change whose row is still under way. */
async function noticeOf(id: string): Promise<Row<"notice"> | undefined> {
  const notices = await db()
    .notice.filter((one) => one.url.endsWith(`/changes/${id}`))
    .sortBy("created_at");
  return notices.at(-1);
}

/** The changes of the same plan and period that add up: those not acknowledged yet, else this one and what came after. */
function chainOf(opened: Receipt, mine: readonly Receipt[]): Receipt[] {
  const all = mine
    .filter((one) => one.plan_id === opened.plan_id && one.period_start === opened.period_start && one.period_end === opened.period_end)
    .sort((a, b) => a.to_version - b.to_version);
  const open = all.filter((one) => one.acknowledged_at === null);
  if (open.length > 0 && (opened.acknowledged_at === null || all.at(-1)?.acknowledged_at === null)) return open;
  return all.filter((one) => one.to_version >= opened.to_version);
}

/** From the last acknowledged plan to the latest: the first old value and the last new one of every line and day. */
function netOf(chain: readonly Receipt[]): Receipt {
  const [first, last] = [chain[0], chain.at(-1)];
  if (!first || !last) throw new RangeError("no change to add up: give at least one");
  const cells = new Map<string | null, Receipt["cells"][number]>();
  const wereAsked = new Map<string, number>();
  for (const one of chain) {
    for (const cell of one.cells) cells.set(cell.product_line_id, { ...cell, old_value: cells.get(cell.product_line_id)?.old_value ?? cell.old_value });
    for (const { on, old_value } of one.days) if (!wereAsked.has(on)) wereAsked.set(on, old_value);
  }
  return {
    ...last,
    old_total: first.old_total,
    cells: [...cells.values()].filter((cell) => chain.length === 1 || cell.old_value !== cell.new_value),
    days: last.days.map((one) => ({ ...one, old_value: wereAsked.get(one.on) ?? one.old_value })),
    question: [...chain].reverse().find((one) => one.question)?.question ?? null,
    due_at: chain.map((one) => one.due_at).find((due) => due !== null) ?? null,
  };
}

/** How many of those touched have acknowledged, where this phone holds more than one's own receipt. */
async function knownOf(receipt: Receipt): Promise<{ n: number; all: number } | null> {
  if (!receipt.adjustment_id) return null;
  const all = (await db().change_receipt.where("adjustment_id").equals(receipt.adjustment_id).toArray()).filter((one) => one.to_version === receipt.to_version);
  return all.length > 1 ? { n: all.filter((one) => one.acknowledged_at).length, all: all.length } : null;
}

/** Where to ask for another target: the changed line, in the form's own terms. */
async function targetOf(receipt: Receipt): Promise<string> {
  const line = receipt.cells[0]?.product_line_id ?? "";
  const rows = await db().target.where("[person_id+period_start]").equals([receipt.person_id, receipt.period_start]).toArray();
  const row = rows.find((one) => one.plan_id === receipt.plan_id && one.to_version === null && !one.is_unassigned && (one.product_line_id ?? "") === line);
  return `/request?target=${row?.id ?? ""}&period=${receipt.period_start}&plan=${receipt.plan_id}&line=${line}`;
}

export default function ChangeScreen() {
  const { id = "" } = useRoute().params;
  const read = useLive(() => readChange(id), [id], { keep: true });
  const opened = read?.opened;
  const isNew = Boolean(opened && opened.person_id === me().id && !opened.seen_at);
  const seenId = opened?.id;
  useEffect(() => {
    if (isNew && seenId) void mutate("targets.see_change", { id: seenId });
  }, [isNew, seenId]);
  if (read === undefined) return <main class="page" aria-busy="true" />;
  if (read.opened === null) return <Underway notice={read.notice} />;
  return <Change key={read.receipt.id} read={read} />;
}

/** Opened from a notice before its row has come: what the notice said, until it does. */
function Underway({ notice }: { notice: Row<"notice"> | undefined }) {
  return (
    <main class="page" aria-busy="true">
      <PageBar parent="/today" isFlow />
      <OfflineStrip />
      {notice ? (
        <>
          <h1 class="page-title">{notice.title}</h1>
          <p class="change-underway">{notice.body}</p>
          <p class="page-note" role="status">
            {t("plan.missing")}
          </p>
        </>
      ) : (
        <>
          <h1 class="page-title">{t("plan.missing")}</h1>
          <p class="page-lead">{t("plan.missingText")}</p>
        </>
      )}
    </main>
  );
}

function titleOf({ receipt, person }: Read): string {
  const m = periodName(receipt);
  if (receipt.person_id === me().id) return t(isMonth(receipt) ? "plan.changed" : "plan.changedSpan", { m });
  return t(isMonth(receipt) ? "plan.changedOf" : "plan.changedSpanOf", { m, name: person?.name ?? "" });
}

function Change({ read }: { read: Read }) {
  const { receipt, author, team, names, isSuperseded, count, person } = read;
  const isMine = receipt.person_id === me().id;
  const { currency } = receipt;
  const changed = new Set(receipt.cells.map((cell) => cell.product_line_id));
  const same = [...names].filter(([line]) => !changed.has(line)).map(([, name]) => name);
  return (
    <main class="page change">
      <header class="change-bar">
        <PageBar parent="/today" isFlow />
        <span class="change-when">{`${dayNear(dayOf(receipt.decided_at))} ${time(receipt.decided_at)}`}</span>
      </header>
      <OfflineStrip />
      <h1 class="page-title">{titleOf(read)}</h1>
      <BeforeAfter before={receipt.old_total} after={receipt.new_total} currency={currency} isSettled />
      {count > 1 && <p class="page-note change-net">{receipt.acknowledged_at === null ? t("plan.summed", { n: count }) : isSuperseded ? t("plan.superseded") : null}</p>}
      <ul class="change-lines">
        {receipt.cells.map((cell) => (
          <li key={cell.product_line_id}>
            <span class="change-name">{names.get(cell.product_line_id ?? "") ?? t("targets.allLines")}</span>
            <span class="change-was display-num">{money(cell.old_value, currency, { style: "row" })}</span>
            <Glyph svg={arrow} size={16} />
            <span class="change-new display-num">{money(cell.new_value, currency, { style: "row" })}</span>
          </li>
        ))}
        {same.length > 0 && (
          <li class="is-same">
            <span class="change-name">{same.join(t("targets.and"))}</span>
            <span>{t("format.noChange")}</span>
          </li>
        )}
      </ul>
      <p class="small-head">{t("plan.why")}</p>
      <div class="change-why">
        <Avatar name={author?.name ?? ""} />
        <div>
          <blockquote>{t("targets.quote", { text: receipt.reason })}</blockquote>
          <p class="page-note">{[author?.name, author?.title ?? team?.name].filter(Boolean).join(" · ")}</p>
        </div>
      </div>
      <PerDay receipt={receipt} />
      {receipt.question && (
        <p class="change-asked">{isMine ? t("plan.asked", { text: receipt.question }) : t("plan.askedBy", { name: person?.name ?? "", text: receipt.question })}</p>
      )}
      <Answer read={read} author={author?.name ?? ""} />
    </main>
  );
}

/** One slanted block for each open day: what it asked, and what is added on top (or taken off). */
function PerDay({ receipt }: { receipt: Receipt }) {
  const { currency, days } = receipt;
  const worked = days.filter((one) => one.old_value > 0 || one.new_value > 0);
  if (worked.length === 0) return null;
  const whole = worked.reduce((sum, one) => sum + one.new_value - one.old_value, 0);
  const highest = Math.max(...worked.map((one) => Math.max(one.old_value, one.new_value)));
  const today = clock.today();
  const [effectBefore, effectAfter] = t("plan.effect", { amt: "|" }).split("|");
  const wide = 100 / worked.length;
  const isTight = worked.length > 8;
  return (
    <>
      <p class="small-head">
        {effectBefore}
        <strong>{moneyDelta(Math.round(whole / worked.length), currency, "text")}</strong>
        {effectAfter}
      </p>
      <ol class="day-blocks">
        {worked.map((one, i) => {
          const [low, high] = [Math.min(one.old_value, one.new_value), Math.max(one.old_value, one.new_value)];
          const shows = !isTight || i === 0 || i === worked.length - 1 || i % 3 === 0;
          return (
            <li key={one.on} class="day-block" style={{ width: `${wide}%` }}>
              <span class="visually-hidden">{`${day(one.on)}: ${money(one.old_value, currency)} → ${money(one.new_value, currency)}`}</span>
              <span class="day-number display-num" aria-hidden="true">
                {shows ? moneyParts(one.new_value, currency).number : ""}
              </span>
              <span class={`day-added${one.new_value < one.old_value ? " is-less" : ""}`} style={{ height: `${Math.max(5, ((high - low) / highest) * 56)}px` }} />
              <span class="day-before" style={{ height: `${(low / highest) * 56}px` }} />
              <span aria-hidden="true" class={`day-name${one.on === today ? " is-today" : ""}`}>
                {one.on === today ? t("targets.today", { n: Number(one.on.slice(8)) }) : shows ? Number(one.on.slice(8)) : ""}
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** The dock: acknowledge, ask, or disagree. Once acknowledged it says when. */
function Answer({ read, author }: { read: Read; author: string }) {
  const { receipt, known, target } = read;
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const isQueued = ["queued", "sending"].includes(pendingOf("change_receipt", receipt.id));
  const knownText = known ? t("plan.known", known) : "";
  if (receipt.acknowledged_at) {
    return (
      <Dock note={isQueued ? <Queued id={receipt.id} /> : knownText || undefined}>
        <p class="change-acked" role="status" data-testid="acknowledged">
          <Glyph svg={check} size={20} />
          {t("plan.ackedAt", { time: moment(receipt.acknowledged_at) })}
        </p>
        <Button kind="secondary" onClick={() => go("/today")}>
          {t("plan.goToday")}
        </Button>
      </Dock>
    );
  }
  if (receipt.person_id !== me().id) return <Dock note={[t("plan.notYet", { name: read.person?.name ?? "" }), knownText].filter(Boolean).join(" · ")}>{null}</Dock>;
  const isLate = receipt.due_at !== null && receipt.due_at < clock.now().toISOString();
  const acknowledge = async () => {
    setBusy(true);
    await mutate("targets.acknowledge_change", { id: receipt.id });
    setBusy(false);
  };
  const due = receipt.due_at && `${dayNear(dayOf(receipt.due_at))} ${time(receipt.due_at)}`;
  return (
    <Dock
      note={
        <>
          {due ? <span class={isLate ? "is-soon" : ""}>{t(isLate ? "plan.overdue" : "plan.due", { time: due })}</span> : t("plan.from", { day: dayShort(receipt.effective_from) })}
          {knownText && ` · ${knownText}`}
        </>
      }
    >
      <Button testid="acknowledge" icon={check} isBusy={isBusy} onClick={() => void acknowledge()}>
        {t("plan.ack")}
      </Button>
      <div class="change-other">
        <button type="button" class="plain-button is-quiet" data-testid="ask" onClick={() => setAsking(true)}>
          {t("plan.question")}
        </button>
        <a class="plain-button is-quiet" href={target}>
          {t("plan.disagree")}
        </a>
      </div>
      {isAsking && <Ask id={receipt.id} author={author} onClose={() => setAsking(false)} />}
    </Dock>
  );
}

function Queued({ id }: { id: string }) {
  return (
    <span class="change-queued">
      <PendingMark entity="change_receipt" id={id} />
      {` · ${t("plan.queued")}`}
    </span>
  );
}

function Ask({ id, author, onClose }: { id: string; author: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const send = async () => {
    if (!text.trim()) return;
    await mutate("targets.ask_about_change", { id, question: text.trim() });
    onClose();
  };
  return (
    <Sheet title={t("plan.questionTitle", { name: author })} onClose={onClose}>
      <p class="page-note">{t("plan.questionText")}</p>
      <textarea
        class="text-input"
        data-testid="question"
        aria-label={t("plan.questionHint")}
        placeholder={t("plan.questionHint")}
        maxLength={2000}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="sheet-buttons">
        <Button testid="send-question" onClick={() => void send()}>
          {t("plan.questionSend")}
        </Button>
      </div>
    </Sheet>
  );
}
