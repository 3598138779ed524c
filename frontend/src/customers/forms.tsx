/** Sheets in which customers, contacts, visits and payments are written. All of them work without a connection. */
import { useEffect, useRef, useState } from "preact/hooks";
import { addDays, clock } from "../core/clock";
import { day, distance, parseMoney } from "../core/format";
import { metresBetween } from "../core/geo";
import { pick, t } from "../core/words";
import { type CustomerIndex, db, draft, type EntityMap, me, mutate, newId, type Row, useLive } from "../sync";
import { ChoiceChips } from "../ui/choice-chips";
import { FormPart, MoneyInput } from "../ui/input";
import { type Located, locate } from "../ui/locate";
import { Sheet } from "../ui/sheet";
import { toast } from "../ui/toast";
import { kindName, kindOf } from "./kinds";
import { readNames } from "./queries";
import "./words";

type Texts = Record<string, string>;

/** The texts of a form, kept on every change and there again after the app was killed. */
function useTexts(key: string, start: Texts): { texts: Texts; set: (some: Texts) => void; clear: () => Promise<void> } {
  const [texts, setTexts] = useState(start);
  const latest = useRef(start);
  useEffect(() => {
    void draft<Texts>(key)
      .get()
      .then((found) => {
        latest.current = { ...latest.current, ...found };
        setTexts(latest.current);
      });
  }, [key]);
  return {
    texts,
    set: (some) => {
      latest.current = { ...latest.current, ...some };
      setTexts(latest.current);
      void draft<Texts>(key).set(latest.current);
    },
    clear: () => draft<Texts>(key).clear(),
  };
}

interface FieldProps {
  name: string;
  label: string;
  form: { texts: Texts; set: (some: Texts) => void };
  type?: "text" | "tel" | "email" | "date" | "time";
  isRequired?: boolean;
  problem?: string | null;
  max?: string;
  min?: string;
}

function TextField({ name, label, form, type = "text", isRequired = false, problem, min, max }: FieldProps) {
  return (
    <FormPart label={label} isRequired={isRequired} problem={problem} name={name}>
      <span class={`input-box${problem ? " is-wrong" : ""}`}>
        <input
          type={type as "text"}
          autocomplete="off"
          maxLength={300}
          min={min}
          max={max}
          data-testid={`field-${name}`}
          value={form.texts[name] ?? ""}
          onInput={(event) => form.set({ [name]: event.currentTarget.value })}
        />
      </span>
    </FormPart>
  );
}

function Save({ word, testid }: { word: "customer.save" | "receipt.save" | "receipt.refuse"; testid: string }) {
  return (
    <button type="submit" class="big-button" data-testid={testid}>
      {t(word)}
    </button>
  );
}

/** A form in a sheet; a second tap while the first is being saved does nothing. */
function SheetForm({ title, onClose, onSave, children }: { title: string; onClose: () => void; onSave: () => Promise<void>; children: preact.ComponentChildren }) {
  const isSaving = useRef(false);
  return (
    <Sheet title={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isSaving.current) return;
          isSaving.current = true;
          void onSave().finally(() => {
            isSaving.current = false;
          });
        }}
      >
        {children}
      </form>
    </Sheet>
  );
}

const orNull = (text: string | undefined): string | null => text?.trim() || null;

// --- Customers and contacts --------------------------------------------------------------------------

const FACTS = ["name", "kind", "tier", "phone", "address", "city", "note"] as const;
const factOf = (field: (typeof FACTS)[number], texts: Texts): string | null => (field === "kind" ? kindOf(orNull(texts.kind)) : orNull(texts[field]));

export function CustomerForm({ name, index, onClose, onSaved }: { name: string; index: CustomerIndex | undefined; onClose: () => void; onSaved: (id: string) => void }) {
  const form = useTexts("customer:new", { name });
  const [isAsked, setAsked] = useState(false);
  const { texts } = form;
  const similar = texts.name && texts.name.trim().length > 1 ? index?.find(texts.name, 3) : [];
  const save = async () => {
    if (!texts.name?.trim()) return setAsked(true);
    const id = newId();
    const contact = orNull(texts.contact_name);
    await mutate("customers.create", {
      id,
      name: texts.name.trim(),
      ...Object.fromEntries(FACTS.slice(1).map((field) => [field, factOf(field, texts)])),
      contacts: contact ? [{ id: newId(), name: contact, phone: orNull(texts.contact_phone) }] : [],
    });
    await form.clear();
    toast(t("customer.saved"));
    onSaved(id);
  };
  return (
    <SheetForm title={t("customers.add")} onClose={onClose} onSave={save}>
      <TextField name="name" label={t("customer.name")} form={form} isRequired problem={isAsked && !texts.name?.trim() ? t("customer.needName") : null} />
      {similar && similar.length > 0 && (
        <p class="page-note customer-similar">
          {t("customer.maybe")}
          {similar.map((one) => (
            <a key={one.id} class="plain-button" href={`/customers/${one.id}`}>
              {one.name}
            </a>
          ))}
        </p>
      )}
      <TextField name="phone" label={t("customer.phone")} form={form} type="tel" />
      <TextField name="address" label={t("customer.address")} form={form} />
      <TextField name="city" label={t("customer.city")} form={form} />
      <TextField name="kind" label={t("customer.kind")} form={form} />
      <TierField form={form} />
      <TextField name="contact_name" label={t("customer.contactName")} form={form} />
      <TextField name="contact_phone" label={t("customer.contactPhone")} form={form} type="tel" />
      <Save word="customer.save" testid="save-customer" />
    </SheetForm>
  );
}

function TierField({ form }: { form: { texts: Texts; set: (some: Texts) => void } }) {
  return (
    <FormPart label={t("customer.tier")} isGroup name="tier">
      <ChoiceChips
        options={["A", "B", "C", "D"].map((key) => ({ key, label: key }))}
        chosen={form.texts.tier ? [form.texts.tier] : []}
        onChoose={([key]) => form.set({ tier: key ?? "" })}
        testid="tier"
      />
    </FormPart>
  );
}

/** What changed is sent, with the version that the person saw; the server merges it field by field. */
export function EditCustomer({ customer, onClose }: { customer: Row<"customer">; onClose: () => void }) {
  const [seen] = useState(customer);
  const start = Object.fromEntries(FACTS.map((field) => [field, (field === "kind" ? kindName(seen.kind) : seen[field]) ?? ""]));
  const form = useTexts(`customer:${seen.id}`, start);
  const isNameless = !form.texts.name?.trim();
  const save = async () => {
    if (isNameless) return;
    const changed = FACTS.filter((field) => factOf(field, form.texts) !== (seen[field] ?? null));
    if (changed.length)
      await mutate("customers.set_fields", { id: seen.id, base_v: seen._v, fields: Object.fromEntries(changed.map((field) => [field, factOf(field, form.texts)])) });
    await form.clear();
    onClose();
  };
  return (
    <SheetForm title={t("customer.edit")} onClose={onClose} onSave={save}>
      <TextField name="name" label={t("customer.name")} form={form} isRequired problem={isNameless ? t("customer.needName") : null} />
      <TextField name="phone" label={t("customer.phone")} form={form} type="tel" />
      <TextField name="address" label={t("customer.address")} form={form} />
      <TextField name="city" label={t("customer.city")} form={form} />
      <TextField name="kind" label={t("customer.kind")} form={form} />
      <TierField form={form} />
      <TextField name="note" label={t("customer.note")} form={form} />
      <Save word="customer.save" testid="save-customer" />
    </SheetForm>
  );
}

const CARD = ["name", "title", "phone", "email"] as const;

export function ContactForm({ customerId, contact, onClose }: { customerId: string; contact: Row<"contact"> | null; onClose: () => void }) {
  const [seen] = useState(contact);
  const form = useTexts(`contact:${seen?.id ?? customerId}`, Object.fromEntries(CARD.map((field) => [field, seen?.[field] ?? ""])));
  const [isAsked, setAsked] = useState(false);
  const { texts } = form;
  const save = async () => {
    const name = texts.name?.trim();
    if (!name) return setAsked(true);
    const fields = Object.fromEntries(CARD.map((field) => [field, orNull(texts[field])])) as Pick<EntityMap["contact"], "title" | "phone" | "email">;
    if (!seen) await mutate("customers.add_contact", { id: newId(), customer_id: customerId, ...fields, name });
    else {
      const changed = CARD.filter((field) => orNull(texts[field]) !== (seen[field] ?? null));
      if (changed.length)
        await mutate("customers.set_contact_fields", { id: seen.id, base_v: seen._v, fields: Object.fromEntries(changed.map((field) => [field, orNull(texts[field])])) });
    }
    await form.clear();
    onClose();
  };
  return (
    <SheetForm title={t(seen ? "customer.editContact" : "customer.addContact")} onClose={onClose} onSave={save}>
      <TextField name="name" label={t("customer.contactName")} form={form} isRequired problem={isAsked && !texts.name?.trim() ? t("customer.needName") : null} />
      <TextField name="title" label={t("customer.contactTitle")} form={form} />
      <TextField name="phone" label={t("customer.phone")} form={form} type="tel" />
      <TextField name="email" label={t("customer.email")} form={form} type="email" />
      <Save word="customer.save" testid="save-contact" />
    </SheetForm>
  );
}

/** The position here and now, taken by this tap, shown with its accuracy before it is used. */
export function PinSheet({ customer, onClose }: { customer: Row<"customer">; onClose: () => void }) {
  const [found, setFound] = useState<Located | null>(null);
  useEffect(() => {
    void locate().then(setFound);
  }, []);
  const fix = found && "fix" in found ? found.fix : null;
  const apart = fix ? metresBetween(fix, customer) : null;
  const use = async () => {
    if (!fix) return;
    await mutate("customers.set_position", { id: customer.id, lat: fix.lat, lng: fix.lng, datum: fix.datum, accuracy_m: fix.accuracy_m });
    toast(t("customer.pinSet"));
    onClose();
  };
  return (
    <Sheet title={t("customer.setPin")} onClose={onClose}>
      <p class="page-lead" role="status">
        {!found && t("customer.pinWorking")}
        {found && !fix && t("customer.pinNone")}
        {fix && t("customer.pinFound", { m: fix.accuracy_m })}
        {apart !== null && ` ${t("customer.pinFar", { d: distance(apart) })}`}
      </p>
      <button type="button" class="big-button" aria-disabled={!fix} data-testid="use-pin" onClick={() => void use()}>
        {t("customer.pinUse")}
      </button>
    </Sheet>
  );
}

// --- Payments and plans -------------------------------------------------------------------------------

export function ReceiptForm({ customerId, usualLine, onClose }: { customerId: string; usualLine: string | null; onClose: () => void }) {
  const today = clock.today();
  const form = useTexts(`receipt:${customerId}`, { amount: "", on: today, line: usualLine ?? "", note: "" });
  const lines = useLive(async () => (await readNames()).lines) ?? [];
  const [isAsked, setAsked] = useState(false);
  const { currency } = me().organization;
  const { texts } = form;
  const amount = parseMoney(texts.amount ?? "", currency);
  const save = async () => {
    if (!amount) return setAsked(true);
    await mutate("sales.report_receipt", {
      id: newId(),
      customer_id: customerId,
      received_on: texts.on || today,
      amount,
      currency,
      product_line_id: texts.line || null,
      note: orNull(texts.note),
    });
    await form.clear();
    toast(t("receipt.saved"));
    onClose();
  };
  return (
    <SheetForm title={t("receipt.title")} onClose={onClose} onSave={save}>
      <FormPart label={t("receipt.amount")} isRequired name="amount" problem={isAsked && !amount ? t("receipt.bad") : null}>
        <MoneyInput value={texts.amount ?? ""} currency={currency} onChange={(typed) => form.set({ amount: typed })} isWrong={isAsked && !amount} testid="receipt-amount" />
      </FormPart>
      {lines.length > 0 && (
        <FormPart label={t("receipt.line")} isGroup name="line">
          <ChoiceChips
            options={lines.map((line) => ({ key: line.id, label: line.name }))}
            chosen={texts.line ? [texts.line] : []}
            onChoose={([id]) => form.set({ line: id ?? "" })}
            testid="receipt-line"
          />
        </FormPart>
      )}
      <TextField name="on" label={t("receipt.on")} form={form} type="date" max={today} />
      <TextField name="note" label={t("receipt.note")} form={form} />
      <p class="page-note">{t("receipt.counts")}</p>
      <Save word="receipt.save" testid="save-receipt" />
    </SheetForm>
  );
}

export function PlanForm({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const today = clock.today();
  const form = useTexts(`plan:${customerId}`, { on: addDays(today, 1), at: "", purpose: "", amount: "", type: "" });
  const types = useLive(async () => (await db().visit_type.toArray()).filter((type) => type.is_live).sort((a, b) => (a.code < b.code ? 1 : -1))) ?? [];
  const { currency } = me().organization;
  const { texts } = form;
  const save = async () => {
    const on = texts.on || today;
    await mutate("visits.plan_visit", {
      id: newId(),
      customer_id: customerId,
      planned_on: on,
      planned_at: texts.at || null,
      purpose: orNull(texts.purpose),
      visit_type_id: texts.type || null,
      expected_amount: parseMoney(texts.amount ?? "", currency),
    });
    await form.clear();
    toast(t("customer.planned", { day: day(on) }));
    onClose();
  };
  return (
    <SheetForm title={t("customer.plan")} onClose={onClose} onSave={save}>
      <TextField name="on" label={t("customer.planDay")} form={form} type="date" min={today} isRequired />
      <TextField name="at" label={t("customer.planTime")} form={form} type="time" />
      <TextField name="purpose" label={t("customer.planPurpose")} form={form} />
      {types.length > 1 && (
        <FormPart label={t("customer.kind")} isGroup name="type">
          <ChoiceChips
            options={types.map((type) => ({ key: type.id, label: pick(type.name) }))}
            chosen={texts.type ? [texts.type] : []}
            onChoose={([id]) => form.set({ type: id ?? "" })}
            testid="plan-type"
          />
        </FormPart>
      )}
      <FormPart label={t("customer.planAmount")} name="expected">
        <MoneyInput value={texts.amount ?? ""} currency={currency} onChange={(typed) => form.set({ amount: typed })} testid="plan-amount" />
      </FormPart>
      <Save word="customer.save" testid="save-plan" />
    </SheetForm>
  );
}

/** Finance did not find the money: the reporter reads why. */
export function RefuseForm({ receiptId, onClose }: { receiptId: string; onClose: () => void }) {
  const form = useTexts(`refuse:${receiptId}`, { reason: "" });
  const [isAsked, setAsked] = useState(false);
  const reason = form.texts.reason?.trim() ?? "";
  const save = async () => {
    if (!reason) return setAsked(true);
    await mutate("sales.refuse_receipt", { id: receiptId, reason });
    await form.clear();
    onClose();
  };
  return (
    <SheetForm title={t("receipt.refuse")} onClose={onClose} onSave={save}>
      <TextField name="reason" label={t("receipt.refuseWhy")} form={form} isRequired problem={isAsked && !reason ? t("receipt.needWhy") : null} />
      <Save word="receipt.refuse" testid="save-refusal" />
    </SheetForm>
  );
}
