/** A visit in three steps: arrive, record, agree what follows. Works the same without a connection. */
import { useEffect } from "preact/hooks";
import { go, useLocation, useRoute } from "../core/router";
import { t } from "../core/words";
import { useLive } from "../sync";
import { PageBar } from "../ui/page-bar";
import { Arrive } from "./arrive";
import { Follow } from "./follow";
import { readVisit, visitFor } from "./queries";
import { RecordForm, useFilled } from "./record-form";
import type { VisitRead } from "./queries";
import "./visits.css";
import "./words";

export default function VisitScreen() {
  const { params } = useRoute();
  const { query } = useLocation();
  const id = params.id ?? "";
  const isNew = id === "new";
  useEffect(() => {
    if (isNew && query.customer) void visitFor(query.customer).then((found) => go(`/visit/${found}?customer=${query.customer}`, { replace: true }));
  }, [isNew, query.customer]);
  const read = useLive(() => readVisit(id, query.customer), [id, query.customer], { keep: true });
  if (isNew || !read) return <main class="page visit" aria-busy="true" />;
  if (!read.customer) return <Elsewhere title={t("visit.missing")} lead={t("visit.missingLead")} />;
  if (read.visit?.status === "cancelled") return <Elsewhere title={t("visit.cancelled")} lead="" />;
  if (read.types.length === 0) return <Elsewhere title={t("visit.noTypes")} lead="" />;
  if (!read.visit || read.visit.status === "planned") return <Arrive key={id} id={id} read={read} customer={read.customer} />;
  return <Under key={id} visit={read.visit} read={read} step={query.step} />;
}

/** A visit that was begun: its record, or with `?step=3` what follows. */
function Under({ visit, read, step }: { visit: NonNullable<VisitRead["visit"]>; read: VisitRead; step: string | undefined }) {
  const kept = useFilled(visit, read);
  if (!kept) return <main class="page visit" aria-busy="true" />;
  if (visit.status === "done" || step === "3") return <Follow visit={visit} read={read} kept={kept} />;
  return <RecordForm visit={visit} read={read} kept={kept} />;
}

function Elsewhere({ title, lead }: { title: string; lead: string }) {
  return (
    <main class="page visit">
      <PageBar name={t("visit.title")} parent="/today" isFlow />
      <h1 class="page-title">{title}</h1>
      {lead && <p class="page-lead">{lead}</p>}
    </main>
  );
}
