/** A pace as a chip or inline: its own glyph, words, colour; never colour alone. */
import { type Mood, type Shown, moodOf, paceShort, paceWords } from "./pace";

const GLYPHS: Record<Mood, preact.JSX.Element> = {
  ahead: <path d="M6 1.5 11 10.5H1z" />,
  on: <path d="M1 3h10v2.2H1zM1 7h10v2.2H1z" />,
  behind: <path d="M6 10.5 1 1.5h10z" />,
  risk: <path fill-rule="evenodd" d="M6 0l6 6-6 6-6-6zM5.2 3v3.6h1.6V3zm0 4.5v1.6h1.6V7.5z" />,
};

export function PaceGlyph({ mood }: { mood: Mood }) {
  return (
    <svg class="pace-glyph" width="12" height="12" viewBox="0 0 12 12" fill="currentColor" aria-hidden="true">
      {GLYPHS[mood]}
    </svg>
  );
}

export function PaceChip(shown: Shown) {
  const mood = moodOf(shown.state);
  return (
    <span class={`pace-chip is-${mood}`}>
      <PaceGlyph mood={mood} />
      {paceWords(shown)}
    </span>
  );
}

/** `isLong`: in full words. `isInDays`: 落后 2.6 天, where the glyph alone says that it is a risk. */
export function PaceInline({ isLong = false, isInDays = false, ...shown }: Shown & { isLong?: boolean; isInDays?: boolean }) {
  const mood = moodOf(shown.state);
  if (isInDays && shown.state === "risk" && (shown.paceDays ?? 0) < 0) {
    return (
      <span class={`pace-inline is-${mood}`}>
        <PaceGlyph mood={mood} />
        <span aria-hidden="true">{paceWords({ ...shown, state: "behind" })}</span>
        <span class="visually-hidden">{paceWords(shown)}</span>
      </span>
    );
  }
  return (
    <span class={`pace-inline is-${mood}`}>
      <PaceGlyph mood={mood} />
      {isLong || isInDays ? (
        paceWords(shown)
      ) : (
        <>
          <span aria-hidden="true">{paceShort(shown)}</span>
          <span class="visually-hidden">{paceWords(shown)}</span>
        </>
      )}
    </span>
  );
}
