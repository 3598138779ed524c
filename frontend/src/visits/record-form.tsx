/** The record of a visit: the steps of its type, photos first; every change is kept before the next. */
import chevron from "lucide-static/icons/chevron-left.svg?raw";
import drive from "lucide-static/icons/hard-drive.svg?raw";
import mapPin from "lucide-static/icons/map-pin-check.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import { useEffect, useRef, useState } from "preact/hooks";
import { distance, money, time } from "../core/format";
import { back, go } from "../core/router";
import { pick, t } from "../core/words";
import { draft, dropBlob, me, newId, type Row } from "../sync";
import { ChoiceChips } from "../ui/choice-chips";
import { Glyph } from "../ui/glyph";
import { FormPart, MoneyInput, typedMoney } from "../ui/input";
import { PaceGlyph } from "../ui/pace-chip";
import { Photos } from "../ui/photo-tile";
import { Stepper } from "../ui/stepper";
import { OfflineStrip } from "../ui/sync-chip";
import { syncStatus } from "../sync";
import { Steps } from "./parts";
import type { VisitRead } from "./queries";
import { amountOf, type Filled, missingIn, type Step } from "./record";

export interface Kept {
  filled: Filled;
  change: (some: Partial<Filled>) => void;
  /** Everything typed so far is on this phone. */
  isSaved: boolean;
  clear: () => Promise<void>;
}

/** The draft of a visit: begun anew, or as it was when the app was left or killed. */
export function useFilled(visit: Row<"visit">, read: VisitRead): Kept | null {
  const store = draft<Filled>(`visit:${visit.id}`);
  const [filled, setFilled] = useState<Filled | null>(null);
  const [unsaved, setUnsaved] = useState(0);
  const latest = useRef<Filled | null>(null);
  useEffect(() => {
    void store.get().then((found) => {
      latest.current = { ...begun(read), ...found };
      setFilled(latest.current);
    });
  }, [visit.id]);
  if (!filled) return null;
  return {
    filled,
    isSaved: unsaved === 0,
    change: (some) => {
      const next = { ...(latest.current ?? filled), ...some };
      latest.current = next;
      setFilled(next);
      setUnsaved((n) => n + 1);
      void store.set(next).finally(() => setUnsaved((n) => n - 1));
    },
    clear: () => store.clear(),
  };
}

const begun = (read: VisitRead): Filled => ({
  answers: {},
  photos: [],
  outcome: "",
  amount: "",
  has_receipt: false,
  receipt_amount: "",
  receipt_line: read.usualLine,
  receipt_id: newId(),
  note: "",
  next: {},
  own_title: "",
});

export function RecordForm({ visit, read, kept }: { visit: Row<"visit">; read: VisitRead; kept: Kept }) {
  const { filled, change } = kept;
  const [isAsked, setAsked] = useState(false);
  const type = read.types[0];
  const currency = visit.currency ?? me().organization.currency;
  if (!type) return null;
  const missing = isAsked ? missingIn(filled, type, currency) : {};
  const count = Object.keys(missing).length;
  const next = () => {
    const found = Object.keys(missingIn(filled, type, currency));
    setAsked(true);
    if (found.length === 0) return go(`/visit/${visit.id}?step=3`);
    requestAnimationFrame(() => document.querySelector(`[data-part="${found[0]}"]`)?.scrollIntoView({ block: "center" }));
  };
  const ordered = [...type.steps].sort((a, b) => Number(b.kind === "photo") - Number(a.kind === "photo"));
  return (
    <main class="page visit">
      <RecordBar isSaved={kept.isSaved} />
      <Steps at={2} />
      {!syncStatus.value.online && <OfflineStrip />}
      <div class="visit-head">
        <h1>{read.customer?.name}</h1>
        <span class="page-note">
          <Glyph svg={mapPin} size={18} />
          {[visit.checked_in_at && t("visit.checkedIn", { time: time(visit.checked_in_at) }), visit.distance_m !== null && distance(visit.distance_m)].filter(Boolean).join(" · ")}
        </span>
      </div>
      {read.refused && (
        <p class="form-error" role="alert" data-testid="refused">
          {t("visit.refused", { reason: read.refused.message ?? "" })}
        </p>
      )}
      {ordered.map((step) => (
        <StepField key={step.key} step={step} kept={kept} before={read.before} problem={missing[step.key]} currency={currency} />
      ))}
      <FormPart label={t("visit.outcome")} isRequired isGroup name="outcome" problem={missing.outcome}>
        <ChoiceChips
          options={type.outcomes.map((one) => ({ key: one.key, label: pick(one.label) }))}
          chosen={filled.outcome ? [filled.outcome] : []}
          onChoose={([key]) => change({ outcome: key ?? "" })}
          testid="outcome"
        />
      </FormPart>
      <FormPart label={t("visit.amount")} name="amount" problem={missing.amount}>
        <MoneyInput
          value={filled.amount}
          currency={currency}
          onChange={(amount) => change({ amount })}
          isWrong={!!missing.amount}
          testid="amount"
          side={<Against amount={amountOf(filled.amount, currency)} expected={visit.expected_amount} currency={currency} />}
        />
      </FormPart>
      <ReceiptPart read={read} kept={kept} currency={currency} problem={missing.receipt} />
      <FormPart label={t("visit.note")} name="note">
        <span class="input-box">
          <textarea
            rows={1}
            maxLength={4000}
            data-testid="note"
            placeholder={t("visit.noteHint")}
            value={filled.note}
            onInput={(event) => change({ note: event.currentTarget.value })}
          />
        </span>
      </FormPart>
      <div class="dock-plain">
        {count > 0 && (
          <p class="form-error" role="alert">
            {t("visit.summary", { n: count })}
          </p>
        )}
        <button type="button" class="big-button" data-testid="to-next-step" onClick={next}>
          {t("visit.toNext")}
        </button>
      </div>
    </main>
  );
}

function RecordBar({ isSaved }: { isSaved: boolean }) {
  return (
    <header class="page-bar visit-bar">
      <button type="button" class="icon-button" aria-label={t("frame.back")} onClick={() => back("/today")}>
        <Glyph svg={chevron} size={28} />
      </button>
      <span class="page-name">{t("visit.record")}</span>
      <span class="visit-saved" role="status" data-testid="saved-here" data-saved={isSaved}>
        <Glyph svg={drive} size={18} />
        {t(isSaved ? "visit.saved" : "visit.saving")}
      </span>
    </header>
  );
}

function Against({ amount, expected, currency }: { amount: number | null; expected: number | null; currency: string }) {
  if (amount === null || !expected || amount === expected) return null;
  const isMore = amount > expected;
  return (
    <span class={`pace-inline is-${isMore ? "ahead" : "behind"}`}>
      <PaceGlyph mood={isMore ? "ahead" : "behind"} />
      {t(isMore ? "visit.moreThan" : "visit.lessThan", { amt: money(Math.abs(amount - expected), currency, { style: "text" }) })}
    </span>
  );
}

interface FieldProps {
  step: Step;
  kept: Kept;
  before: Record<string, unknown>;
  problem: string | undefined;
  currency: string;
}

function StepField({ step, kept, before, problem, currency }: FieldProps) {
  const { filled, change } = kept;
  const name = pick(step.label);
  const unit = step.unit ? pick(step.unit) : "";
  const value = filled.answers[step.key];
  const answer = (next: unknown) => change({ answers: { ...filled.answers, [step.key]: next } });
  const part = { label: unit ? `${name} (${unit})` : name, isRequired: step.is_required, problem, name: step.key };
  if (step.kind === "photo") {
    const own = filled.photos.filter((photo) => photo.step_key === step.key);
    const least = Math.max(1, step.min ?? 1);
    return (
      <FormPart {...part} isGroup hint={step.is_required ? t("visit.atLeast", { n: least }) : undefined}>
        <Photos
          photos={own}
          testid="photo"
          onAdd={(photo) => !own.some((one) => one.sha256 === photo.sha256) && change({ photos: [...filled.photos, { ...photo, step_key: step.key }] })}
          onRemove={(sha256) => {
            change({ photos: filled.photos.filter((photo) => photo.sha256 !== sha256 || photo.step_key !== step.key) });
            void dropBlob(sha256);
          }}
        />
      </FormPart>
    );
  }
  if (step.kind === "choice") {
    const chosen = Array.isArray(value) ? value.map(String) : value ? [String(value)] : [];
    return (
      <FormPart {...part} isGroup>
        <ChoiceChips
          options={(step.options ?? []).map((one) => ({ key: one.key, label: pick(one.label) }))}
          chosen={chosen}
          isMultiple={step.is_multiple}
          onChoose={(keys) => answer(step.is_multiple ? keys : (keys[0] ?? null))}
          testid={`choice-${step.key}`}
        />
      </FormPart>
    );
  }
  if (step.kind === "number") {
    const last = typeof before[step.key] === "number" ? (before[step.key] as number) : null;
    return (
      <FormPart {...part} isGroup>
        <Stepper
          name={name}
          value={typeof value === "number" ? value : null}
          min={step.min}
          max={step.max}
          from={last}
          side={last === null ? "" : t("visit.lastTime", { n: last })}
          onChange={answer}
          testid={`number-${step.key}`}
        />
      </FormPart>
    );
  }
  if (step.kind === "money") {
    const last = before[step.key];
    return (
      <FormPart {...part} hint={typeof last === "number" ? t("visit.lastTime", { n: typedMoney(last, currency) }) : undefined}>
        <MoneyInput value={String(value ?? "")} currency={currency} onChange={answer} isWrong={!!problem} testid={`money-${step.key}`} />
      </FormPart>
    );
  }
  return (
    <FormPart {...part}>
      <span class={`input-box${problem ? " is-wrong" : ""}`}>
        <textarea rows={1} maxLength={2000} data-testid={`text-${step.key}`} value={String(value ?? "")} onInput={(event) => answer(event.currentTarget.value)} />
      </span>
    </FormPart>
  );
}

/** Money that was collected in this visit: optional, and then it becomes a receipt of its own. */
function ReceiptPart({ read, kept, currency, problem }: { read: VisitRead; kept: Kept; currency: string; problem: string | undefined }) {
  const { filled, change } = kept;
  if (!filled.has_receipt) {
    return (
      <button type="button" class="plain-button visit-add" data-testid="report-receipt" onClick={() => change({ has_receipt: true })}>
        <Glyph svg={plus} size={20} />
        {t("visit.addReceipt")}
      </button>
    );
  }
  return (
    <section class="visit-receipt">
      <FormPart label={t("visit.receipt")} isRequired name="receipt" problem={problem}>
        <MoneyInput value={filled.receipt_amount} currency={currency} onChange={(receipt_amount) => change({ receipt_amount })} isWrong={!!problem} testid="receipt-amount" />
      </FormPart>
      {read.productLines.length > 0 && (
        <FormPart label={t("visit.line")} isGroup name="receipt-line">
          <ChoiceChips
            options={read.productLines.map((line) => ({ key: line.id, label: line.name }))}
            chosen={filled.receipt_line ? [filled.receipt_line] : []}
            onChoose={([id]) => change({ receipt_line: id ?? null })}
            testid="receipt-line"
          />
        </FormPart>
      )}
      <button type="button" class="plain-button is-quiet" onClick={() => change({ has_receipt: false, receipt_amount: "" })}>
        {t("visit.noReceipt")}
      </button>
    </section>
  );
}
