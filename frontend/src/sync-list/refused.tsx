/** One refused item: what, when, why, and what to do about it. */
import trash from "lucide-static/icons/trash-2.svg?raw";
import { useRef } from "preact/hooks";
import { moment } from "../core/format";
import { say, t } from "../core/words";
import { type AttentionEntry, db, me, useLive } from "../sync";
import { ask, discard, resend } from "../sync/refused";
import { Glyph } from "../ui/glyph";
import { describe } from "./describe";
import "../ui/dialog-plain.css";
import "./words";

export function Refused({ entry }: { entry: AttentionEntry }) {
  const editor = useRef<HTMLDialogElement>(null);
  const question = useRef<HTMLDialogElement>(null);
  const title = useLive(() => describe(entry.name, entry.args), [entry.mid]);
  const manager = useLive(async () => (await db().person.get(me().person.manager_id ?? ""))?.name);
  const isAsked = useLive(
    () =>
      db()
        .outbox.filter((one) => one.name === "sync.ask" && (one.args as { mid: string }).mid === entry.mid)
        .count(),
    [entry.mid],
  );
  const name = manager ?? t("list.manager");
  const fields = editable(entry.args);
  const reason = entry.message || t("list.noReason");
  return (
    <article class="refused">
      <div class="head-row">
        <span class="refused-title">{title ?? ""}</span>
        <span class="line-side">{moment(new Date(new Date(entry.at).getTime() + entry.offset_ms))}</span>
      </div>
      <div class="quote-line">
        <strong>{entry.status === "parked" ? t("list.parked", { reason }) : t("list.rejected", { reason })}</strong>
        {details(entry.fields).map((line) => (
          <div key={line} class="line-sub">
            {line}
          </div>
        ))}
        {entry.settled === "declined" && <div>{[t("list.declined", { name }), entry.note].filter(Boolean).join(" · ")}</div>}
      </div>
      {entry.status === "rejected" && (
        <div class="button-row">
          <button type="button" class="big-button" onClick={() => (fields.length ? editor.current?.showModal() : void resend(entry, entry.args))}>
            {fields.length ? t("list.fix") : t("list.resend")}
          </button>
          <button type="button" class="big-button is-danger" onClick={() => question.current?.showModal()}>
            <Glyph svg={trash} size={22} />
            {t("list.discard")}
          </button>
        </div>
      )}
      {isAsked || (entry.status === "parked" && entry.note) ? (
        <p class="page-note">{t("list.asked", { name })}</p>
      ) : (
        entry.status === "rejected" &&
        entry.settled === null && (
          <button type="button" class="plain-button refused-ask" onClick={() => void ask(entry, null)}>
            {t("list.ask", { name })}
          </button>
        )
      )}
      <dialog ref={editor} class="sheet-plain" aria-label={t("list.fix")}>
        <Editor entry={entry} fields={fields} onDone={() => editor.current?.close()} />
      </dialog>
      <dialog ref={question} class="sheet-plain" aria-label={t("list.discardTitle")}>
        <h2>{t("list.discardTitle")}</h2>
        <p class="page-lead">{t("list.discardText")}</p>
        <button type="button" class="big-button is-danger" onClick={() => void discard(entry)}>
          {t("list.discard")}
        </button>
        <button type="button" class="plain-button is-quiet" onClick={() => question.current?.close()}>
          {t("list.keep")}
        </button>
      </dialog>
    </article>
  );
}

/** The values of an item that a person can correct as text: those that have a name in words. */
function editable(args: unknown): [string, string][] {
  return Object.entries((args ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
    typeof value === "string" && say(`field.${key}`) ? [[key, value] as [string, string]] : [],
  );
}

function details(fields: unknown): string[] {
  if (!fields || typeof fields !== "object" || Array.isArray(fields)) return [];
  return Object.entries(fields as Record<string, unknown>).flatMap(([key, value]) => (typeof value === "string" ? [`${say(`field.${key}`) ?? key}: ${value}`] : []));
}

function Editor({ entry, fields, onDone }: { entry: AttentionEntry; fields: [string, string][]; onDone: () => void }) {
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const changed = Object.fromEntries(fields.map(([key]) => [key, String(data.get(key))]));
    await resend(entry, { ...(entry.args as object), ...changed });
    onDone();
  }
  return (
    <form onSubmit={submit}>
      <h2>{t("list.fix")}</h2>
      {fields.map(([key, value]) => (
        <label key={key} class="field">
          <span>{say(`field.${key}`)}</span>
          <input name={key} type={(key.endsWith("_on") ? "date" : "text") as "text"} defaultValue={value} />
        </label>
      ))}
      <button type="submit" class="big-button">
        {t("list.resend")}
      </button>
      <button type="button" class="plain-button is-quiet" onClick={onDone}>
        {t("list.keep")}
      </button>
    </form>
  );
}
