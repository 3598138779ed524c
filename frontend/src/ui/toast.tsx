/** One line above the dock for a few seconds, with a way back where there is one. Never for errors. */
import { signal } from "@preact/signals";

interface Shown {
  text: string;
  undo?: { label: string; act: () => void };
}

const shown = signal<Shown | null>(null);
const LASTS_MS = 4000;
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string, undo?: Shown["undo"]): void {
  clearTimeout(timer);
  shown.value = { text, undo };
  timer = setTimeout(() => {
    shown.value = null;
  }, LASTS_MS);
}

export function Toast() {
  const now = shown.value;
  return (
    <div role="status" aria-live="polite">
      {now && (
        <div class="toast">
          <span>{now.text}</span>
          {now.undo && (
            <button
              type="button"
              onClick={() => {
                now.undo?.act();
                shown.value = null;
              }}
            >
              {now.undo.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
