/** The periods that one has a target in: the present one first, then what comes, then what is over. */
import { useMemo } from "preact/hooks";
import { clock } from "../core/clock";
import { money } from "../core/format";
import { t } from "../core/words";
import { db, me, useLive } from "../sync";
import { Lane } from "../ui/lane";
import { PaceInline } from "../ui/pace-chip";
import { Bell, OfflineStrip, SyncChip } from "../ui/sync-chip";
import { periodName } from "./periods";
import { type Member, type Standing, paceShown, presentTargets, readTeam, standing } from "./queries";
import "../ui/parts.css";
import "./targets.css";
import "./words";

const PAST_SHOWN = 12;

async function readPeriods(personId: string, today: string): Promise<Standing[]> {
  const rows = await presentTargets(personId);
  const places = [...new Map(rows.map((row) => [`${row.plan_id}/${row.period_start}/${row.period_end}`, row])).values()];
  places.sort((a, b) => (a.period_start < b.period_start ? 1 : a.period_start > b.period_start ? -1 : a.period_end < b.period_end ? -1 : 1));
  const past = places.filter((row) => row.period_end < today).slice(0, PAST_SHOWN);
  const shown = [...places.filter((row) => row.period_end >= today), ...past];
  const found: Standing[] = [];
  for (const row of shown) {
    const plan = await db().plan.get(row.plan_id);
    const one = plan && (await standing(personId, plan, [row.period_start, row.period_end], today));
    if (one) found.push(one);
  }
  return found;
}

export default function TargetsScreen() {
  const today = clock.today();
  const personId = me().id;
  const read = useLive(() => readPeriods(personId, today), [personId, today], { keep: true });
  const team = useLive(() => readTeam(personId, today), [personId, today], { keep: true });
  const groups = useMemo(() => {
    const all = read ?? [];
    return [
      ["targets.now", all.filter((one) => one.period[0] <= today && today <= one.period[1])],
      ["targets.ahead", all.filter((one) => one.period[0] > today).reverse()],
      ["targets.past", all.filter((one) => one.period[1] < today)],
    ] as const;
  }, [read, today]);
  return (
    <main class="page targets">
      <header class="screen-head">
        <h1>{t("targets.title")}</h1>
        <SyncChip />
        <Bell />
      </header>
      <OfflineStrip />
      {!read && [0, 1, 2].map((i) => <div key={i} class="skeleton target-skeleton" />)}
      {team && team.length > 0 && <Team team={team} />}
      {read?.length === 0 && team?.length === 0 && (
        <>
          <h2 class="page-title">{t("targets.none")}</h2>
          <p class="page-lead">{t("targets.noneText")}</p>
        </>
      )}
      {groups.map(([title, list]) =>
        list.length === 0 ? null : (
          <section key={title}>
            <h2>{t(title)}</h2>
            <ul class="pace-rows">
              {list.map((one) => (
                <PeriodRow key={one.plan.id + one.period.join()} one={one} />
              ))}
            </ul>
          </section>
        ),
      )}
    </main>
  );
}

/** How each person of the team stands now; who is ahead first, so that who needs help is nearest the thumb. */
function Team({ team }: { team: Member[] }) {
  return (
    <section>
      <h2>{t("targets.team")}</h2>
      <ul class="pace-rows">
        {team.map(({ person, standing: one }) => (
          <PeriodRow key={person.id} one={one} person={person} />
        ))}
      </ul>
    </section>
  );
}

function PeriodRow({ one, person }: { one: Standing; person?: Member["person"] }) {
  const { pace, plan, period } = one;
  const shown = paceShown(pace);
  return (
    <li>
      <a class="pace-row" href={`/targets/${period[0]}?plan=${plan.id}&end=${period[1]}${person ? `&person=${person.id}` : ""}`}>
        <span class="pace-row-text">
          <span class="pace-row-name">{person?.name ?? periodName({ period_start: period[0], period_end: period[1] })}</span>
          <span class="pace-row-sub">
            {money(pace.actual, plan.currency, { style: "row" })} / {money(pace.target, plan.currency, { style: "row" })}
          </span>
        </span>
        <Lane target={pace.target} actual={pace.actual} expected={pace.expected} shown={shown} />
        <PaceInline {...shown} />
      </a>
    </li>
  );
}
