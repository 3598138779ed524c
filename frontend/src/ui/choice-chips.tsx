/** Chips of which one, or several, can be chosen; the chosen ones carry a check. */
import "./form.css";
import check from "lucide-static/icons/check.svg?raw";
import { Glyph } from "./glyph";

interface Props {
  options: readonly { key: string; label: string }[];
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
  isMultiple?: boolean;
  /** The start of each chip's test id; the option's key follows. */
  testid: string;
}

export function ChoiceChips({ options, chosen, onChoose, isMultiple = false, testid }: Props) {
  const toggled = (key: string): string[] => {
    if (chosen.includes(key)) return chosen.filter((one) => one !== key);
    return isMultiple ? [...chosen, key] : [key];
  };
  return (
    <div class="chips">
      {options.map(({ key, label }) => (
        <button key={key} type="button" class="chip" aria-pressed={chosen.includes(key)} data-testid={`${testid}-${key}`} onClick={() => onChoose(toggled(key))}>
          {chosen.includes(key) && <Glyph svg={check} size={18} />}
          {label}
        </button>
      ))}
    </div>
  );
}
