/** A change of plan: before and after, why, what it means a day, and the answer to it. */
import arrow from "lucide-static/icons/arrow-right.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock, dayOf } from "../core/clock";
import { day, dayNear, dayShort, money, moneyDelta, moneyParts, time } from "../core/format";
import { go, useRoute } from "../core/router";
import { t } from "../core/words";
import { type Row, db, mutate, pendingOf, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { PageBar } from "../ui/page-bar";
import { Avatar, Button, Dock, PendingMark } from "../ui/parts";
import { Sheet } from "../ui/sheet";
import { isMonth, periodName } from "./periods";
import { lineNames } from "./queries";
import "./targets.css";
import "./words";

type Receipt = Row<"change_receipt">;

async function readChange(id: string) {
  const receipt = await db().change_receipt.get(id);
  if (!receipt) return null;
  const [author, all, names] = await Promise.all([db().person.get(receipt.decided_by), db().change_receipt.where("person_id").equals(receipt.person_id).toArray(), lineNames()]);
  const team = author?.team_id ? await db().team.get(author.team_id) : undefined;
  const isOfPeriod = (one: Receipt) => one.plan_id === receipt.plan_id && one.period_start === receipt.period_start && one.period_end === receipt.period_end;
  const later = all.filter((one) => isOfPeriod(one) && one.to_version > receipt.to_version).sort((a, b) => a.to_version - b.to_version);
  const open = all.filter((one) => isOfPeriod(one) && one.acknowledged_at === null).sort((a, b) => a.to_version - b.to_version);
  return { receipt: later.length > 0 ? netOf(receipt, open, later) : receipt, isSuperseded: later.length > 0, author, team, names };
}

/** From the last acknowledged plan to the latest: the first old value and the last new one of every line. */
function netOf(receipt: Receipt, open: Receipt[], later: Receipt[]): Receipt {
  const chain = open.length > 0 ? open : [receipt, ...later];
  const [first, last] = [chain[0] ?? receipt, chain.at(-1) ?? receipt];
  const cells = new Map<string | null, Receipt["cells"][number]>();
  for (const cell of chain.flatMap((one) => one.cells)) {
    cells.set(cell.product_line_id, { ...cell, old_value: cells.get(cell.product_line_id)?.old_value ?? cell.old_value });
  }
  return { ...last, id: receipt.id, old_total: first.old_total, cells: [...cells.values()] };
}

export default function ChangeScreen() {
  const { id } = useRoute().params;
  const read = useLive(() => readChange(id ?? ""), [id]);
  const isThere = Boolean(read);
  const isSeen = Boolean(read?.receipt.seen_at);
  useEffect(() => {
    if (id && isThere && !isSeen) void mutate("targets.see_change", { id });
  }, [id, isThere, isSeen]);
  if (read === undefined) return <main class="page" aria-busy="true" />;
  if (read === null) {
    return (
      <main class="page">
        <PageBar parent="/today" isFlow />
        <h1 class="page-title">{t("plan.missing")}</h1>
        <p class="page-lead">{t("plan.missingText")}</p>
      </main>
    );
  }
  const { receipt, author, team, names, isSuperseded } = read;
  const { currency } = receipt;
  const [before, now] = [moneyParts(receipt.old_total, currency), receipt.new_total];
  const changed = new Set(receipt.cells.map((cell) => cell.product_line_id));
  const same = [...names].filter(([line]) => !changed.has(line)).map(([, name]) => name);
  return (
    <main class="page change">
      <header class="change-bar">
        <PageBar parent="/today" isFlow />
        <span class="change-when">{`${dayNear(dayOf(receipt.decided_at))} ${time(receipt.decided_at)}`}</span>
      </header>
      <h1 class="page-title">{t(isMonth(receipt) ? "plan.changed" : "plan.changedSpan", { m: periodName(receipt) })}</h1>
      <div class="change-total">
        <del class="change-old display-num">
          <small>{before.symbol}</small>
          {before.number}
          {before.unit && <small>{before.unit}</small>}
        </del>
        <Glyph svg={arrow} size={20} />
        <Amount minor={now} currency={currency} size="hero" />
        <span class="change-delta display-num">{moneyDelta(now - receipt.old_total, currency)}</span>
      </div>
      {isSuperseded && <p class="page-note">{t("plan.superseded")}</p>}
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
      {receipt.question && <p class="change-asked">{t("plan.asked", { text: receipt.question })}</p>}
      <Answer receipt={receipt} author={author?.name ?? ""} />
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
  const wide = 100 / worked.length;
  const isTight = worked.length > 8;
  return (
    <>
      <p class="small-head">
        {t("plan.effect")} <strong>{moneyDelta(Math.round(whole / worked.length), currency, "text")}</strong>
      </p>
      <ul class="day-blocks">
        {worked.map((one, i) => {
          const [low, high] = [Math.min(one.old_value, one.new_value), Math.max(one.old_value, one.new_value)];
          const shows = !isTight || i === 0 || i === worked.length - 1 || i % 3 === 0;
          return (
            <li key={one.on} class="day-block" style={{ width: `${wide}%` }} aria-label={`${day(one.on)}: ${money(one.old_value, currency)} → ${money(one.new_value, currency)}`}>
              <span class="day-number display-num">{shows ? moneyParts(one.new_value, currency).number : ""}</span>
              <span class={`day-added${one.new_value < one.old_value ? " is-less" : ""}`} style={{ height: `${Math.max(5, ((high - low) / highest) * 56)}px` }} />
              <span class="day-before" style={{ height: `${(low / highest) * 56}px` }} />
              <span class={`day-name${one.on === today ? " is-today" : ""}`}>
                {one.on === today ? t("targets.today", { n: Number(one.on.slice(8)) }) : shows ? Number(one.on.slice(8)) : ""}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** The dock: acknowledge, ask, or disagree. Once acknowledged it says when. */
function Answer({ receipt, author }: { receipt: Receipt; author: string }) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const target = `/request?period=${receipt.period_start}&plan=${receipt.plan_id}&line=${receipt.cells[0]?.product_line_id ?? ""}`;
  if (receipt.acknowledged_at) {
    return (
      <Dock note={<PendingMark entity="change_receipt" id={receipt.id} />}>
        <p class="change-acked" role="status" data-testid="acknowledged">
          <Glyph svg={check} size={20} />
          {t("plan.ackedAt", { time: time(receipt.acknowledged_at) })}
        </p>
        <Button kind="secondary" onClick={() => go("/today")}>
          {t("plan.goToday")}
        </Button>
      </Dock>
    );
  }
  const isLate = receipt.due_at !== null && receipt.due_at < clock.now().toISOString();
  const acknowledge = async () => {
    setBusy(true);
    await mutate("targets.acknowledge_change", { id: receipt.id });
    setBusy(false);
  };
  const due = receipt.due_at && `${dayNear(dayOf(receipt.due_at))} ${time(receipt.due_at)}`;
  return (
    <Dock
      note={due ? <span class={isLate ? "is-soon" : ""}>{t(isLate ? "plan.overdue" : "plan.due", { time: due })}</span> : t("plan.from", { day: dayShort(receipt.effective_from) })}
    >
      <Button testid="acknowledge" icon={check} isBusy={isBusy || pendingOf("change_receipt", receipt.id) === "sending"} onClick={() => void acknowledge()}>
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
        aria-label={t("plan.questionHint")}
        placeholder={t("plan.questionHint")}
        maxLength={2000}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="sheet-buttons">
        <Button onClick={() => void send()}>{t("plan.questionSend")}</Button>
      </div>
    </Sheet>
  );
}
