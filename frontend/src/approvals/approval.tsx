/** One request on a card: before and after, why, what it does to the targets and to pace; then the decision. */
import arrow from "lucide-static/icons/arrow-right.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import chevron from "lucide-static/icons/chevron-right.svg?raw";
import checks from "lucide-static/icons/check-check.svg?raw";
import circleCheck from "lucide-static/icons/circle-check-big.svg?raw";
import circleX from "lucide-static/icons/circle-x.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import more from "lucide-static/icons/ellipsis.svg?raw";
import question from "lucide-static/icons/message-circle-question-mark.svg?raw";
import sent from "lucide-static/icons/send.svg?raw";
import undo from "lucide-static/icons/undo-2.svg?raw";
import { useEffect, useState } from "preact/hooks";
import { clock, dayOf } from "../core/clock";
import { day, dayNear, money, moneyDelta, time } from "../core/format";
import { go, useRoute } from "../core/router";
import { t } from "../core/words";
import { type Row, blobUrl, me, mutate, pendingOf, useLive } from "../sync";
import { paceShown } from "../targets/queries";
import { periodName } from "../targets/periods";
import { BeforeAfter } from "../ui/before-after";
import { Glyph } from "../ui/glyph";
import { PaceInline } from "../ui/pace-chip";
import { PageBar } from "../ui/page-bar";
import { Avatar, Button, Chips, Dock, Field, PendingMark, SectionHead } from "../ui/parts";
import { Sheet } from "../ui/sheet";
import { OfflineStrip } from "../ui/sync-chip";
import { type Card, type Impact, readCard, waitingForMe } from "./queries";
import { titleOf } from "./titles";
import "./approvals.css";
import "./words";

const UNDO_MS = 10 * 60_000;
const SHORTEST_REASON = 5;

export default function ApprovalScreen() {
  const { id = "" } = useRoute().params;
  const today = clock.today();
  const card = useLive(() => readCard(id, today), [id, today], { keep: true });
  const waiting = (useLive(waitingForMe) ?? []).map((one) => one.id);
  if (card === undefined) return <main class="page" aria-busy="true" />;
  if (card === null) {
    return (
      <main class="page">
        <PageBar parent="/approvals" />
        <h1 class="page-title">{t("adj.missing")}</h1>
        <p class="page-lead">{t("adj.missingText")}</p>
      </main>
    );
  }
  const { adjustment } = card;
  const at = waiting.indexOf(adjustment.id);
  const isOpen = adjustment.status === "submitted";
  const { mayDecide } = card;
  const name = at >= 0 && waiting.length > 1 ? t("approvals.one", { i: at + 1, n: waiting.length }) : t("approvals.title");
  return (
    <main class="page approval" key={adjustment.id}>
      <PageBar name={name} parent="/approvals" action={mayDecide ? <More card={card} /> : undefined} />
      <OfflineStrip />
      {isOpen && card.refusal && <Refused card={card} />}
      {!isOpen && <Stamp card={card} />}
      <Asked card={card} />
      {isOpen && (card.impact ? <Effects card={card} impact={card.impact} /> : <p class="page-note">{t("approvals.gone")}</p>)}
      {!isOpen && card.receipts.length > 0 && <WhoKnows card={card} />}
      {adjustment.status === "approved" && card.receipts.length > 0 && (
        <a class="line-link tree-updated" href="/targets">
          {t("approvals.treeUpdated")}
          <Glyph svg={chevron} size={20} />
        </a>
      )}
      {mayDecide ? <Decide card={card} /> : <After card={card} next={waiting.find((one) => one !== adjustment.id)} />}
    </main>
  );
}

/** A decision that was not taken: the card is back, with why. */
function Refused({ card }: { card: Card }) {
  return (
    <section class="came-back" role="alert" data-testid="came-back">
      <p>
        <strong>{t("approvals.cameBack")}</strong>
      </p>
      <p>{card.refusal}</p>
      {card.impact && <p class="page-note">{t("approvals.recalculated")}</p>}
    </section>
  );
}

/** What was asked, by whom and why. */
function Asked({ card }: { card: Card }) {
  const { adjustment, requester, names } = card;
  const currency = card.plan?.currency ?? me().organization.currency;
  const cell = adjustment.cells[0];
  const [before, after] = [adjustment.cells.reduce((sum, one) => sum + one.old_value, 0), adjustment.cells.reduce((sum, one) => sum + one.new_value, 0)];
  return (
    <section>
      <div class="asked-head">
        <Avatar name={requester?.name ?? ""} />
        <div>
          <h1>{titleOf({ adjustment, requester: requester?.name ?? "", line: names.get(cell?.product_line_id ?? "") ?? "" })}</h1>
          <p class="page-note">
            {t("approvals.of", { when: `${dayNear(dayOf(adjustment.submitted_at))} ${time(adjustment.submitted_at)}`, period: cell ? periodName(cell) : "" })}
          </p>
        </div>
      </div>
      <BeforeAfter before={before} after={after} currency={currency} />
      <blockquote class="asked-why">{t("approvals.quote", { text: adjustment.reason })}</blockquote>
      {adjustment.photos.length > 0 && <Photos shas={adjustment.photos} />}
    </section>
  );
}

function Photos({ shas }: { shas: string[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="plain-button asked-photos" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Glyph svg={image} size={20} />
        {t("approvals.photos", { n: shas.length })}
      </button>
      {isOpen && shas.map((sha) => <img key={sha} class="asked-photo" src={blobUrl(sha, me().id)} alt={t("approvals.photos", { n: 1 })} />)}
    </>
  );
}

/** The tree and the pace, before and after. The remainder is always nothing. */
function Effects({ card, impact }: { card: Card; impact: Impact }) {
  const { effect, total, others } = impact;
  const currency = card.plan?.currency ?? me().organization.currency;
  const row = (minor: number) => money(minor, currency, { style: "row" });
  return (
    <>
      <SectionHead
        title={t("approvals.tree")}
        side={
          <>
            <Glyph svg={check} size={16} />
            {total.remainder === 0 ? t("approvals.noRemainder") : t("approvals.remainder", { amt: row(total.remainder) })}
          </>
        }
      />
      <table class="tree">
        <tbody>
          <tr class="tree-top">
            <th scope="row">{card.team?.name ?? t("approvals.theTeam")}</th>
            <td class="display-num">{row(total.new_total)}</td>
            <td class="tree-delta">{moneyDelta(total.new_total - total.old_total, currency)}</td>
          </tr>
          {effect.people.map((one) => (
            <TreeRow
              key={`${one.person_id}${one.period_start}`}
              name={card.people.get(one.person_id) ?? ""}
              before={row(one.old_total)}
              after={row(one.new_total)}
              delta={moneyDelta(one.new_total - one.old_total, currency)}
            />
          ))}
          {effect.unassigned.map((cell) => (
            <TreeRow
              key={`${cell.person_id}${cell.product_line_id}${cell.period_start}`}
              name={t(cell.new_value < 0 ? "approvals.over" : "approvals.unassigned")}
              before={row(cell.old_value)}
              after={row(cell.new_value)}
              delta={moneyDelta(cell.new_value - cell.old_value, currency)}
            />
          ))}
          {others.count > 0 && (
            <tr class="is-locked">
              <th scope="row">
                <Glyph svg={lock} size={16} />
                {t("approvals.others", { n: others.count })}
              </th>
              <td class="display-num">{row(others.total)}</td>
              <td class="tree-delta">{t("format.noChange")}</td>
            </tr>
          )}
        </tbody>
      </table>
      <SectionHead title={t("approvals.pace")} />
      <ul class="pace-effects">
        {effect.people.map((one) => (
          <li key={`${one.person_id}${one.period_start}`}>
            <span class="pace-effect-name">{card.people.get(one.person_id)}</span>
            <PaceInline {...paceShown(one.pace_before)} isInDays />
            <Glyph svg={arrow} size={16} />
            <PaceInline {...paceShown(one.pace_after)} isInDays />
          </li>
        ))}
      </ul>
    </>
  );
}

function TreeRow({ name, before, after, delta }: { name: string; before: string; after: string; delta: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="display-num">
        <span class="was">{before}</span> → <strong>{after}</strong>
      </td>
      <td class="tree-delta display-num">{delta}</td>
    </tr>
  );
}

/** 驳回 and 批准 at thumb height. If the plan moved on while the card was open, it says so first. */
function Decide({ card }: { card: Card }) {
  const version = card.plan?.version ?? card.adjustment.seen_version;
  const [seen, setSeen] = useState(version);
  const [isRejecting, setRejecting] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const approve = async () => {
    setBusy(true);
    await mutate("targets.approve_adjustment", { id: card.adjustment.id, seen_version: seen, note: null });
    setBusy(false);
  };
  if (seen !== version) {
    return (
      <Dock note={<span class="is-soon">{t("approvals.treeChanged")}</span>}>
        <Button kind="secondary" onClick={() => setSeen(version)}>
          {t("approvals.fresh")}
        </Button>
      </Dock>
    );
  }
  return (
    <Dock>
      <div class="dock-pair">
        <Button testid="reject" kind="secondary" onClick={() => setRejecting(true)}>
          {t("adj.reject")}
        </Button>
        <Button testid="approve" icon={check} isBusy={isBusy} onClick={() => void approve()}>
          {t("adj.approve")}
        </Button>
      </div>
      {isRejecting && <TurnDown card={card} kind="reject" onClose={() => setRejecting(false)} />}
    </Dock>
  );
}

function More({ card }: { card: Card }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="icon-button" aria-label={t("adj.more")} onClick={() => setOpen(true)}>
        <Glyph svg={more} size={26} />
      </button>
      {isOpen && <TurnDown card={card} kind="return" onClose={() => setOpen(false)} />}
    </>
  );
}

const REASONS = ["proof", "others", "amount", "other"] as const;

/** A reason is required: a chip, or at least five characters. */
function TurnDown({ card, kind, onClose }: { card: Card; kind: "reject" | "return"; onClose: () => void }) {
  const [why, setWhy] = useState<(typeof REASONS)[number][]>([]);
  const [text, setText] = useState("");
  const [isTried, setTried] = useState(false);
  const name = card.requester?.name ?? "";
  const chip = why[0] && why[0] !== "other" ? t(`adj.why.${why[0]}`) : "";
  const isEnough = chip !== "" || text.trim().length >= SHORTEST_REASON;
  const send = async () => {
    setTried(true);
    if (!isEnough) return;
    const note = [chip, text.trim()].filter(Boolean).join(" · ");
    await mutate(kind === "reject" ? "targets.reject_adjustment" : "targets.return_adjustment", {
      id: card.adjustment.id,
      seen_version: card.plan?.version ?? card.adjustment.seen_version,
      note,
    });
    onClose();
  };
  return (
    <Sheet title={t(kind === "reject" ? "adj.rejectTitle" : "adj.returnTitle")} onClose={onClose}>
      <p class="page-note sheet-lead">{t("adj.rejectText", { name })}</p>
      <Chips label={t("adj.rejectTitle")} options={REASONS.map((key) => ({ key, label: t(`adj.why.${key}`) }))} value={why} onChange={setWhy} />
      <div class="sheet-gap" />
      <Field label={t("adj.whyHint", { name })} error={isTried && !isEnough ? t("adj.whyMissing") : null}>
        <textarea
          class="text-input"
          data-testid="reject-reason"
          aria-label={t("adj.whyHint", { name })}
          maxLength={2000}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <div class="dock-pair">
        <Button kind="secondary" onClick={onClose}>
          {t("ui.cancel")}
        </Button>
        <Button testid={kind === "reject" ? "confirm-reject" : "confirm-return"} kind="danger" onClick={() => void send()}>
          {t(kind === "reject" ? "adj.rejectButton" : "adj.returnButton")}
        </Button>
      </div>
    </Sheet>
  );
}

/** What was decided, by whom, when. Offline it is an intent and says so. */
function Stamp({ card }: { card: Card }) {
  const { adjustment, decider } = card;
  const isGood = adjustment.status === "approved";
  const isPending = ["queued", "sending"].includes(pendingOf("adjustment", adjustment.id));
  const from =
    adjustment.effective_from > dayOf(adjustment.decided_at ?? adjustment.submitted_at) ? adjustment.effective_from : dayOf(adjustment.decided_at ?? adjustment.submitted_at);
  return (
    <section class={`stamp${isGood ? " is-good" : ""}`}>
      <p class="stamp-word" data-testid="decided">
        <Glyph svg={isGood ? circleCheck : circleX} size={26} />
        {t(`adj.${adjustment.status}`)}
        <PendingMark entity="adjustment" id={adjustment.id} />
      </p>
      {adjustment.decided_at && (
        <p class="page-note">
          {t("adj.by", { name: decider?.name ?? "", time: `${day(dayOf(adjustment.decided_at))} ${time(adjustment.decided_at)}` })}
          {isGood && ` · ${t("adj.effectiveFrom", { day: dayNear(from) })}`}
        </p>
      )}
      {adjustment.decision_note && <blockquote>{t("approvals.quote", { text: adjustment.decision_note })}</blockquote>}
      {isPending && <p class="page-note">{t("adj.intent")}</p>}
      {card.refusal && (
        <p class="page-note" role="alert" data-testid="came-back">
          {adjustment.decided_by && adjustment.decided_by !== me().id ? t("adj.decidedBy", { name: decider?.name ?? "" }) : card.refusal}
        </p>
      )}
    </section>
  );
}

/** Everybody whose plan changed, and how far the news has got. */
function WhoKnows({ card }: { card: Card }) {
  const known = card.receipts.filter((receipt) => receipt.acknowledged_at).length;
  return (
    <section>
      <SectionHead title={t("ack.title")} side={t("approvals.knownOf", { n: known, all: card.receipts.length })} />
      <ul class="who-knows">
        {card.receipts.map((receipt) => (
          <li key={receipt.id}>
            <Avatar name={card.people.get(receipt.person_id) ?? ""} />
            <span class="who-name">{card.people.get(receipt.person_id)}</span>
            <span class="who-delta display-num">{moneyDelta(receipt.new_total - receipt.old_total, receipt.currency)}</span>
            <HowFar receipt={receipt} />
            {receipt.question && <p class="who-question">{t("approvals.quote", { text: receipt.question })}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function HowFar({ receipt }: { receipt: Row<"change_receipt"> }) {
  const [icon, text] = receipt.acknowledged_at
    ? [checks, t("ack.confirmed", { time: time(receipt.acknowledged_at) })]
    : receipt.question
      ? [question, t("ack.question")]
      : [sent, t(receipt.seen_at ? "ack.seen" : "ack.delivered")];
  return (
    <span class={`how-far${receipt.acknowledged_at ? " is-known" : ""}`} data-testid="receipt-state">
      <Glyph svg={icon} size={18} />
      {text}
    </span>
  );
}

/** The dock of a card that is not (or no longer) one's own to decide: undo for ten minutes, and the next one. */
function After({ card, next }: { card: Card; next: string | undefined }) {
  const { adjustment, approver } = card;
  const left = useTimeLeft(adjustment.decided_at ? Date.parse(adjustment.decided_at) + UNDO_MS : 0);
  const mayUndo = adjustment.status === "approved" && adjustment.decided_by === me().id && left > 0;
  const goOn = (
    <Button kind={next ? "primary" : "secondary"} onClick={() => go(next ? `/approvals/${next}` : "/approvals", { replace: true })}>
      {t(next ? "adj.next" : "adj.backToList")}
    </Button>
  );
  if (adjustment.status === "submitted") {
    const isMine = adjustment.requester_id === me().id;
    return (
      <Dock note={t("adj.notYours", { name: approver?.name ?? "" })}>
        {isMine && (
          <Button kind="secondary" onClick={() => void mutate("targets.withdraw_adjustment", { id: adjustment.id })}>
            {t("adj.withdraw")}
          </Button>
        )}
      </Dock>
    );
  }
  return (
    <Dock>
      {mayUndo ? (
        <div class="dock-pair is-wide">
          <Button testid="undo" kind="secondary" icon={undo} onClick={() => void mutate("targets.undo_adjustment", { id: adjustment.id })}>
            {t("adj.undo", { time: `${Math.floor(left / 60_000)}:${String(Math.floor((left % 60_000) / 1000)).padStart(2, "0")}` })}
          </Button>
          {goOn}
        </div>
      ) : (
        goOn
      )}
    </Dock>
  );
}

/** Milliseconds until an instant, counted down each second; 0 when it has passed. */
function useTimeLeft(until: number): number {
  const [left, setLeft] = useState(() => Math.max(0, until - clock.now().getTime()));
  useEffect(() => {
    const tick = () => setLeft(Math.max(0, until - clock.now().getTime()));
    tick();
    if (until <= clock.now().getTime()) return;
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}
