/** For who cannot sign in: unsent work goes to the server for safe keeping, and a manager decides. */
import { useState } from "preact/hooks";
import { ApiError, Offline } from "../core/api";
import { t } from "../core/words";
import { syncStatus } from "../sync";
import { handOver } from "../sync/escrow";
import "./words";

export function HandOver() {
  const [said, setSaid] = useState<string | null>(null);
  const { waiting } = syncStatus.value;
  if (waiting === 0) return null;
  const send = () =>
    handOver().then(
      (n) => setSaid(t("signIn.handedOver", { n })),
      (problem: unknown) => setSaid(problem instanceof Offline ? t("signIn.offline") : problem instanceof ApiError && problem.message ? problem.message : t("signIn.problem")),
    );
  return said ? (
    <p class="page-note" role="status">
      {said}
    </p>
  ) : (
    <button type="button" class="plain-button is-quiet" onClick={() => void send()}>
      {t("signIn.handOver", { n: waiting })}
    </button>
  );
}
