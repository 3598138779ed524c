/** What is filled in during a visit, kept on every change, and what is still missing in it. */
import { parseMoney } from "../core/format";
import { t } from "../core/words";
import type { Row } from "../sync";
import type { KeptPhoto } from "../ui/photo-tile";
import "./words";

export interface Agreed {
  is_chosen: boolean;
  due_on: string;
  /** The row that it becomes; made early so that saving twice makes one task. */
  task_id: string;
}

export interface Filled {
  answers: Record<string, unknown>;
  photos: (KeptPhoto & { step_key: string })[];
  outcome: string;
  amount: string;
  has_receipt: boolean;
  receipt_amount: string;
  receipt_line: string | null;
  receipt_id: string;
  note: string;
  next: Record<string, Agreed>;
  own_title: string;
}

export type Step = Row<"visit_type">["steps"][number];

/** What a person typed for money, or null where it is empty or no amount. */
export const amountOf = (text: string, currency: string): number | null => (text.trim() ? parseMoney(text, currency) : null);

/** What is missing or wrong, by field, in words. The server asks the same (`visits.incomplete`). */
export function missingIn(filled: Filled, type: Row<"visit_type">, currency: string): Record<string, string> {
  const missing: Record<string, string> = {};
  for (const step of type.steps) {
    const words = missingStep(step, filled, currency);
    if (words) missing[step.key] = words;
  }
  if (!filled.outcome) missing.outcome = t("visit.missingOutcome");
  if (isBadMoney(filled.amount, currency)) missing.amount = t("visit.badAmount");
  if (filled.has_receipt && !amountOf(filled.receipt_amount, currency)) missing.receipt = t("visit.badAmount");
  return missing;
}

function missingStep(step: Step, filled: Filled, currency: string): string | null {
  const value = filled.answers[step.key];
  const isEmpty = value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (step.kind === "money" && typeof value === "string" && isBadMoney(value, currency)) return t("visit.badAmount");
  if (!step.is_required) return null;
  if (step.kind === "photo") {
    const left = Math.max(1, step.min ?? 1) - filled.photos.filter((photo) => photo.step_key === step.key).length;
    return left > 0 ? t("visit.missingPhoto", { n: left }) : null;
  }
  if (!isEmpty) return null;
  return t(step.kind === "choice" ? "visit.missingChoice" : step.kind === "text" ? "visit.missingText" : "visit.missingNumber");
}

const isBadMoney = (text: string, currency: string): boolean => text.trim() !== "" && amountOf(text, currency) === null;

/** The answers as the server takes them: no empty ones, money in minor units, no photos. */
export function answersOf(filled: Filled, steps: readonly Step[], currency: string): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  for (const step of steps) {
    const value = filled.answers[step.key];
    if (step.kind === "photo" || value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    answers[step.key] = step.kind === "money" ? amountOf(String(value), currency) : value;
  }
  return answers;
}
