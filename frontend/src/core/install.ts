/** The browser's own install prompt, kept until the person asks for it. */
import { signal } from "@preact/signals";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  userChoice: Promise<{ outcome: string }>;
}

let kept: InstallPrompt | null = null;
export const canPrompt = signal(false);
export const isInstalledNow = signal(false);

/** Listens from the start: the browser offers it once. */
export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    kept = event as InstallPrompt;
    canPrompt.value = true;
  });
  addEventListener("appinstalled", () => {
    isInstalledNow.value = true;
    canPrompt.value = false;
  });
}

export async function promptInstall(): Promise<void> {
  await kept?.prompt();
  kept = null;
  canPrompt.value = false;
}
