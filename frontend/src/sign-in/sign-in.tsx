/** Signing in with account and password. Offline with a valid session nobody comes here. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, Offline } from "../core/api";
import { go } from "../core/router";
import { t } from "../core/words";
import { current, needsSignIn } from "../sync";
import { othersHere, signIn } from "../sync/session";
import { Brand } from "./brand";
import { HandOver } from "./hand-over";
import "./words";

const ACCOUNT_KEY = "paceline.account";

export default function SignInScreen() {
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [bad, setBad] = useState<{ account?: string; password?: string }>({});
  const [company, setCompany] = useState(false);
  const who = current.value;
  const organization = who?.organization.name;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const account = String(data.get("account")).trim();
    const password = String(data.get("password"));
    const missing = { account: account ? undefined : t("signIn.needAccount"), password: password ? undefined : t("signIn.needPassword") };
    setBad(missing);
    setError(null);
    if (missing.account || missing.password) {
      form.current?.querySelector<HTMLInputElement>(missing.account ? "[name=account]" : "[name=password]")?.focus();
      return;
    }
    setBusy(true);
    try {
      await signIn(account, password, String(data.get("company") ?? "").trim() || null);
      localStorage.setItem(ACCOUNT_KEY, account);
      go("/", { replace: true });
    } catch (problem) {
      setError(problem instanceof Offline ? t("signIn.offline") : problem instanceof ApiError && problem.message ? problem.message : t("signIn.problem"));
      setBusy(false);
    }
  }

  return (
    <main class="sign-in">
      <Brand />
      <form ref={form} class="page" onSubmit={submit} noValidate>
        <div class="head-row">
          <h1 class="page-title">{organization ? t("signIn.titleAt", { company: organization }) : t("signIn.title")}</h1>
          {!company && (
            <button type="button" class="plain-button" onClick={() => setCompany(true)}>
              {t("signIn.company")}
            </button>
          )}
        </div>
        {needsSignIn.value && <p class="page-lead">{t("signIn.again")}</p>}
        <Field name="account" label={t("signIn.account")} problem={bad.account} autocomplete="username" value={localStorage.getItem(ACCOUNT_KEY) ?? ""} />
        <Field name="password" label={t("signIn.password")} problem={bad.password} autocomplete="current-password" type="password" />
        {company && <Field name="company" label={t("signIn.company")} autocomplete="organization" />}
        <p class="page-note">{t("signIn.pasteHint")}</p>
        <Others />
        <div class="dock-plain">
          {error && (
            <p class="form-error" role="alert">
              {error}
            </p>
          )}
          <button class="big-button" type="submit" aria-busy={isBusy} disabled={isBusy}>
            {t("signIn.button")}
          </button>
          {who && needsSignIn.value && <HandOver />}
          {who && needsSignIn.value && (
            <a class="plain-button is-quiet" href="/">
              {t("signIn.goOn")}
            </a>
          )}
          <a class="plain-button" href="/install">
            {t("signIn.install")}
          </a>
          <p class="page-note">{t("signIn.privacy")}</p>
        </div>
      </form>
    </main>
  );
}

interface FieldProps {
  name: string;
  label: string;
  problem?: string;
  autocomplete: string;
  type?: "text" | "password";
  value?: string;
}

/** An input with its label above and what is wrong below. */
export function Field({ name, label, problem, autocomplete, type = "text", value = "" }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        type={type as "text"} // the types allow one kind of input at a time
        defaultValue={value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={problem ? `${name}-problem` : undefined}
      />
      {problem && (
        <span class="form-error" id={`${name}-problem`}>
          {problem}
        </span>
      )}
    </label>
  );
}

/** Somebody else's unsent work on this phone: sealed and counted, never sent by another. */
function Others() {
  const [others, setOthers] = useState<{ name: string; unsent: number }[]>([]);
  useEffect(() => void othersHere().then(setOthers), []);
  return (
    <>
      {others.map(({ name, unsent }) => (
        <p key={name} class="page-note">
          {t("signIn.others", { name, n: unsent })}
        </p>
      ))}
    </>
  );
}
