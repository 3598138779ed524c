/** The sheets of Today: how the number comes about, and adding a task. */
import { useState } from "preact/hooks";
import { addDays } from "../core/clock";
import { dayNear, money, month, time } from "../core/format";
import { t } from "../core/words";
import { mutate, newId, syncStatus } from "../sync";
import { Sheet } from "../ui/sheet";
import type { Today } from "./queries";
import "./words";

/** The sum behind the number, term by term, from the same values. */
export function How({ read, onClose }: { read: Today; onClose: () => void }) {
  const { standing } = read;
  if (!standing) return null;
  const { pace, plan, period } = standing;
  const amount = (minor: number) => money(minor, plan.currency, { style: "plain" });
  const before = pace.actual - pace.booked_today;
  const lines: [string, string][] = [
    [t("today.howTarget", { period: standing.period_kind === "month" ? month(period[0]) : `${dayNear(period[0])}–${dayNear(period[1])}` }), amount(pace.target)],
    [t("today.howDone"), `− ${amount(before)}`],
    [t("today.howLeft"), `= ${amount(Math.max(0, pace.target - before))}`],
    [t("today.howDays"), `÷ ${(pace.remaining_weight / 100).toLocaleString("en-US")}`],
    [t("today.howToday"), pace.needed_today === null ? "–" : `= ${amount(pace.needed_today + pace.booked_today)}`],
    [t("today.howBooked"), `− ${amount(pace.booked_today)}`],
    [t("today.howNeeded"), pace.needed_today === null ? "–" : `= ${amount(pace.needed_today)}`],
  ];
  if (standing.pending > 0) lines.splice(6, 0, [t("today.howPending"), amount(standing.pending)]);
  const asOf = syncStatus.value.lastSyncedAt;
  return (
    <Sheet title={t("today.how")} onClose={onClose}>
      <dl class="today-how">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {asOf && <p class="page-note">{t("today.howAsOf", { time: time(asOf) })}</p>}
    </Sheet>
  );
}

export function AddTask({ today, onClose }: { today: string; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [due, setDue] = useState(addDays(today, 1));
  const save = async () => {
    if (!title.trim()) return;
    await mutate("visits.add_task", { id: newId(), title: title.trim(), due_on: due || null });
    onClose();
  };
  return (
    <Sheet title={t("today.addTask")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="field">
          <span>{t("today.taskTitle")}</span>
          <input value={title} maxLength={300} onInput={(event) => setTitle(event.currentTarget.value)} required />
        </label>
        <label class="field">
          <span>{t("today.taskDue")}</span>
          <input type="date" value={due} min={today} onInput={(event) => setDue(event.currentTarget.value)} />
        </label>
        <button type="submit" class="big-button">
          {t("today.save")}
        </button>
      </form>
    </Sheet>
  );
}
