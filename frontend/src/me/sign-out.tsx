/** Signing out. With unsent work it is never silent: send first, keep it locked here, or stay. */
import { useRef, useState } from "preact/hooks";
import { go } from "../core/router";
import { t } from "../core/words";
import { syncNow } from "../sync";
import { exportUnsent, signOut, unsentCount } from "../sync/session";
import "../ui/dialog-plain.css";
import "./words";

export function SignOut() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [unsent, setUnsent] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);

  async function ask() {
    setProblem(null);
    setUnsent(await unsentCount());
    dialog.current?.showModal();
  }

  async function leave() {
    dialog.current?.close();
    await signOut();
    go("/sign-in", { replace: true });
  }

  async function sendFirst() {
    await syncNow();
    const left = await unsentCount();
    setUnsent(left);
    if (left === 0) return leave();
    setProblem(t("me.notSent"));
  }

  async function save() {
    const file = await exportUnsent();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], { type: "application/json" }));
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return (
    <>
      <button type="button" class="big-button is-danger sign-out" onClick={ask}>
        {t("me.signOut")}
      </button>
      <dialog ref={dialog} class="sheet-plain" aria-labelledby="sign-out-title">
        <h2 id="sign-out-title">{unsent ? t("me.signOutTitle", { n: unsent }) : t("me.signOut")}</h2>
        <p class="page-lead">{unsent ? t("me.signOutText") : t("me.signOutPlain")}</p>
        {problem && (
          <p class="form-error" role="alert">
            {problem}
          </p>
        )}
        {unsent > 0 && (
          <button type="button" class="big-button" onClick={sendFirst}>
            {t("me.sendNow")}
          </button>
        )}
        <button type="button" class="big-button is-outline" onClick={leave}>
          {unsent ? t("me.keepLocked") : t("me.signOut")}
        </button>
        {unsent > 0 && (
          <button type="button" class="big-button is-outline" onClick={save}>
            {t("me.export")}
          </button>
        )}
        <button type="button" class="plain-button is-quiet" onClick={() => dialog.current?.close()}>
          {t("me.stay")}
        </button>
      </dialog>
    </>
  );
}
