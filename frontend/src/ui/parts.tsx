/** The parts that every screen is made of. */
import type { ComponentChildren } from "preact";
import check from "lucide-static/icons/check.svg?raw";
import clockArrow from "lucide-static/icons/clock-arrow-up.svg?raw";
import minus from "lucide-static/icons/minus.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import { t } from "../core/words";
import { type EntityName, pendingOf } from "../sync";
import "./frame-words";
import { Glyph } from "./glyph";
import "./parts.css";
import "./words";

interface ButtonProps {
  children: ComponentChildren;
  icon?: string;
  kind?: "primary" | "secondary" | "danger";
  onClick?: () => void;
  href?: string;
  /** Why it cannot be pressed; said beside it. It stays focusable. */
  reason?: string;
  isBusy?: boolean;
  type?: "button" | "submit";
  testid?: string;
}

const LOOKS = { primary: "", secondary: " is-outline", danger: " is-danger-filled" };

/** A large button; at most one primary on a screen. */
export function Button({ children, icon, kind = "primary", onClick, href, reason, isBusy = false, type = "button", testid }: ButtonProps) {
  const inside = (
    <>
      {isBusy ? <span class="spinner" aria-hidden="true" /> : icon ? <Glyph svg={icon} size={22} /> : null}
      <span>{children}</span>
    </>
  );
  if (href && !reason) {
    return (
      <a class={`big-button${LOOKS[kind]}`} href={href} data-testid={testid}>
        {inside}
      </a>
    );
  }
  const isOff = reason !== undefined || isBusy;
  return (
    <>
      {reason && <span class="button-reason">{reason}</span>}
      <button
        type={type}
        class={`big-button${LOOKS[kind]}`}
        aria-disabled={isOff ? "true" : undefined}
        title={reason}
        data-testid={testid}
        onClick={(event) => (isOff ? event.preventDefault() : onClick?.())}
      >
        {inside}
      </button>
    </>
  );
}

/** The bar at thumb height. */
export function Dock({ children, note }: { children: ComponentChildren; note?: ComponentChildren }) {
  return (
    <div class="dock">
      {note && <p class="dock-note">{note}</p>}
      {children}
    </div>
  );
}

/** The heading of a section with what stands on its right. */
export function SectionHead({ title, side }: { title: string; side?: ComponentChildren }) {
  return (
    <div class="section-head">
      <h2>{title}</h2>
      {side !== undefined && <span class="section-side">{side}</span>}
    </div>
  );
}

/** The first letter of a name, or two in Latin script. */
export function Avatar({ name }: { name: string }) {
  const letters = /^[\p{Script=Latin}\s.'-]+$/u.test(name)
    ? name
        .split(/\s+/)
        .map((word) => word[0] ?? "")
        .slice(0, 2)
        .join("")
        .toUpperCase()
    : (name[0] ?? "");
  return (
    <span class="avatar" aria-hidden="true">
      {letters}
    </span>
  );
}

/** Three slanted dashes: how far a flow has come. */
export function FlowSteps({ at, of = 3 }: { at: number; of?: number }) {
  return (
    <div class="flow-steps" role="img" aria-label={t("ui.step", { n: at, all: of })}>
      {Array.from({ length: of }, (_, i) => (
        <span key={i} class={i < at ? "is-done" : ""} />
      ))}
    </div>
  );
}

/** 待同步 or 需要处理 on an object itself; nothing when it is synced. */
export function PendingMark({ entity, id }: { entity: EntityName; id: string }) {
  const state = pendingOf(entity, id);
  if (state === "synced") return null;
  if (state === "rejected") {
    return (
      <span class="pending-mark is-rejected">
        <span class="diamond" aria-hidden="true" />
        {t("sync.attention")}
      </span>
    );
  }
  return (
    <span class="pending-mark" data-testid="waiting">
      <Glyph svg={clockArrow} size={18} />
      {t("sync.waiting")}
    </span>
  );
}

/** One choice of several, or some. */
export function Chips<K extends string>({
  options,
  value,
  onChange,
  isMultiple = false,
  label,
  testId,
}: {
  options: { key: K; label: string }[];
  value: readonly K[];
  onChange: (value: K[]) => void;
  isMultiple?: boolean;
  label: string;
  testId?: string;
}) {
  const pick = (key: K) => onChange(value.includes(key) ? value.filter((one) => one !== key) : isMultiple ? [...value, key] : [key]);
  return (
    <fieldset class="chips" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.key}
          type="button"
          class="chip"
          data-testid={testId && `${testId}-${option.key}`}
          aria-pressed={value.includes(option.key)}
          onClick={() => pick(option.key)}
        >
          {value.includes(option.key) && <Glyph svg={check} size={18} />}
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}

/** − number +, with the number editable. */
export function Stepper({
  label,
  value,
  min = 0,
  max = 99_999,
  onChange,
}: {
  label: string;
  value: number | null;
  min?: number;
  max?: number;
  onChange: (value: number | null) => void;
}) {
  const to = (next: number) => onChange(Math.min(max, Math.max(min, next)));
  const now = value ?? min;
  return (
    <span class="stepper">
      <button type="button" aria-label={t("ui.less", { label })} aria-disabled={value !== null && value <= min} onClick={() => to(now - 1)}>
        <Glyph svg={minus} size={22} />
      </button>
      <input
        inputMode="numeric"
        aria-label={label}
        value={value ?? ""}
        placeholder="–"
        onInput={(event) => {
          const text = event.currentTarget.value.replace(/\D/g, "");
          if (text === "") onChange(null);
          else to(Number(text));
        }}
      />
      <button type="button" aria-label={t("ui.more", { label })} aria-disabled={value !== null && value >= max} onClick={() => to(value === null ? min + 1 : now + 1)}>
        <Glyph svg={plus} size={22} />
      </button>
    </span>
  );
}

/** A label, a control, and below it what is wrong. */
export function Field({
  label,
  isRequired = false,
  error,
  note,
  children,
}: {
  label: string;
  isRequired?: boolean;
  error?: string | null;
  note?: string;
  children: ComponentChildren;
}) {
  return (
    <div class={`form-field${error ? " is-wrong" : ""}`}>
      <div class="form-label">
        {label}
        {isRequired && (
          <span class="required" title={t("ui.required")}>
            *
          </span>
        )}
        {note && <span class="form-note">{note}</span>}
      </div>
      {children}
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Tabs with a slanted bar under the present one. */
export function Tabs<K extends string>({ tabs, value, onChange }: { tabs: { key: K; label: string }[]; value: K; onChange: (key: K) => void }) {
  return (
    <div class="tabs" role="tablist">
      {tabs.map((tab) => (
        <button key={tab.key} type="button" role="tab" aria-selected={tab.key === value} onClick={() => onChange(tab.key)}>
          {tab.label}
        </button>
      ))}
    </div>
  );
}
