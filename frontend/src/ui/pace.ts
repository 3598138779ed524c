/** The words and marks of a pace, in one place for chip, lane, road and list. */
import { days } from "../core/format";
import { t } from "../core/words";
import "./pace-words";

/** What these parts need of a pace; `pace_days` as a number of days, for display. */
export interface Shown {
  state: "none" | "before" | "cannot" | "reached" | "ahead" | "on" | "behind" | "risk";
  paceDays: number | null;
}

export type Mood = "ahead" | "on" | "behind" | "risk";

/** Which of the four colours a state has. */
export function moodOf(state: Shown["state"]): Mood {
  if (state === "ahead" || state === "reached") return "ahead";
  if (state === "behind" || state === "risk") return state;
  return state === "cannot" ? "risk" : "on";
}

/** A pace in words: 落后 1.4 天. */
export function paceWords({ state, paceDays }: Shown): string {
  const n = days(Math.abs(paceDays ?? 0));
  if (state === "ahead") return t("pace.ahead", { n });
  if (state === "behind") return t("pace.behind", { n });
  if (state === "risk") return (paceDays ?? 0) < -2 ? t("pace.risk", { n }) : t("pace.riskOnly");
  if (state === "reached") return t("pace.reached");
  if (state === "before") return t("pace.before");
  if (state === "cannot") return t("pace.cannot");
  return state === "none" ? t("pace.none") : t("pace.on");
}

/** A pace in a list: −1.4 天, and 合拍 in words. */
export function paceShort(shown: Shown): string {
  const { state, paceDays } = shown;
  if (paceDays === null || !["ahead", "behind", "risk"].includes(state)) return paceWords(shown);
  return t("pace.days", { n: days(paceDays, { signed: true }) });
}
