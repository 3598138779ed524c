/**
 * When a round runs: after a save, on coming online or into view, on a poke or a push message, and by
 * a timer with jitter that is always armed while something waits.
 */
type Reason = "save" | "online" | "visible" | "poke" | "push" | "timer" | "start" | "asked";

let run: ((reason: Reason) => Promise<void>) | null = null;
let wanted: Reason | null = null;
let running: Promise<void> | null = null;

/** Hands in the function that makes one round; null stops rounds (signing out). */
export function setRunner(runner: ((reason: Reason) => Promise<void>) | null): void {
  run = runner;
}

/** Asks for a round. Rounds never overlap in one tab; a request during a round starts another after it. */
export function requestRound(reason: Reason): Promise<void> {
  if (!run) return Promise.resolve();
  wanted = reason;
  running ??= loop().finally(() => {
    running = null;
  });
  return running;
}

async function loop(): Promise<void> {
  // The save that asked finishes first; several saves in one tick share a round.
  await Promise.resolve();
  while (wanted && run) {
    const reason = wanted;
    wanted = null;
    await run(reason);
  }
}

/** Asks for a round now, as from the button "sync now"; resolves when it is over. */
export const syncNow = (): Promise<void> => requestRound("asked");
