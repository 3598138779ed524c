/** One continuous lane of the road for a row of a list: done, gap or extra, what is ahead, the flag. */
import { type Shown, moodOf, paceWords } from "./pace";

interface Props {
  target: number;
  actual: number;
  expected: number;
  shown: Shown;
}

const [WIDE, HIGH, SLANT] = [104, 8, 2];

export function Lane({ target, actual, expected, shown }: Props) {
  const at = (amount: number) => (target > 0 ? Math.min(1, Math.max(0, amount / target)) * (WIDE - SLANT) : 0);
  const [a, e] = [at(actual), at(expected)];
  const mood = moodOf(shown.state);
  const part = (from: number, to: number, name: string) => (to - from > 0.3 ? <path class={name} d={`M${from + SLANT} 4H${to + SLANT}L${to} ${4 + HIGH}H${from}z`} /> : null);
  return (
    <svg class="lane" width={WIDE} height={16} viewBox={`0 0 ${WIDE} 16`} role="img" aria-label={paceWords(shown)}>
      <defs>
        <pattern id={`lane-${mood}`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
          <rect width="5" height="5" class={`hatch-ground is-${mood}`} />
          <rect width="2.4" height="5" class={`hatch-line is-${mood}`} />
        </pattern>
      </defs>
      {part(0, WIDE - SLANT, "lane-next")}
      {part(0, mood === "ahead" ? Math.min(a, e) : a, "lane-done")}
      {a < e && mood !== "on" && <path style={{ fill: `url(#lane-${mood})` }} d={`M${a + SLANT} 4H${e + SLANT}L${e} ${4 + HIGH}H${a}z`} />}
      {mood === "ahead" && part(e, a, "lane-extra")}
      {target > 0 && <path class="road-flag" d={`M${e + SLANT + 1} 0L${e - 1} 16`} />}
    </svg>
  );
}
