/** The end of a visit: what it did to the pace, what was agreed next, where to go now. */
import check from "lucide-static/icons/circle-check-big.svg?raw";
import chevron from "lucide-static/icons/chevron-left.svg?raw";
import cloudCheck from "lucide-static/icons/cloud-check.svg?raw";
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import cross from "lucide-static/icons/x.svg?raw";
import navigation from "lucide-static/icons/navigation.svg?raw";
import { useEffect, useRef, useState } from "preact/hooks";
import { addDays, clock } from "../core/clock";
import { day, dayShort, days, money, month } from "../core/format";
import { back, go } from "../core/router";
import { pick, t } from "../core/words";
import { db, isFull, me, mutate, newId, pendingOf, type Row, syncStatus, useLive } from "../sync";
import { paceShown, type Standing, standingToday } from "../targets/queries";

import * as rules from "../targets/rules";
import { stopsOf, type Stop } from "../today/queries";
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { mapLink } from "../ui/map-link";
import { PaceRoad, PaceRoadSkeleton } from "../ui/pace-road";
import { OfflineStrip } from "../ui/sync-chip";
import { Waiting } from "../ui/waiting";
import { Steps } from "./parts";
import type { VisitRead } from "./queries";
import { type Agreed, amountOf, answersOf, type Filled } from "./record";
import type { Kept } from "./record-form";

const OWN = "own";

export function Follow({ visit, read, kept }: { visit: Row<"visit">; read: VisitRead; kept: Kept }) {
  const [problem, setProblem] = useState<string | null>(null);
  const isSaving = useRef(false);
  const currency = visit.currency ?? me().organization.currency;
  const isDone = visit.status === "done";
  const isSettled = isDone && pendingOf("visit", visit.id) === "synced";
  // Kept until the server has taken it: a report that is refused comes back as it was filled in.
  useEffect(() => {
    if (isSettled) void kept.clear();
  }, [isSettled]);
  const finish = async () => {
    if (isSaving.current) return;
    const lacking = lackingIn(kept.filled, read);
    setProblem(lacking);
    if (lacking) return;
    isSaving.current = true;
    try {
      await save(visit, read, kept.filled, currency);
    } catch (error) {
      if (!isFull(error)) throw error;
      setProblem(t("visit.full"));
    } finally {
      isSaving.current = false;
    }
  };
  return (
    <main class="page visit">
      <header class="page-bar">
        {isDone ? (
          <button type="button" class="icon-button" aria-label={t("frame.close")} onClick={() => go("/today", { replace: true })}>
            <Glyph svg={cross} size={28} />
          </button>
        ) : (
          <button type="button" class="icon-button" aria-label={t("visit.change")} data-testid="back-to-record" onClick={() => back(`/visit/${visit.id}`)}>
            <Glyph svg={chevron} size={28} />
          </button>
        )}
        <span />
        <span />
      </header>
      <Steps at={3} />
      {!syncStatus.value.online && <OfflineStrip />}
      <Result visit={visit} read={read} filled={kept.filled} isDone={isDone} currency={currency} />
      {isDone ? <AgreedSteps tasks={read.tasks} /> : <NextSteps read={read} kept={kept} onChange={() => setProblem(null)} />}
      <div class="dock-plain">
        {problem && (
          <p class="form-error" role="alert">
            {problem}
          </p>
        )}
        {isDone ? (
          <>
            <SyncLine visit={visit} />
            <Onward visit={visit} />
          </>
        ) : (
          <button type="button" class="big-button" data-testid="finish-visit" onClick={() => void finish()}>
            {t("visit.finish")}
          </button>
        )}
      </div>
    </main>
  );
}

// --- Saving -----------------------------------------------------------------------------------------

const chosenOf = (filled: Filled): [string, Agreed][] => Object.entries(filled.next).filter(([, one]) => one.is_chosen);

const titleOf = (key: string, filled: Filled, read: VisitRead): string =>
  key === OWN ? filled.own_title.trim() : pick(read.types[0]?.next_steps.find((step) => step.key === key)?.label);

/** What keeps a visit from being finished, in words; null if nothing does. */
function lackingIn(filled: Filled, read: VisitRead): string | null {
  const chosen = chosenOf(filled).filter(([key]) => titleOf(key, filled, read));
  if (chosen.length === 0) return t("visit.needNext");
  const undated = chosen.find(([, one]) => !one.due_on);
  return undated ? t("visit.needDate", { title: titleOf(undated[0], filled, read) }) : null;
}

/** The money, the further steps, then the visit itself with its first step. What is already saved is not saved twice. */
async function save(visit: Row<"visit">, read: VisitRead, filled: Filled, currency: string): Promise<void> {
  const received = filled.has_receipt ? amountOf(filled.receipt_amount, currency) : null;
  if (received && !(await db().receipt.get(filled.receipt_id))) {
    await mutate("sales.report_receipt", {
      id: filled.receipt_id,
      customer_id: visit.customer_id,
      visit_id: visit.id,
      product_line_id: filled.receipt_line,
      received_on: clock.today(),
      amount: received,
      currency,
    });
  }
  const [first, ...others] = chosenOf(filled).filter(([key]) => titleOf(key, filled, read));
  for (const [key, { task_id, due_on }] of others) {
    if (!(await db().task.get(task_id))) await mutate("visits.add_task", { id: task_id, customer_id: visit.customer_id, title: titleOf(key, filled, read), due_on });
  }
  const report = {
    id: visit.id,
    answers: answersOf(filled, read.types[0]?.steps ?? [], currency),
    photos: filled.photos,
    outcome: filled.outcome,
    amount: amountOf(filled.amount, currency),
    note: filled.note.trim() || null,
    next_step: first ? { task_id: first[1].task_id, title: titleOf(first[0], filled, read), due_on: first[1].due_on } : null,
  };
  await mutate("visits.finish", report, read.refused ? { supersedes: read.refused.mid } : {});
}

// --- What it did to the pace --------------------------------------------------------------------------

interface Moved {
  standing: Standing;
  after: rules.Pace;
  /** Tenths of a working day made up by this visit. */
  gained: number;
}

/** The pace with this visit's money in it; before finishing what is typed is added, afterwards it is among the receipts. */
function movedBy(standing: Standing, money: number, isDone: boolean, today: string): Moved {
  const { pace, days: asked, weights, period } = standing;
  const counted = standing.plan.metric === "receipts" ? money : 0;
  const other = rules.pace(pace.target, asked, weights, period, pace.actual - pace.booked_today, pace.booked_today + (isDone ? -counted : counted), today);
  const [before, after] = isDone ? [other, pace] : [pace, other];
  const gained = before.pace_days && after.pace_days ? rules.tenths(after.pace_days) - rules.tenths(before.pace_days) : 0;
  return { standing, after, gained };
}

function Result({ visit, read, filled, isDone, currency }: { visit: Row<"visit">; read: VisitRead; filled: Filled; isDone: boolean; currency: string }) {
  const today = clock.today();
  const standing = useLive(async () => (await standingToday(me().id, today)) ?? null, [today], { keep: true });
  const dealt = isDone ? visit.amount : amountOf(filled.amount, currency);
  const received = isDone ? read.receipts.reduce((sum, one) => sum + one.base_amount, 0) : filled.has_receipt ? (amountOf(filled.receipt_amount, currency) ?? 0) : 0;
  const moved = standing ? movedBy(standing, received, isDone, today) : null;
  return (
    <section class="visit-result" data-testid={isDone ? "visit-done" : "visit-result"}>
      <span class="visit-done-mark">
        <Glyph svg={check} size={44} />
      </span>
      <h1>
        {t(isDone ? "visit.done" : "visit.recorded")}
        {moved && moved.after.target > 0 && (
          <>
            <br />
            <Needed moved={moved} />
          </>
        )}
      </h1>
      <p class="visit-sentence">{sentence(dealt, received, moved?.gained ?? 0, currency)}</p>
      {standing === undefined && <PaceRoadSkeleton />}
      {moved && moved.after.target > 0 && <Road moved={moved} today={today} added={isDone ? 0 : received} />}
    </section>
  );
}

function Needed({ moved }: { moved: Moved }) {
  const { after, standing } = moved;
  if (after.state === "reached") return <>{t("visit.reached")}</>;
  if (after.needed_today === null) return null;
  if (after.needed_today === 0) return <>{t("visit.enough")}</>;
  return (
    <>
      {t("visit.stillNeeded")}
      <span class="visit-needed">
        <Amount minor={after.needed_today} currency={standing.plan.currency} size="medium" />
      </span>
    </>
  );
}

/** 本次成交 2.7 万，收到回款 2.0 万，追回 0.6 天。 */
function sentence(dealt: number | null, received: number, gained: number, currency: string): string {
  const amount = (minor: number) => money(minor, currency, { style: "text" });
  const parts = [
    dealt ? t("visit.dealt", { amt: amount(dealt) }) : "",
    received ? t("visit.paid", { amt: amount(received) }) : "",
    gained > 0 ? t("visit.caughtUp", { n: days(gained / 10) }) : "",
  ].filter(Boolean);
  return parts.length ? parts.join(t("visit.comma")) + t("visit.period") : t("visit.noAmount");
}

function Road({ moved, today, added }: { moved: Moved; today: string; added: number }) {
  const { standing, after } = moved;
  return (
    <PaceRoad
      days={Object.entries(standing.weights).map(([on, weight]) => ({ on, part: standing.days[on] || (weight > 0 && on < today ? 0 : weight) }))}
      today={today}
      target={after.target}
      actual={after.actual}
      expected={after.expected}
      pending={standing.pending + (standing.plan.metric === "receipts" ? added : 0)}
      currency={standing.plan.currency}
      shown={paceShown(after)}
      name={standing.period_kind === "month" ? month(standing.period[0]) : ""}
    />
  );
}

// --- What follows -------------------------------------------------------------------------------------

function NextSteps({ read, kept, onChange }: { read: VisitRead; kept: Kept; onChange: () => void }) {
  const { filled, change } = kept;
  const today = clock.today();
  const set = (key: string, some: Partial<Agreed>, proposed: string) => {
    const now = filled.next[key] ?? { is_chosen: false, due_on: proposed, task_id: newId() };
    change({ next: { ...filled.next, [key]: { ...now, ...some } } });
    onChange();
  };
  return (
    <section>
      <div class="head-row">
        <h2>{t("visit.next")}</h2>
        <span class="page-note">{t("visit.oneAtLeast")}</span>
      </div>
      <ul class="next-steps">
        {(read.types[0]?.next_steps ?? []).map((step) => {
          const proposed = step.days === undefined || step.days === null ? "" : addDays(today, step.days);
          return (
            <NextStepRow
              key={step.key}
              name={step.key}
              title={pick(step.label)}
              sub={step.days ? t("visit.inDays", { n: step.days }) : ""}
              agreed={filled.next[step.key]}
              proposed={proposed}
              today={today}
              onSet={(some) => set(step.key, some, proposed)}
            />
          );
        })}
        <NextStepRow
          name={OWN}
          title={t("visit.ownStep")}
          sub=""
          agreed={filled.next[OWN]}
          proposed={addDays(today, 1)}
          today={today}
          onSet={(some) => set(OWN, some, addDays(today, 1))}
        >
          {filled.next[OWN]?.is_chosen && (
            <span class="input-box next-own">
              <input
                maxLength={300}
                data-testid="next-step-own-title"
                aria-label={t("visit.ownHint")}
                placeholder={t("visit.ownHint")}
                value={filled.own_title}
                onInput={(event) => change({ own_title: event.currentTarget.value })}
              />
            </span>
          )}
        </NextStepRow>
      </ul>
    </section>
  );
}

interface RowProps {
  name: string;
  title: string;
  sub: string;
  agreed: Agreed | undefined;
  proposed: string;
  today: string;
  onSet: (some: Partial<Agreed>) => void;
  children?: preact.ComponentChildren;
}

function NextStepRow({ name, title, sub, agreed, proposed, today, onSet, children }: RowProps) {
  const on = agreed ? agreed.due_on : proposed;
  const isChosen = agreed?.is_chosen ?? false;
  return (
    <li>
      <div class="next-row">
        <label class="next-label">
          <input type="checkbox" checked={isChosen} data-testid={`next-step-${name}`} onChange={(event) => onSet({ is_chosen: event.currentTarget.checked })} />
          <span>
            <span class="next-title">{title}</span>
            {sub && <span class="line-sub">{sub}</span>}
          </span>
        </label>
        <label class={`next-date${isChosen ? " is-chosen" : ""}`}>
          <span>{on ? day(on) : t("visit.pickDate")}</span>
          <input
            type="date"
            min={today}
            value={on}
            aria-label={t("visit.dateOf", { title })}
            data-testid={`next-step-date-${name}`}
            onClick={(event) => openPicker(event.currentTarget)}
            onInput={(event) => onSet({ due_on: event.currentTarget.value, is_chosen: true })}
          />
        </label>
      </div>
      {children}
    </li>
  );
}

/** The whole field opens the calendar, not only its small icon; browsers that cannot leave it to the icon. */
function openPicker(input: HTMLInputElement): void {
  try {
    input.showPicker();
  } catch {
    input.focus();
  }
}

function AgreedSteps({ tasks }: { tasks: readonly Row<"task">[] }) {
  if (tasks.length === 0) return null;
  return (
    <section>
      <h2>{t("visit.agreed")}</h2>
      <ul class="lines is-plain">
        {tasks.map((task) => (
          <li key={task.id}>
            <span class="line-text line-title">{task.title}</span>
            <Waiting state={pendingOf("task", task.id)} />
            {task.due_on && <strong class="next-due">{dayShort(task.due_on)}</strong>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function SyncLine({ visit }: { visit: Row<"visit"> }) {
  const state = pendingOf("visit", visit.id);
  const manager = useLive(async () => (await db().person.get(me().person.manager_id ?? ""))?.name ?? "", []);
  if (state === "rejected") {
    return (
      <a class="visit-sync is-refused" href="/sync" data-testid="refused">
        {t("visit.attentionLine")}
      </a>
    );
  }
  const isSynced = state === "synced";
  return (
    <p class="visit-sync" role="status" data-testid={isSynced ? "synced" : "waiting"}>
      <Glyph svg={isSynced ? cloudCheck : clockArrow} size={20} />
      {isSynced ? (manager ? t("visit.syncedSeen", { name: manager }) : t("sync.synced")) : t("visit.waitingLine")}
    </p>
  );
}

/** The next stop of today's route: its way in the map app; without a pin straight to its check-in. */
function Onward({ visit }: { visit: Row<"visit"> }) {
  const stops: Stop[] = useLive(() => stopsOf(me().id, clock.today()), [visit.id]) ?? [];
  const n = stops.findIndex((stop) => stop.visit.status !== "done");
  const stop = stops[n];
  if (!stop) {
    return (
      <a class="big-button" href="/today" data-testid="next-stop">
        {t("visit.toToday")}
      </a>
    );
  }
  const link = stop.customer && mapLink(stop.customer);
  const text = t("visit.goNext", { n: n + 1, name: stop.customer?.name ?? "" });
  return (
    <a
      class="big-button"
      href={link ?? `/visit/${stop.visit.id}`}
      {...(link ? { target: "_blank", rel: "noopener" } : {})}
      data-testid="next-stop"
      onClick={() => link && go("/today", { replace: true })}
    >
      <Glyph svg={navigation} size={22} />
      <span class="clip">{text}</span>
    </a>
  );
}
