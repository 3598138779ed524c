/** Targets: one's own periods, and for a manager how each person of the team stands today. */
import { useMemo } from "preact/hooks";
import { clock } from "../core/clock";
import { dayShort, money, month } from "../core/format";
import { t } from "../core/words";
import { db, me, type Row, useLive } from "../sync";
import { Amount } from "../ui/amount";
import { Lane } from "../ui/lane";
import { PaceInline } from "../ui/pace-chip";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { type Standing, paceShown, presentTargets, standing, standingToday } from "./queries";
import "./targets.css";
import "./words";

export default function TargetsScreen() {
  const today = clock.today();
  const person = me().id;
  const read = useLive(() => readAll(person, today), [person, today], { keep: true });
  return (
    <main class="page targets">
      <header class="today-head">
        <h1>{t("targets.title")}</h1>
        <SyncChip />
        <Bell />
      </header>
      <OfflineStrip />
      {!read && [0, 1, 2].map((i) => <div key={i} class="skeleton target-skeleton" />)}
      {read && read.own.length === 0 && read.team.length === 0 && (
        <>
          <h2 class="page-title">{t("targets.none")}</h2>
          <p class="page-lead">{t("targets.noneText")}</p>
        </>
      )}
      {read && read.team.length > 0 && <Team team={read.team} />}
      {read && <Periods own={read.own} today={today} />}
    </main>
  );
}

interface Member {
  person: Row<"person">;
  standing: Standing;
}

async function readAll(personId: string, today: string): Promise<{ own: Standing[]; team: Member[] }> {
  const [people, mine] = await Promise.all([db().person.toArray(), presentTargets(personId)]);
  const reports = people.filter((person) => isBelow(person, personId, people) && person.is_active);
  const team = await Promise.all(reports.map(async (person) => ({ person, standing: await standingToday(person.id, today) })));
  const plans = new Map((await db().plan.toArray()).map((plan) => [plan.id, plan]));
  const periods = [...new Map(mine.map((row) => [`${row.plan_id}/${row.period_start}/${row.period_end}`, row])).values()];
  const own = await Promise.all(
    periods.map((row) => {
      const plan = plans.get(row.plan_id);
      return plan && standing(personId, plan, [row.period_start, row.period_end], today);
    }),
  );
  return {
    own: own.filter((one) => one !== undefined).sort((a, b) => (a.period[0] < b.period[0] ? 1 : -1)),
    team: team.filter((one): one is Member => one.standing !== undefined).sort((a, b) => paceNumber(b.standing) - paceNumber(a.standing)),
  };
}

function isBelow(person: Row<"person">, managerId: string, people: readonly Row<"person">[]): boolean {
  const seen = new Set<string>();
  for (let at: Row<"person"> | undefined = person; at?.manager_id && !seen.has(at.id); ) {
    if (at.manager_id === managerId) return true;
    seen.add(at.id);
    const above: string = at.manager_id;
    at = people.find((one) => one.id === above);
  }
  return false;
}

const paceNumber = (one: Standing): number => paceShown(one.pace).paceDays ?? 0;

/** Ahead first, so that those who need help are nearest the thumb. */
function Team({ team }: { team: Member[] }) {
  return (
    <section>
      <div class="head-row">
        <h2>{t("targets.team")}</h2>
        <span class="page-note">{periodName(team[0]?.standing)}</span>
      </div>
      <ul class="lines">
        {team.map(({ person, standing: one }) => (
          <li key={person.id}>
            <a class="line-link" href={`/targets/${one.period[0]}?person=${person.id}`}>
              <span class="line-text">
                <span class="line-title">{person.name}</span>
                <span class="line-sub">{sumOf(one)}</span>
              </span>
              <Lane target={one.pace.target} actual={one.pace.actual} expected={one.pace.expected} shown={paceShown(one.pace)} />
              <span class="line-pace">
                <PaceInline {...paceShown(one.pace)} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** 62.0 / 96.0 万. */
function sumOf({ pace, plan }: Standing): string {
  const text = (minor: number) => money(minor, plan.currency, { style: "row" });
  return `${text(pace.actual)} / ${text(pace.target)}`;
}

function Periods({ own, today }: { own: readonly Standing[]; today: string }) {
  const parts = useMemo(
    () =>
      [
        ["targets.now", own.filter((one) => one.period[0] <= today && today <= one.period[1])],
        ["targets.earlier", own.filter((one) => one.period[1] < today)],
        ["targets.later", own.filter((one) => today < one.period[0]).toReversed()],
      ] as const,
    [own, today],
  );
  return (
    <>
      {parts.map(([name, list]) =>
        list.length === 0 ? null : (
          <section key={name}>
            <h2>{t(name)}</h2>
            <ul class="lines">
              {list.map((one) => (
                <li key={`${one.plan.id}${one.period[0]}`}>
                  <a class="line-link" href={`/targets/${one.period[0]}?plan=${one.plan.id}`}>
                    <span class="line-text">
                      <span class="line-title">{periodName(one)}</span>
                      <span class="line-sub">{one.plan.name}</span>
                    </span>
                    <Lane target={one.pace.target} actual={one.pace.actual} expected={one.pace.expected} shown={paceShown(one.pace)} />
                    <span class="line-pace">
                      <Amount minor={one.pace.target} currency={one.plan.currency} style="row" />
                      {one.period[0] <= today && <PaceInline {...paceShown(one.pace)} />}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </>
  );
}

/** The month by name; any other period by its days. */
export function periodName(one: Pick<Standing, "period" | "period_kind"> | undefined): string {
  if (!one) return "";
  const [start, end] = one.period;
  const isCalendarMonth = one.period_kind === "month" && start.endsWith("-01") && start.slice(0, 7) === end.slice(0, 7);
  return isCalendarMonth ? month(start) : t("targets.span", { from: dayShort(start), to: dayShort(end) });
}
