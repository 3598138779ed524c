/** A field of a form: its label above, what is wrong below, in words beside what it concerns. */
import type { ComponentChildren } from "preact";
import { minorDigits, money, parseMoney, symbolOf } from "../core/format";
import { t } from "../core/words";
import "./form.css";
import "./form-words";

interface PartProps {
  label: string;
  isRequired?: boolean;
  /** What follows the label, such as how many photos there must be. */
  hint?: string;
  /** What is missing or wrong, in words. */
  problem?: string | null;
  /** A group of several controls in place of one input. */
  isGroup?: boolean;
  name?: string;
  children: ComponentChildren;
}

export function FormPart({ label, isRequired = false, hint, problem, isGroup = false, name, children }: PartProps) {
  const head = (
    <>
      {label}
      {isRequired && (
        <>
          <span class="form-must" aria-hidden="true">
            *
          </span>
          <span class="visually-hidden">{t("form.must")}</span>
        </>
      )}
      {hint && <> {hint}</>}
    </>
  );
  const below = problem && (
    <span class="form-missing" role="alert" data-testid={name && `missing-${name}`}>
      {problem}
    </span>
  );
  if (isGroup) {
    return (
      <fieldset class="form-part" data-part={name}>
        <legend class="form-label">{head}</legend>
        {children}
        {below}
      </fieldset>
    );
  }
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label class="form-part" style={{ display: "block" }} data-part={name}>
      <span class="form-label">{head}</span>
      {children}
      {below}
    </label>
  );
}

interface MoneyProps {
  value: string;
  currency: string;
  onChange: (value: string) => void;
  isWrong?: boolean;
  testid?: string;
  side?: ComponentChildren;
}

/** An amount as typed; 万 and k are understood. */
export function MoneyInput({ value, currency, onChange, isWrong = false, testid, side }: MoneyProps) {
  return (
    <span class={`input-box is-money${isWrong ? " is-wrong" : ""}`}>
      <span aria-hidden="true">{symbolOf(currency)}</span>
      <input
        inputMode="decimal"
        autocomplete="off"
        data-testid={testid}
        aria-invalid={isWrong}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onBlur={() => {
          const minor = parseMoney(value, currency);
          if (minor !== null && value) onChange(typedMoney(minor, currency));
        }}
      />
      {side}
    </span>
  );
}

/** Minor units as a person would type them. */
export const typedMoney = (minor: number, currency: string): string =>
  money(Math.abs(minor), currency, { style: "plain" })
    .replace(symbolOf(currency), "")
    .replace(minorDigits(currency) ? /\.00$/ : /$^/, "");
