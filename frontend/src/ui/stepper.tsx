/** A number with − and + around it; it can be typed as well. */
import minus from "lucide-static/icons/minus.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import { t } from "../core/words";
import "./form.css";
import "./form-words";
import { Glyph } from "./glyph";

interface Props {
  name: string;
  value: number | null;
  min?: number | null;
  max?: number | null;
  /** Where counting starts while there is no number yet, such as last time's. */
  from?: number | null;
  /** What stands at its left, such as last time's number in words. */
  side?: string;
  onChange: (value: number | null) => void;
  testid: string;
}

export function Stepper({ name, value, min, max, from, side, onChange, testid }: Props) {
  const within = (next: number) => Math.min(max ?? Number.MAX_SAFE_INTEGER, Math.max(min ?? Number.MIN_SAFE_INTEGER, next));
  const step = (by: number) => onChange(within(value === null ? (from ?? min ?? 0) + (from === null || from === undefined ? Math.max(0, by) : by) : value + by));
  const atLeast = value !== null && min !== null && min !== undefined && value <= min;
  const atMost = value !== null && max !== null && max !== undefined && value >= max;
  return (
    <div class="stepper">
      <span class="stepper-side">{side}</span>
      <span class="stepper-row">
        <button type="button" aria-label={t("form.less", { name })} aria-disabled={atLeast} data-testid={`${testid}-less`} onClick={() => !atLeast && step(-1)}>
          <Glyph svg={minus} size={20} />
        </button>
        <input
          inputMode="decimal"
          autocomplete="off"
          aria-label={name}
          placeholder="–"
          data-testid={testid}
          value={value ?? ""}
          onChange={(event) => {
            const typed = event.currentTarget.value.trim();
            const number = Number(typed);
            onChange(typed === "" || !Number.isFinite(number) ? null : within(number));
          }}
        />
        <button type="button" aria-label={t("form.more", { name })} aria-disabled={atMost} data-testid={`${testid}-more`} onClick={() => !atMost && step(1)}>
          <Glyph svg={plus} size={20} />
        </button>
      </span>
    </div>
  );
}
