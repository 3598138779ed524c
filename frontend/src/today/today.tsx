/** Today: know the number and leave. The same online and offline. */
import mapPin from "lucide-static/icons/map-pin-check.svg?raw";
import navigation from "lucide-static/icons/navigation.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import { lazy } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../core/clock";
import { day, dayNear, distance, money, month, time } from "../core/format";
import { t } from "../core/words";
import { type Row, me, mutate, pendingOf, useLive } from "../sync";
import { paceShown } from "../targets/queries";
import { Amount } from "../ui/amount";
import { Glyph } from "../ui/glyph";
import { mapLink } from "../ui/map-link";
import { PaceChip } from "../ui/pace-chip";
import { PaceRoad, PaceRoadEmpty, PaceRoadSkeleton } from "../ui/pace-road";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { type Stop, type Today, legBetween, readToday } from "./queries";
import "./today.css";
import "./words";

/** What opens on a tap is loaded then; the first screen stays light. */
const How = lazy(() => import("./sheets").then((sheets) => sheets.How));
const AddTask = lazy(() => import("./sheets").then((sheets) => sheets.AddTask));

export default function TodayScreen() {
  const today = clock.today();
  const person = me().id;
  const read = useLive(() => readToday(person, today), [person, today], { keep: true });
  return (
    <main class="page today">
      <header class="today-head">
        <h1>{day(today)}</h1>
        <SyncChip />
        <Bell />
      </header>
      <OfflineStrip />
      <TodayNumber read={read} today={today} />
      <Route read={read} today={today} />
      <Tasks read={read} today={today} />
      <NextStop read={read} today={today} />
    </main>
  );
}

// --- The number ---------------------------------------------------------------------------------

function TodayNumber({ read, today }: { read: Today | undefined; today: string }) {
  const [isOpen, setOpen] = useState(false);
  if (!read) {
    return (
      <section class="today-number" aria-busy="true">
        <p class="today-label">{t("today.needed")}</p>
        <div class="skeleton today-hero-skeleton" />
        <PaceRoadSkeleton />
      </section>
    );
  }
  const { standing } = read;
  if (!standing || standing.pace.target <= 0) {
    return (
      <section class="today-number">
        <p class="today-label">{t("today.noTarget")}</p>
        <PaceRoadEmpty />
      </section>
    );
  }
  const { pace, plan } = standing;
  const shown = paceShown(pace);
  return (
    <section class="today-number">
      <button type="button" class="today-hero" aria-haspopup="dialog" aria-label={t("today.how")} onClick={() => setOpen(true)}>
        <span class="today-label">{labelOf(pace, read.isWorkingDay)}</span>
        <span class="today-hero-row">
          <Amount minor={heroOf(pace)} currency={plan.currency} size="hero" />
          <PaceChip {...shown} />
        </span>
      </button>
      <p class="today-split">{splitOf(read, today)}</p>
      <a class="today-road" href={`/targets/${standing.period[0]}`}>
        <PaceRoad
          days={Object.entries(standing.weights).map(([on, weight]) => ({ on, part: standing.days[on] || (weight > 0 && on < today ? 0 : weight) }))}
          today={today}
          target={pace.target}
          actual={pace.actual}
          expected={pace.expected}
          pending={standing.pending}
          currency={plan.currency}
          shown={shown}
          name={standing.period_kind === "month" ? month(standing.period[0]) : ""}
        />
      </a>
      {isOpen && <How read={read} onClose={() => setOpen(false)} />}
    </section>
  );
}

type Pace = NonNullable<Today["standing"]>["pace"];

function labelOf(pace: Pace, isWorkingDay: boolean): string {
  if (pace.state === "reached") return t("today.reached");
  if (pace.needed_today === null) return t("today.cannot");
  if (!isWorkingDay) return t("today.restDay");
  return t(pace.booked_today > 0 ? "today.stillNeeded" : "today.needed");
}

const heroOf = (pace: Pace): number => (pace.state === "reached" ? pace.actual : (pace.needed_today ?? pace.gap));

/** 原计划 5.0 + 追赶 1.1。今日 5 站预计 6.4 万,够了。 */
function splitOf({ standing, stops, isWorkingDay, routeOn }: Today, today: string) {
  if (!standing) return null;
  const { pace, plan } = standing;
  const amount = (minor: number) => money(minor, plan.currency, { style: "text" });
  if (pace.state === "reached") return t("today.reachedText", { target: amount(pace.target), actual: amount(pace.actual) });
  if (!isWorkingDay && routeOn !== today) return t("today.restText", { day: day(routeOn) });
  if (pace.needed_today === null) return null;
  const left = stops.filter((stop) => stop.visit.status !== "done");
  const value = left.reduce((sum, stop) => sum + stop.value, 0);
  const missing = pace.needed_today - value;
  return (
    <>
      {arithmetic(pace, plan.currency)}
      {t("today.stop")}
      {left.length > 0 && (
        <>
          {t("today.gap").trim()}
          <span class="today-stops">
            {missing <= 0 ? t("today.enough", { n: left.length, amt: amount(value) }) : t("today.short", { amt: amount(value), gap: amount(missing) })}
            {t("today.stop")}
          </span>
        </>
      )}
    </>
  );
}

function arithmetic(pace: Pace, currency: string): string {
  const catchUp = pace.catch_up ?? 0;
  const [a, b] = short([pace.plan_today, Math.abs(catchUp)], currency);
  if (catchUp === 0) return t("today.splitPlain", { a: money(pace.plan_today, currency, { style: "text" }) });
  return t(catchUp > 0 ? "today.split" : "today.splitAhead", { a: a ?? "", b: b ?? "" });
}

/** Two amounts of one sentence; where both are counted in 万 the unit is said by the number beside them. */
function short(amounts: number[], currency: string): string[] {
  const texts = amounts.map((minor) => money(minor, currency, { style: "row" }));
  return texts.every((text) => text.endsWith("万")) ? texts.map((text) => text.slice(0, -1)) : texts;
}

// --- The route ------------------------------------------------------------------------------------

function Route({ read, today }: { read: Today | undefined; today: string }) {
  const stops = read?.stops ?? [];
  const next = stops.find((stop) => stop.visit.status !== "done")?.visit.id;
  return (
    <section>
      <div class="head-row">
        <h2>{read && read.routeOn !== today ? t("today.routeOn", { day: day(read.routeOn) }) : t("today.route")}</h2>
        {stops.length > 0 && (
          <span class="page-note">
            {read?.routeMetres == null ? t("today.routeCount", { n: stops.length }) : t("today.routeSum", { n: stops.length, d: distance(read.routeMetres) })}
          </span>
        )}
      </div>
      {!read && [0, 1, 2].map((i) => <div key={i} class="skeleton stop-skeleton" />)}
      {read && stops.length === 0 && (
        <div class="today-empty">
          <p>{t("today.noVisits")}</p>
          <a class="plain-button" href="/customers">
            {t("today.plan")}
          </a>
        </div>
      )}
      <ol class="stops">
        {stops.map((stop) => (
          <StopRow key={stop.visit.id} stop={stop} isNext={stop.visit.id === next} />
        ))}
      </ol>
    </section>
  );
}

function StopRow({ stop, isNext }: { stop: Stop; isNext: boolean }) {
  const { visit, customer } = stop;
  const state = pendingOf("visit", visit.id);
  const isDone = visit.status === "done";
  return (
    <li class={`stop${isNext ? " is-next" : ""}${isDone ? " is-done" : ""}`} data-testid="stop">
      <a href={isDone ? `/customers/${visit.customer_id}` : `/visit/${visit.id}`}>
        <span class="stop-time">{visit.planned_at ?? (visit.checked_in_at ? time(visit.checked_in_at) : "")}</span>
        <span class="stop-node" aria-hidden="true" />
        <span class="stop-text">
          <span class="stop-name">{customer?.name ?? ""}</span>
          <span class="stop-purpose">{[visit.status === "open" ? t("today.openStop") : isDone ? t("today.doneStop") : null, visit.purpose].filter(Boolean).join(" · ")}</span>
        </span>
        <span class="stop-side">
          <Side state={state} amount={stop.value} visit={visit} />
        </span>
      </a>
    </li>
  );
}

function Side({ state, amount, visit }: { state: string; amount: number; visit: Row<"visit"> }) {
  if (state === "rejected") return <span class="stop-refused">{t("sync.attention")}</span>;
  if (state !== "synced" && visit.status !== "planned") {
    return (
      <span class="stop-waiting" data-testid="waiting">
        <Glyph svg={clockArrow} size={16} />
        {t("sync.waiting")}
      </span>
    );
  }
  const value = visit.status === "done" ? (visit.amount ?? amount) : amount;
  return value > 0 ? <Amount minor={value} currency={visit.currency ?? me().organization.currency} style="row" /> : null;
}

// --- Tasks ----------------------------------------------------------------------------------------

function Tasks({ read, today }: { read: Today | undefined; today: string }) {
  const [isAdding, setAdding] = useState(false);
  if (!read) return null;
  const open = read.tasks.filter((task) => task.status === "open").length + read.changes.length;
  return (
    <section>
      <div class="head-row">
        <h2>{t("today.tasks")}</h2>
        <span class="today-task-side">
          {open > 0 && <span class="page-note">{t("today.taskCount", { n: open })}</span>}
          <button type="button" class="icon-button" aria-label={t("today.addTask")} onClick={() => setAdding(true)}>
            <Glyph svg={plus} size={22} />
          </button>
        </span>
      </div>
      <ul class="tasks">
        {read.changes.map(({ receipt, lines }) => (
          <li key={receipt.id}>
            <a class="task" href={`/changes/${receipt.id}`} data-testid="open-change">
              <span class="task-box" aria-hidden="true" />
              <span class="task-title">
                {t("today.change", { what: `${lines.join(t("today.gap"))} ${money(receipt.new_total - receipt.old_total, receipt.currency, { style: "row", signed: true })}` })}
              </span>
              {receipt.due_at && <span class="task-due is-soon">{t("today.changeBy", { time: dueTime(receipt.due_at, today) })}</span>}
            </a>
          </li>
        ))}
        {read.tasks.map((task) => (
          <TaskRow key={task.id} task={task} today={today} />
        ))}
      </ul>
      {open === 0 && read.tasks.length === 0 && <p class="page-note">{t("today.noTasks")}</p>}
      {isAdding && <AddTask today={today} onClose={() => setAdding(false)} />}
    </section>
  );
}

function dueTime(instant: string, today: string): string {
  const on = instant.slice(0, 10);
  return on <= today ? time(instant) : `${dayNear(on)} ${time(instant)}`;
}

function TaskRow({ task, today }: { task: Row<"task">; today: string }) {
  const isSaved = task.status === "done";
  // The box shows the tap at once; the row follows when it is saved.
  const [isDone, setDone] = useState(isSaved);
  useEffect(() => setDone(isSaved), [isSaved]);
  const state = pendingOf("task", task.id);
  const tick = () => {
    setDone(!isDone);
    void mutate(isDone ? "visits.reopen_task" : "visits.complete_task", { id: task.id });
  };
  return (
    <li>
      <label class={`task${isDone ? " is-done" : ""}`}>
        <input type="checkbox" data-testid="task" checked={isDone} aria-label={t(isDone ? "today.taskReopen" : "today.taskDone", { title: task.title })} onChange={tick} />
        <span class="task-title">{task.title}</span>
        <span class="task-due">
          {state === "queued" || state === "sending" ? (
            <span class="stop-waiting" data-testid="waiting">
              <Glyph svg={clockArrow} size={16} />
              {t("sync.waiting")}
            </span>
          ) : (
            <Due task={task} today={today} />
          )}
        </span>
      </label>
    </li>
  );
}

function Due({ task, today }: { task: Row<"task">; today: string }) {
  if (!task.due_on || task.status === "done") return null;
  if (task.due_on < today) return <span class="is-soon">{t("today.overdue", { day: dayNear(task.due_on) })}</span>;
  if (task.due_on === today) return task.due_at ? <span class="is-soon">{t("today.changeBy", { time: task.due_at })}</span> : <>{dayNear(task.due_on)}</>;
  return <>{dayNear(task.due_on)}</>;
}

// --- Where to go next ------------------------------------------------------------------------------

/** Stops for which the map was opened from here: the next tap is the check-in. */
const departed = new Set<string>();

function NextStop({ read, today }: { read: Today | undefined; today: string }) {
  const [, setTaps] = useState(0);
  if (!read || read.routeOn !== today || read.stops.length === 0) return null;
  const number = read.stops.findIndex((stop) => stop.visit.status !== "done");
  const stop = read.stops[number];
  if (!stop) return null;
  const { visit, customer } = stop;
  const link = customer ? mapLink(customer) : null;
  const leg = number > 0 ? legBetween(read.stops[number - 1], stop) : null;
  if (visit.status === "open") return <Dock href={`/visit/${visit.id}`} text={t("visit.continue", { name: customer?.name ?? "" })} />;
  if (!link || departed.has(visit.id)) return <Dock href={`/visit/${visit.id}`} text={t("visit.checkinAt", { name: customer?.name ?? "" })} />;
  return (
    <div class="dock-plain today-dock">
      <div class="button-row">
        <a class="big-button is-outline today-checkin" href={`/visit/${visit.id}`} data-testid="check-in">
          {t("visit.checkin")}
        </a>
        <a
          class="big-button"
          href={link}
          target="_blank"
          rel="noopener"
          onClick={() => {
            departed.add(visit.id);
            setTaps((n) => n + 1);
          }}
        >
          <Glyph svg={navigation} size={22} />
          {leg === null ? t("visit.goPlain", { n: number + 1 }) : t("visit.go", { n: number + 1, d: distance(leg) })}
        </a>
      </div>
    </div>
  );
}

function Dock({ href, text }: { href: string; text: string }) {
  return (
    <div class="dock-plain today-dock">
      <a class="big-button" href={href} data-testid="check-in">
        <Glyph svg={mapPin} size={22} />
        <span class="clip">{text}</span>
      </a>
    </div>
  );
}
