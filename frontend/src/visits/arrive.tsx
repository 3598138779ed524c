/** Arriving: how far it is to the customer, and the check-in. Distance grades a visit, it never refuses one. */
import clockIcon from "lucide-static/icons/clock.svg?raw";
import locateIcon from "lucide-static/icons/locate-fixed.svg?raw";
import mapPinOff from "lucide-static/icons/map-pin-off.svg?raw";
import mapPin from "lucide-static/icons/map-pin-check.svg?raw";
import shield from "lucide-static/icons/shield-check.svg?raw";
import { useEffect, useRef, useState } from "preact/hooks";
import { clock } from "../core/clock";
import { distance, time } from "../core/format";
import { metresBetween, offsetMetres } from "../core/geo";
import { pick, t } from "../core/words";
import { isFull, mutate, type Row, syncStatus } from "../sync";
import { ChoiceChips } from "../ui/choice-chips";
import { Glyph } from "../ui/glyph";
import { FormPart } from "../ui/input";
import { PageBar } from "../ui/page-bar";
import { OfflineStrip } from "../ui/sync-chip";
import { type Fix, type Located, locate } from "../ui/locate";
import { Steps } from "./parts";
import type { VisitRead } from "./queries";

type Customer = Row<"customer">;
type Whereabouts = "idle" | "locating" | Located;

export function Arrive({ id, read, customer }: { id: string; read: VisitRead; customer: Customer }) {
  const { at, find } = useLocated();
  const [typeId, setTypeId] = useState(read.types[0]?.id ?? "");
  const [reason, setReason] = useState("");
  const [keepsPin, setKeepsPin] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isSaving = useRef(false);
  const type = read.types.find((one) => one.id === typeId) ?? read.types[0];
  const shown = outcomeOf(at, customer, type?.radius_m ?? 150);

  const checkIn = async () => {
    if (!type || isSaving.current) return;
    isSaving.current = true;
    try {
      const found = await find();
      if (outcomeOf(found, customer, type.radius_m).needsReason && !reason) return setProblem(t("visit.needReason"));
      await mutate("visits.check_in", {
        id,
        customer_id: customer.id,
        visit_type_id: type.id,
        planned_on: clock.today(),
        position: "fix" in found ? positionOf(found.fix) : null,
        off_site_reason: reason || null,
      });
      if (keepsPin && "fix" in found) {
        const { lat, lng, datum, accuracy_m } = found.fix;
        await mutate("customers.set_position", { id: customer.id, lat, lng, datum, accuracy_m });
      }
    } catch (error) {
      if (!isFull(error)) throw error;
      setProblem(t("visit.full"));
    } finally {
      isSaving.current = false;
    }
  };

  return (
    <main class="page visit">
      <PageBar name={t("visit.title")} parent="/today" isFlow />
      <Steps at={1} />
      {!syncStatus.value.online && <OfflineStrip />}
      <Ring at={at} customer={customer} radius={type?.radius_m ?? 150} metres={shown.metres} />
      <h1 class="visit-name">{customer.name}</h1>
      <p class="page-note visit-where">
        {[customer.address, read.place && read.visit?.is_planned ? t("visit.stop", read.place) : t("visit.unplanned")].filter(Boolean).join(" · ")}
      </p>
      <Distance at={at} customer={customer} radius={type?.radius_m ?? 150} shown={shown} onLocate={() => void find(true)} />
      {read.types.length > 1 && (
        <FormPart label={t("visit.kind")} isGroup name="kind">
          <ChoiceChips
            options={read.types.map((one) => ({ key: one.id, label: pick(one.name) }))}
            chosen={[typeId]}
            onChoose={([key]) => key && setTypeId(key)}
            testid="visit-type"
          />
        </FormPart>
      )}
      {shown.needsReason && (
        <FormPart label={t(shown.metres === null ? "visit.reasonNoFix" : "visit.reason")} isRequired isGroup name="reason" problem={problem}>
          <ChoiceChips
            options={(type?.off_site_reasons ?? []).map((one) => ({ key: one.key, label: pick(one.label) }))}
            chosen={reason ? [reason] : []}
            onChoose={([key]) => {
              setReason(key ?? "");
              setProblem(null);
            }}
            testid="reason"
          />
        </FormPart>
      )}
      <Facts at={at} plannedAt={read.visit?.planned_at ?? null} />
      {customer.lat === null && typeof at === "object" && "fix" in at && (
        <label class="visit-check">
          <input type="checkbox" checked={keepsPin} data-testid="keep-pin" onChange={(event) => setKeepsPin(event.currentTarget.checked)} />
          {t("visit.setPin")}
        </label>
      )}
      <div class="dock-plain">
        {problem && !shown.needsReason && (
          <p class="form-error" role="alert">
            {problem}
          </p>
        )}
        <button type="button" class="big-button" data-testid="do-check-in" aria-busy={at === "locating"} onClick={() => void checkIn()}>
          <Glyph svg={mapPin} size={22} />
          {t(!shown.needsReason ? "visit.here" : shown.metres === null ? "visit.noPosition" : "visit.outRange")}
        </button>
      </div>
    </main>
  );
}

/**
 * The position, read when the person asks: arriving here by a tap asks. Opened without one (a cold
 * start, a link from elsewhere) nothing is read until the first tap.
 */
function useLocated() {
  const [at, setAt] = useState<Whereabouts>("idle");
  const running = useRef<Promise<Located> | null>(null);
  const find = (again = false): Promise<Located> => {
    if (!running.current || again) {
      setAt("locating");
      running.current = locate();
      void running.current.then(setAt);
    }
    return running.current;
  };
  useEffect(() => {
    if (navigator.userActivation?.hasBeenActive) void find();
  }, []);
  return { at, find };
}

interface Shown {
  metres: number | null;
  isIn: boolean;
  needsReason: boolean;
}

function outcomeOf(at: Whereabouts, customer: Customer, radius: number): Shown {
  if (typeof at === "string") return { metres: null, isIn: false, needsReason: false };
  const metres = "fix" in at ? metresBetween(at.fix, customer) : null;
  const isIn = metres !== null && metres <= radius;
  return { metres, isIn, needsReason: !isIn && customer.lat !== null };
}

const positionOf = ({ lat, lng, datum, accuracy_m, fix_age_s }: Fix) => ({ lat, lng, datum, accuracy_m, fix_age_s });

function Distance({ at, customer, radius, shown, onLocate }: { at: Whereabouts; customer: Customer; radius: number; shown: Shown; onLocate: () => void }) {
  if (at === "idle") {
    return (
      <button type="button" class="plain-button visit-locate" data-testid="locate" onClick={onLocate}>
        <Glyph svg={locateIcon} size={20} />
        {t("visit.locate")}
      </button>
    );
  }
  if (at === "locating") {
    return (
      <p class="visit-distance" role="status">
        <span class="visit-turning" aria-hidden="true" />
        {t("visit.locating")}
      </p>
    );
  }
  const problem = "problem" in at ? t(at.problem === "denied" ? "visit.denied" : "visit.noFix") : customer.lat === null ? t("visit.noPin") : null;
  return (
    <div class="visit-distance" role="status">
      {shown.metres !== null && (
        <>
          <strong class="display-num" data-testid="distance">
            {shown.metres < 1000 ? shown.metres : (shown.metres / 1000).toFixed(1)}
            <small>{t(shown.metres < 1000 ? "visit.metres" : "visit.kilometres")}</small>
          </strong>
          <span class={shown.isIn ? "is-in" : "is-out"}>
            <Glyph svg={shown.isIn ? mapPin : mapPinOff} size={20} />
            {t(shown.isIn ? "visit.inRange" : "visit.isOut", { m: radius })}
          </span>
        </>
      )}
      {problem && <span class="is-out">{problem}</span>}
      {!shown.isIn && (
        <button type="button" class="plain-button visit-locate" data-testid="locate" onClick={onLocate}>
          {t("visit.locateAgain")}
        </button>
      )}
    </div>
  );
}

function Facts({ at, plannedAt }: { at: Whereabouts; plannedAt: string | null }) {
  const fix = typeof at === "object" && "fix" in at ? at.fix : null;
  return (
    <ul class="visit-facts">
      {fix && (
        <li>
          <Glyph svg={locateIcon} size={22} />
          <span>{t("visit.accuracy")}</span>
          <strong>{t("visit.accuracyOf", { m: fix.accuracy_m })}</strong>
        </li>
      )}
      <li>
        <Glyph svg={clockIcon} size={22} />
        <span>{t("visit.arrived")}</span>
        <strong>{arrival(fix?.at ?? clock.now(), plannedAt)}</strong>
      </li>
      <li>
        <Glyph svg={shield} size={22} />
        <span>{t("visit.private")}</span>
      </li>
    </ul>
  );
}

function arrival(at: Date, plannedAt: string | null): string {
  const now = time(at);
  if (!plannedAt) return now;
  const late = minutes(now) - minutes(plannedAt);
  if (Math.abs(late) >= 60) return t("visit.planned", { time: now, plan: plannedAt });
  if (late === 0) return t("visit.onTime", { time: now });
  return t(late > 0 ? "visit.late" : "visit.early", { time: now, n: Math.abs(late) });
}

const minutes = (wall: string): number => {
  const [hours, rest] = wall.split(":").map(Number);
  return (hours ?? 0) * 60 + (rest ?? 0);
};

const [WIDE, HIGH, RING] = [390, 250, 84];

/** The ring around the customer and where one stands in it; no map, so it is the same without a connection. */
function Ring({ at, customer, radius, metres }: { at: Whereabouts; customer: Customer; radius: number; metres: number | null }) {
  const fix = typeof at === "object" && "fix" in at ? at.fix : null;
  const pin = customer.lat === null || customer.lng === null ? null : { lat: customer.lat, lng: customer.lng, datum: customer.datum ?? "wgs84" };
  const offset = offsetMetres(pin, fix);
  const you = offset && placed(offset, radius);
  const halo = fix ? Math.max(20, Math.min(120, (fix.accuracy_m / radius) * RING)) : 0;
  const [x, y] = [WIDE / 2, HIGH / 2 + 8];
  return (
    <svg class="visit-ring" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={metres === null ? t("visit.ringNone") : t("visit.ringYou", { d: distance(metres) })}>
      <g class="ring-ground">
        {[-2, -1, 0, 1, 2].map((n) => (
          <path key={n} d={`M${x + n * 104 + 28} -10L${x + n * 104 - 28} ${HIGH + 10}`} />
        ))}
        {[0.25, 0.5, 0.75].map((part) => (
          <path key={part} d={`M0 ${HIGH * part}H${WIDE}`} />
        ))}
      </g>
      <circle class="ring-fence" cx={x} cy={y} r={RING} />
      {you && <path class="ring-way" d={`M${x + you.x} ${y + you.y}Q${x + you.x * 0.9} ${y + you.y * 0.2} ${x} ${y}`} />}
      <path class="ring-pin" d={`M${x} ${y + 4}c-7-11-16-18-16-28a16 16 0 0 1 32 0c0 10-9 17-16 28z`} />
      <circle class="ring-eye" cx={x} cy={y - 24} r="6" />
      {you && (
        <g transform={`translate(${x + you.x} ${y + you.y})`}>
          <circle class="ring-halo" r={halo} />
          <circle class="ring-you" r="9" />
        </g>
      )}
    </svg>
  );
}

/** Where in the drawing a place is that lies `offset` from the customer; beyond the edge it stays at the edge. */
function placed({ east, north }: { east: number; north: number }, radius: number): { x: number; y: number } {
  const [x, y] = [(east / radius) * RING, (-north / radius) * RING];
  const over = Math.max(1, Math.abs(x) / (WIDE / 2 - 24), Math.abs(y) / (HIGH / 2 - 24));
  return { x: x / over, y: y / over };
}
