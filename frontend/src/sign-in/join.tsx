/** A one-time link: joining, or a new password in place of a forgotten one. */
import { useEffect, useState } from "preact/hooks";
import { ApiError, Offline, call } from "../core/api";
import { go, useRoute } from "../core/router";
import { t } from "../core/words";
import { signInByLink } from "../sync/session";
import { Brand } from "./brand";
import { Field } from "./sign-in";
import "./words";

interface OpenLink {
  name: string;
  organization: string;
  email: string | null;
  external_id: string | null;
  purpose: string;
  min_length: number;
}

export default function JoinScreen() {
  const { token = "" } = useRoute().params;
  const [link, setLink] = useState<OpenLink | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    call<OpenLink>(`/api/links/${encodeURIComponent(token)}`).then(setLink, setProblem);
  }, [token]);
  return (
    <main class="sign-in">
      <Brand />
      {problem ? <Dead isOffline={problem instanceof Offline} /> : link ? <SetPassword token={token} link={link} /> : <p class="page page-lead">{t("join.loading")}</p>}
    </main>
  );
}

function Dead({ isOffline }: { isOffline: boolean }) {
  return (
    <div class="page">
      <h1 class="page-title">{isOffline ? t("signIn.offline") : t("join.dead")}</h1>
      {!isOffline && <p class="page-lead">{t("join.deadText")}</p>}
      <a class="plain-button" href="/sign-in">
        {t("join.toSignIn")}
      </a>
    </div>
  );
}

function SetPassword({ token, link }: { token: string; link: OpenLink }) {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const account = link.email ?? link.external_id ?? "";

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password"));
    if (password.length < link.min_length) return setError(t("join.short", { n: link.min_length }));
    setBusy(true);
    try {
      await signInByLink(token, password);
      go("/", { replace: true });
    } catch (problem) {
      setError(problem instanceof Offline ? t("signIn.offline") : problem instanceof ApiError && problem.message ? problem.message : t("signIn.problem"));
      setBusy(false);
    }
  }

  return (
    <form class="page" onSubmit={submit} noValidate>
      <h1 class="page-title">{t(link.purpose === "reset" ? "join.titleReset" : "join.title", { name: link.name })}</h1>
      <p class="page-lead">{t("join.lead", { company: link.organization, account })}</p>
      <input type="text" name="account" autocomplete="username" value={account} readOnly hidden />
      <Field name="password" type="password" label={t("join.password", { n: link.min_length })} autocomplete="new-password" problem={error ?? undefined} />
      <div class="dock-plain">
        <button class="big-button" type="submit" disabled={isBusy} aria-busy={isBusy}>
          {t("join.button")}
        </button>
      </div>
    </form>
  );
}
