/** A visit in three steps: arrive, record, agree the next step. Nothing typed is ever lost. */
import camera from "lucide-static/icons/camera.svg?raw";
import circleCheck from "lucide-static/icons/circle-check-big.svg?raw";
import clockIcon from "lucide-static/icons/clock.svg?raw";
import crosshair from "lucide-static/icons/locate-fixed.svg?raw";
import cross from "lucide-static/icons/x.svg?raw";
import drive from "lucide-static/icons/hard-drive.svg?raw";
import navigation from "lucide-static/icons/navigation.svg?raw";
import pin from "lucide-static/icons/map-pin-check.svg?raw";
import shield from "lucide-static/icons/shield-check.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { addDays, clock } from "../core/clock";
import { day, distance, money, month, parseMoney, time } from "../core/format";
import { metresBetween } from "../core/geo";
import { go, useLocation, useRoute } from "../core/router";
import { pick, t } from "../core/words";
import { type EntityMap, blobOf, blobUrl, draft, dropBlob, me, mutate, newId, useLive } from "../sync";
import { shownOf } from "../targets/shown";
import { Glyph } from "../ui/glyph";
import { PaceRoad } from "../ui/pace-road";
import { PageBar } from "../ui/page-bar";
import { Button, Chips, Dock, Field, FlowSteps, PendingMark, SectionHead, Stepper } from "../ui/parts";
import { toDatum } from "./datum";
import { type Located, locate } from "./locate";
import { type TakenPhoto, keepPhoto } from "./photo";
import { type VisitPage, readVisit } from "./queries";
import "./visits.css";
import "./words";

type Step = EntityMap["visit_type"]["steps"][number];

/** What is filled in so far; kept on every change and found again after a kill. */
interface Filled {
  stage: "record" | "next";
  answers: Record<string, unknown>;
  photos: TakenPhoto[];
  outcome: string;
  amount: string;
  note: string;
  /** Next steps by key, with their days. */
  chosen: Record<string, string>;
  own: string;
}

const EMPTY: Filled = { stage: "record", answers: {}, photos: [], outcome: "", amount: "", note: "", chosen: {}, own: "" };

export default function CheckInScreen() {
  const { id = "" } = useRoute().params;
  const { query } = useLocation();
  const page = useLive(() => readVisit(id, query.customer), [id, query.customer], { keep: true });
  if (page === undefined) return <main class="page" aria-busy="true" />;
  if (page === null) {
    return (
      <main class="page">
        <PageBar parent="/today" isFlow />
        <h1 class="page-title">{t("visit.gone")}</h1>
        <p class="page-lead">{t("visit.goneText")}</p>
      </main>
    );
  }
  if (page.visit.status === "done") return <Done page={page} />;
  return page.visit.status === "open" ? <Fill key={id} page={page} /> : <Arrive key={id} page={page} />;
}

// --- 1. Arrive ------------------------------------------------------------------------------------

function Arrive({ page }: { page: VisitPage }) {
  const { visit, customer, type } = page;
  const [fix, setFix] = useState<Located | "locating" | null>(null);
  const [why, setWhy] = useState<string[]>([]);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const find = async () => {
    setFix("locating");
    setFix(await locate());
  };
  useEffect(() => {
    // The tap on 签到 led here: where location is already allowed it need not be tapped for again.
    void navigator.permissions?.query({ name: "geolocation" }).then(
      ({ state }) => (state === "granted" ? find() : undefined),
      () => undefined,
    );
  }, []);
  const radius = type?.radius_m ?? 150;
  const here = fix && typeof fix === "object" ? fix : null;
  const metres = here && customer ? metresBetween(toDatum(here, customer.datum), customer) : null;
  const isFailed = fix === "none" || fix === "denied";
  const isOut = metres !== null && metres > radius;
  const needsWhy = isOut || isFailed;
  const checkIn = async () => {
    setTried(true);
    if (!type || (needsWhy && why.length === 0 && type.off_site_reasons.length > 0)) return;
    setBusy(true);
    await mutate("visits.check_in", { id: visit.id, customer_id: visit.customer_id, visit_type_id: type.id, planned_on: visit.planned_on, position: here, off_site_reason: needsWhy ? (why[0] ?? null) : null });
  };
  return (
    <main class="page check-in">
      <PageBar name={t("visit.title")} parent="/today" isFlow />
      <FlowSteps at={1} />
      <Ring metres={metres} radius={radius} accuracy={here?.accuracy_m ?? null} isLocating={fix === "locating"} />
      <h1 class="visit-name">{customer?.name ?? ""}</h1>
      <p class="page-note visit-address">{[customer?.address, t("visit.stopOf", { n: page.number, all: page.count })].filter(Boolean).join(" · ")}</p>
      <div class="visit-distance" aria-live="polite">
        {metres !== null && <Distance metres={metres} />}
        {metres !== null && (
          <span class={isOut ? "is-soon" : "visit-in"}>
            <Glyph svg={pin} size={20} />
            {t(isOut ? "visit.beyond" : "visit.inRange", { m: radius })}
          </span>
        )}
        {here && metres === null && <span class="page-note">{t("visit.noPin")}</span>}
        {isFailed && <span class="page-note">{t(fix === "denied" ? "visit.fixDenied" : "visit.fixNone")}</span>}
      </div>
      <ul class="lines visit-facts">
        {here && (
          <li>
            <span class="line-icon">
              <Glyph svg={crosshair} size={20} />
            </span>
            <span class="line-text">{t("visit.accuracy")}</span>
            <span class="visit-value">±{distance(here.accuracy_m)}</span>
          </li>
        )}
        <li>
          <span class="line-icon">
            <Glyph svg={clockIcon} size={20} />
          </span>
          <span class="line-text">{t("visit.arrival")}</span>
          <span class="visit-value">{arrivalOf(visit.planned_at)}</span>
        </li>
        <li>
          <span class="line-icon">
            <Glyph svg={shield} size={20} />
          </span>
          <span class="line-text">{t("visit.privacy")}</span>
        </li>
      </ul>
      {needsWhy && type && type.off_site_reasons.length > 0 && (
        <Field label={t("visit.why")} isRequired error={isTried && why.length === 0 ? t("visit.whyMissing") : null}>
          <Chips label={t("visit.why")} testId="reason" options={type.off_site_reasons.map((one) => ({ key: one.key, label: pick(one.label) }))} value={why} onChange={setWhy} />
        </Field>
      )}
      <Dock>
        {fix === null || fix === "locating" ? (
          <Button icon={pin} testId="locate" isBusy={fix === "locating"} onClick={() => void find()}>
            {t(fix === "locating" ? "visit.locating" : "visit.start")}
          </Button>
        ) : (
          <Button icon={pin} testId="do-check-in" isBusy={isBusy} onClick={() => void checkIn()}>
            {t(isFailed ? "visit.noFix" : isOut ? "visit.outRange" : "visit.arrive")}
          </Button>
        )}
        {needsWhy && (
          <button type="button" class="plain-button visit-again" onClick={() => void find()}>
            {t("visit.again")}
          </button>
        )}
      </Dock>
    </main>
  );
}

function Distance({ metres }: { metres: number }) {
  const [number, ...unit] = distance(metres).split(" ");
  return (
    <span class="visit-metres">
      <span class="amount display-num is-large">{number}</span> {unit.join(" ")}
    </span>
  );
}

function arrivalOf(planned: string | null): string {
  const now = time(clock.now());
  if (!planned) return now;
  const minutes = (text: string) => Number(text.split(":")[0]) * 60 + Number(text.split(":")[1]);
  const late = minutes(now) - minutes(planned);
  if (late === 0 || Math.abs(late) > 240) return now;
  return t(late > 0 ? "visit.late" : "visit.early", { time: now, n: Math.abs(late) });
}

/** The fence as a ring around the pin, and where the phone is. No map is needed, so it works offline. */
function Ring({ metres, radius, accuracy, isLocating }: { metres: number | null; radius: number; accuracy: number | null; isLocating: boolean }) {
  const scale = 76 / radius;
  const away = metres === null ? 0 : Math.min(metres * scale, 150);
  const [x, y] = [-away * 0.76, away * 0.65];
  return (
    <svg class={`visit-ring${isLocating ? " is-locating" : ""}`} viewBox="-195 -100 390 200" aria-hidden="true">
      <circle class="ring-fence" r="76" />
      {metres !== null && (
        <>
          <path class="ring-way" d={`M${x} ${y}Q${x * 0.9} ${y * 0.2} 0 0`} />
          <circle class="ring-halo" cx={x} cy={y} r={Math.min(46, Math.max(14, (accuracy ?? 0) * scale))} />
          <circle class="ring-you" cx={x} cy={y} r="7.5" />
        </>
      )}
      <path class="ring-pin" d="M0 6C-8-6-15-12-15-21a15 15 0 0 1 30 0C15-12 8-6 0 6z" />
      <circle class="ring-hole" cy="-21" r="5.5" />
    </svg>
  );
}

// --- 2. Record, 3. next step ------------------------------------------------------------------------

function Fill({ page }: { page: VisitPage }) {
  const { visit } = page;
  const [form, setForm] = useState<Filled | null>(null);
  const kept = draft<Filled>(`visit:${visit.id}`);
  useEffect(() => {
    void kept.get().then((found) => setForm({ ...EMPTY, ...found }));
  }, []);
  const change = (part: Partial<Filled>) =>
    setForm((now) => {
      const next = { ...(now ?? EMPTY), ...part };
      void kept.set(next);
      return next;
    });
  if (!form) return <main class="page" aria-busy="true" />;
  return form.stage === "next" ? <NextStep page={page} form={form} change={change} /> : <Record page={page} form={form} change={change} />;
}

interface FormProps {
  page: VisitPage;
  form: Filled;
  change: (part: Partial<Filled>) => void;
}

function Record({ page, form, change }: FormProps) {
  const { visit, customer, type } = page;
  const [isTried, setTried] = useState(false);
  const currency = visit.currency ?? me().organization.currency;
  const errors = wrongOf(page, form, currency);
  const answer = (key: string, value: unknown) => change({ answers: { ...form.answers, [key]: value } });
  const goOn = () => {
    setTried(true);
    const first = Object.keys(errors)[0];
    if (first) document.getElementById(`step-${first}`)?.scrollIntoView({ block: "center" });
    else {
      change({ stage: "next" });
      scrollTo(0, 0);
    }
  };
  const errorOf = (key: string) => (isTried ? (errors[key] ?? null) : null);
  return (
    <main class="page check-in">
      <header class="change-bar">
        <PageBar name={t("visit.record")} parent="/today" isFlow />
        <span class="visit-saved">
          <Glyph svg={drive} size={16} />
          {t("visit.savedHere")}
        </span>
      </header>
      <FlowSteps at={2} />
      <div class="head-row visit-head">
        <h1>{customer?.name ?? ""}</h1>
        <span class="page-note">
          {visit.checked_in_at && t("visit.checkedIn", { time: time(visit.checked_in_at) })}
          {visit.distance_m !== null && ` · ${distance(visit.distance_m)}`}
        </span>
      </div>
      {type?.steps.map((step) => (
        <div key={step.key} id={`step-${step.key}`}>
          <OneStep step={step} form={form} change={change} answer={answer} last={page.last[step.key]} error={errorOf(step.key)} currency={currency} />
        </div>
      ))}
      <div id="step-outcome">
        <Field label={t("visit.outcome")} isRequired error={errorOf("outcome")}>
          <Chips
            label={t("visit.outcome")}
            testId="outcome"
            options={(type?.outcomes ?? []).map((one) => ({ key: one.key, label: pick(one.label) }))}
            value={form.outcome ? [form.outcome] : []}
            onChange={([outcome]) => change({ outcome: outcome ?? "" })}
          />
        </Field>
      </div>
      <div id="step-amount">
        <Field label={t("visit.amount")} error={errorOf("amount")}>
          <input class="text-input is-money" inputMode="decimal" aria-label={t("visit.amount")} value={form.amount} onInput={(event) => change({ amount: event.currentTarget.value })} />
        </Field>
      </div>
      <Field label={t("visit.note")}>
        <textarea class="text-input" aria-label={t("visit.note")} placeholder={t("visit.noteHint")} maxLength={4000} value={form.note} onInput={(event) => change({ note: event.currentTarget.value })} />
      </Field>
      <Dock>
        <Button testId="to-next-step" onClick={goOn}>{t("visit.toNext")}</Button>
      </Dock>
    </main>
  );
}

/** What is missing or wrong, by step. */
function wrongOf({ type }: VisitPage, form: Filled, currency: string): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const step of type?.steps ?? []) {
    const value = form.answers[step.key];
    const isEmpty = value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
    if (step.kind === "photo") {
      const missing = Math.max(step.min ?? 0, step.is_required ? 1 : 0) - form.photos.filter((photo) => photo.step_key === step.key).length;
      if (step.is_required && missing > 0) wrong[step.key] = t("visit.missingPhotos", { n: missing });
    } else if (step.is_required && isEmpty) wrong[step.key] = t("visit.missing");
    else if (step.kind === "money" && !isEmpty && parseMoney(String(value), currency) === null) wrong[step.key] = t("visit.badAmount");
  }
  if (!form.outcome) wrong.outcome = t("visit.missing");
  if (form.amount.trim() && parseMoney(form.amount, currency) === null) wrong.amount = t("visit.badAmount");
  return wrong;
}

interface StepProps {
  step: Step;
  form: Filled;
  change: (part: Partial<Filled>) => void;
  answer: (key: string, value: unknown) => void;
  last: unknown;
  error: string | null;
  currency: string;
}

function OneStep({ step, form, change, answer, last, error, currency }: StepProps) {
  const label = pick(step.label) + (step.unit ? ` (${pick(step.unit)})` : "");
  const value = form.answers[step.key];
  const options = (step.options ?? []).map((one) => ({ key: one.key, label: pick(one.label) }));
  const isRequired = step.is_required === true;
  if (step.kind === "photo") {
    return (
      <Field label={label} isRequired={isRequired} error={error} note={step.min ? t("visit.atLeast", { n: step.min }) : undefined}>
        <Photos stepKey={step.key} photos={form.photos} onChange={(photos) => change({ photos })} />
      </Field>
    );
  }
  if (step.kind === "choice") {
    const chosen = Array.isArray(value) ? (value as string[]) : value ? [String(value)] : [];
    return (
      <Field label={label} isRequired={isRequired} error={error}>
        <Chips label={label} testId={`answer-${step.key}`} options={options} value={chosen} isMultiple={step.is_multiple === true} onChange={(keys) => answer(step.key, step.is_multiple ? keys : (keys[0] ?? null))} />
      </Field>
    );
  }
  if (step.kind === "number") {
    return (
      <Field label={label} isRequired={isRequired} error={error}>
        <div class="visit-number">
          <span class="page-note">{typeof last === "number" && t("visit.last", { v: last })}</span>
          <Stepper label={label} value={typeof value === "number" ? value : null} min={step.min ?? 0} max={step.max ?? 99_999} onChange={(next) => answer(step.key, next)} />
        </div>
      </Field>
    );
  }
  const hint = step.hint ? pick(step.hint) : typeof last === "string" ? t("visit.last", { v: last }) : undefined;
  return (
    <Field label={label} isRequired={isRequired} error={error}>
      <input
        class={`text-input${step.kind === "money" ? " is-money" : ""}`}
        inputMode={step.kind === "money" ? "decimal" : undefined}
        aria-label={label}
        placeholder={step.kind === "money" && typeof last === "number" ? money(last, currency, { style: "plain" }) : hint}
        value={typeof value === "string" ? value : ""}
        onInput={(event) => answer(step.key, event.currentTarget.value)}
      />
    </Field>
  );
}

function Photos({ stepKey, photos, onChange }: { stepKey: string; photos: TakenPhoto[]; onChange: (photos: TakenPhoto[]) => void }) {
  const [isWrong, setWrong] = useState(false);
  const mine = photos.filter((photo) => photo.step_key === stepKey);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      const photo = await keepPhoto(file, stepKey, clock.now().toISOString());
      setWrong(false);
      if (!photos.some((one) => one.sha256 === photo.sha256)) onChange([...photos, photo]);
    } catch {
      setWrong(true);
    }
  };
  const drop = (sha256: string) => {
    onChange(photos.filter((photo) => photo.sha256 !== sha256));
    void dropBlob(sha256);
  };
  return (
    <>
      <div class="photo-row">
        {mine.map((photo) => (
          <div key={photo.sha256} class="photo-tile">
            <Picture sha256={photo.sha256} />
            <button type="button" aria-label={t("visit.dropPhoto")} onClick={() => drop(photo.sha256)}>
              <Glyph svg={cross} size={16} />
            </button>
          </div>
        ))}
        <label class="photo-add">
          <Glyph svg={camera} size={26} />
          {t(mine.length ? "visit.onePhotoMore" : "visit.addPhoto")}
          <input
            type="file"
            data-testid="photo"
            accept="image/*"
            capture="environment"
            onChange={(event) => {
              void take(event.currentTarget.files?.[0]);
              event.currentTarget.value = "";
            }}
          />
        </label>
      </div>
      {isWrong && (
        <p class="form-error" role="alert">
          {t("visit.badPhoto")}
        </p>
      )}
    </>
  );
}

/** A photo from this phone's own bytes, else from the server. */
export function Picture({ sha256 }: { sha256: string }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    void blobOf(sha256).then((blob) => {
      made = blob ? URL.createObjectURL(new Blob([blob.bytes], { type: blob.media_type })) : null;
      setUrl(made ?? blobUrl(sha256, me().id));
    });
    return () => {
      if (made) URL.revokeObjectURL(made);
    };
  }, [sha256]);
  return url ? <img src={url} alt="" /> : null;
}

const OWN = "own";

function NextStep({ page, form, change }: FormProps) {
  const { visit, type } = page;
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const today = clock.today();
  const currency = visit.currency ?? me().organization.currency;
  const options = type?.next_steps ?? [];
  const toggle = (key: string, days: number) => {
    const { [key]: was, ...rest } = form.chosen;
    change({ chosen: was ? rest : { ...form.chosen, [key]: addDays(today, days) } });
  };
  const steps = [
    ...options.filter((one) => form.chosen[one.key]).map((one) => ({ title: pick(one.label), due_on: form.chosen[one.key] ?? today })),
    ...(form.chosen[OWN] && form.own.trim() ? [{ title: form.own.trim(), due_on: form.chosen[OWN] ?? today }] : []),
  ];
  const finish = async () => {
    setTried(true);
    const [first, ...others] = steps;
    if (!first || isBusy) return;
    setBusy(true);
    await mutate("visits.finish", {
      id: visit.id,
      answers: answersOf(page, form, currency),
      photos: form.photos,
      outcome: form.outcome,
      amount: form.amount.trim() ? parseMoney(form.amount, currency) : null,
      note: form.note.trim() || null,
      next_step: { task_id: newId(), ...first },
    });
    for (const other of others) await mutate("visits.add_task", { id: newId(), customer_id: visit.customer_id, ...other });
    await draft(`visit:${visit.id}`).clear();
    scrollTo(0, 0);
  };
  return (
    <main class="page check-in">
      <PageBar name={page.customer?.name} parent="/today" isFlow />
      <FlowSteps at={3} />
      <SectionHead title={t("visit.next")} side={t("visit.oneAtLeast")} />
      <ul class="lines next-steps">
        {options.map((one) => (
          <NextLine key={one.key} id={one.key} title={pick(one.label)} on={form.chosen[one.key]} today={today} onToggle={() => toggle(one.key, one.days ?? 1)} onDate={(on) => change({ chosen: { ...form.chosen, [one.key]: on } })} />
        ))}
        <NextLine id={OWN} title={t("visit.ownStep")} on={form.chosen[OWN]} today={today} onToggle={() => toggle(OWN, 1)} onDate={(on) => change({ chosen: { ...form.chosen, [OWN]: on } })} />
      </ul>
      {form.chosen[OWN] && <input class="text-input" aria-label={t("visit.ownHint")} placeholder={t("visit.ownHint")} maxLength={300} value={form.own} onInput={(event) => change({ own: event.currentTarget.value })} />}
      {isTried && steps.length === 0 && (
        <p class="form-error" role="alert">
          {t("visit.pickOne")}
        </p>
      )}
      <Dock>
        <div class="dock-pair">
          <Button kind="secondary" onClick={() => change({ stage: "record" })}>
            {t("ui.cancel")}
          </Button>
          <Button testId="finish-visit" isBusy={isBusy} onClick={() => void finish()}>
            {t("visit.finish")}
          </Button>
        </div>
      </Dock>
    </main>
  );
}

/** The answers as they are sent: money in minor units, what was left empty left out. */
function answersOf({ type }: VisitPage, form: Filled, currency: string): Record<string, unknown> {
  const answers: Record<string, unknown> = {};
  for (const step of type?.steps ?? []) {
    const value = form.answers[step.key];
    if (step.kind === "photo" || value === undefined || value === null || value === "") continue;
    answers[step.key] = step.kind === "money" ? parseMoney(String(value), currency) : value;
  }
  return answers;
}

function NextLine({ id, title, on, today, onToggle, onDate }: { id: string; title: string; on: string | undefined; today: string; onToggle: () => void; onDate: (on: string) => void }) {
  return (
    <li>
      <label class="next-label">
        <input type="checkbox" class="box" data-testid={`next-step-${id}`} checked={on !== undefined} onChange={onToggle} />
        <span class="line-title">{title}</span>
      </label>
      {on !== undefined && (
        <span class="next-date">
          {day(on)}
          <input type="date" aria-label={`${title} · ${t("visit.date")}`} min={today} value={on} onInput={(event) => event.currentTarget.value && onDate(event.currentTarget.value)} />
        </span>
      )}
    </li>
  );
}

// --- What it brought ----------------------------------------------------------------------------

function Done({ page }: { page: VisitPage }) {
  const { visit, next, standing } = page;
  const currency = visit.currency ?? me().organization.currency;
  const today = clock.today();
  const needed = standing?.pace.needed_today ?? null;
  return (
    <main class="page check-in">
      <PageBar parent="/today" isFlow />
      <FlowSteps at={3} />
      <span class="visit-check">
        <Glyph svg={circleCheck} size={44} />
      </span>
      <h1 class="visit-done" data-testid="visit-done">
        {t("visit.done")}
        {needed !== null && standing && <span>{needed > 0 ? t("visit.doneNeeded", { amt: money(needed, standing.plan.currency) }) : t("visit.doneEnough")}</span>}
      </h1>
      <p class="page-lead">{visit.amount ? t("visit.doneAmount", { amt: money(visit.amount, currency, { style: "text" }) }) : t("visit.doneNone")}</p>
      {standing && (
        <PaceRoad
          days={Object.entries(standing.days).map(([on, part]) => ({ on, part }))}
          today={today}
          target={standing.pace.target}
          actual={standing.pace.actual}
          expected={standing.pace.expected}
          pending={standing.pending}
          currency={standing.plan.currency}
          shown={shownOf(standing.pace)}
          name={standing.period_kind === "month" ? month(standing.period[0]) : ""}
        />
      )}
      <a class="plain-button visit-report" href={`/customers/${visit.customer_id}?receipt=${visit.id}`}>
        {t("visit.report")}
      </a>
      <Dock note={<PendingMark entity="visit" id={visit.id} />}>
        {next ? (
          <Button icon={navigation} onClick={() => go(`/visit/${next.visit.id}`, { replace: true })}>
            {t("visit.goNext", { n: next.number, name: next.customer?.name ?? "" })}
          </Button>
        ) : (
          <Button onClick={() => go("/today", { replace: true })}>{t("visit.backToday")}</Button>
        )}
      </Dock>
    </main>
  );
}
