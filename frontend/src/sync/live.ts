/**
 * Pokes: the server says that something changed, never what. While the stream is down the phone asks
 * every 10 to 15 seconds instead, and tries the stream again.
 */
import { requestRound } from "./trigger";

const POLL_FROM = 10_000;
const POLL_SPREAD = 5_000;

let stream: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Opens the stream of one person; the app does so while it is on screen. */
export function openLive(userId: string): void {
  closeLive();
  connect(userId);
}

export function closeLive(): void {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

function connect(userId: string): void {
  const source = new EventSource(`/api/live?user=${encodeURIComponent(userId)}`);
  stream = source;
  source.addEventListener("poke", () => void requestRound("poke"));
  source.addEventListener("open", () => {
    clearTimeout(timer);
    // What changed while the stream was down.
    void requestRound("poke");
  });
  source.addEventListener("error", () => {
    clearTimeout(timer);
    timer = setTimeout(() => poll(userId, source), POLL_FROM + Math.random() * POLL_SPREAD);
  });
}

function poll(userId: string, source: EventSource): void {
  if (stream !== source) return;
  void requestRound("timer");
  // The browser gives up after an answer that is not a stream (401, 502); then it is up to us.
  if (source.readyState === EventSource.CLOSED) {
    source.close();
    connect(userId);
  }
  timer = setTimeout(() => poll(userId, source), POLL_FROM + Math.random() * POLL_SPREAD);
}
