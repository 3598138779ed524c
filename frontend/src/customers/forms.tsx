/** What is written about a customer: the customer, a contact, a receipt, a visit. All work offline. */
import { useState } from "preact/hooks";
import { addDays, clock } from "../core/clock";
import { day, parseMoney } from "../core/format";
import { t } from "../core/words";
import { type EntityMap, me, mutate, newId } from "../sync";
import { Button, Chips, Field } from "../ui/parts";
import { Sheet } from "../ui/sheet";
import { toast } from "../ui/toast";
import "./words";

interface TextProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  isRequired?: boolean;
  error?: string | null;
  kind?: "text" | "tel" | "date" | "time" | "money";
  limit?: { min?: string; max?: string };
  testId?: string;
}

function Text({ label, value, onInput, isRequired, error, kind = "text", limit, testId }: TextProps) {
  return (
    <Field label={label} isRequired={isRequired} error={error}>
      <input
        type={(kind === "money" ? "text" : kind) as "text"}
        min={limit?.min}
        max={limit?.max}
        inputMode={kind === "money" ? "decimal" : undefined}
        class={`text-input${kind === "money" ? " is-money" : ""}`}
        aria-label={label}
        data-testid={testId}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

const TIERS = ["A", "B", "C"];
const FIELDS = ["name", "phone", "address", "kind", "note"] as const;

/** A new customer, or the fields of one that is there: only what changed is sent, with the version it was read at. */
export function CustomerForm({
  customer,
  base_v = 0,
  onClose,
  onSaved,
}: {
  customer?: EntityMap["customer"];
  base_v?: number;
  onClose: () => void;
  onSaved: (id: string) => void;
}) {
  const [form, setForm] = useState(
    () => ({ ...Object.fromEntries(FIELDS.map((key) => [key, customer?.[key] ?? ""])), tier: customer?.tier ?? "" }) as Record<(typeof FIELDS)[number] | "tier", string>,
  );
  const [isTried, setTried] = useState(false);
  const save = async () => {
    setTried(true);
    if (!form.name.trim()) return;
    const filled = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim() || null])) as Record<keyof typeof form, string | null>;
    const id = customer?.id ?? newId();
    if (customer) {
      const fields = Object.fromEntries(Object.entries(filled).filter(([key, value]) => value !== (customer[key as keyof typeof customer] ?? null)));
      if (Object.keys(fields).length > 0) await mutate("customers.set_fields", { id, base_v, fields });
    } else await mutate("customers.create", { ...filled, id, name: form.name.trim() });
    onSaved(id);
  };
  const set = (key: keyof typeof form) => (value: string) => setForm({ ...form, [key]: value });
  return (
    <Sheet title={customer ? t("customers.edit") : t("customers.new")} onClose={onClose}>
      <Text label={t("customers.name")} value={form.name} onInput={set("name")} isRequired error={isTried && !form.name.trim() ? t("customers.nameMissing") : null} />
      <Text label={t("customers.phone")} value={form.phone} onInput={set("phone")} kind="tel" />
      <Text label={t("customers.address")} value={form.address} onInput={set("address")} />
      <Text label={t("customers.kind")} value={form.kind} onInput={set("kind")} />
      <Field label={t("customers.tierField")}>
        <Chips
          label={t("customers.tierField")}
          options={TIERS.map((key) => ({ key, label: key }))}
          value={form.tier ? [form.tier] : []}
          onChange={([tier]) => set("tier")(tier ?? "")}
        />
      </Field>
      <Text label={t("customers.note")} value={form.note} onInput={set("note")} />
      <Button onClick={() => void save()}>{t("customers.save")}</Button>
    </Sheet>
  );
}

export function ContactForm({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const [form, setForm] = useState({ name: "", title: "", phone: "" });
  const [isTried, setTried] = useState(false);
  const save = async () => {
    setTried(true);
    if (!form.name.trim()) return;
    await mutate("customers.add_contact", { id: newId(), customer_id: customerId, name: form.name.trim(), title: form.title.trim() || null, phone: form.phone.trim() || null });
    onClose();
  };
  return (
    <Sheet title={t("customers.addContact")} onClose={onClose}>
      <Text
        label={t("customers.person")}
        value={form.name}
        onInput={(name) => setForm({ ...form, name })}
        isRequired
        error={isTried && !form.name.trim() ? t("customers.nameMissing") : null}
      />
      <Text label={t("customers.personTitle")} value={form.title} onInput={(title) => setForm({ ...form, title })} />
      <Text label={t("customers.phone")} value={form.phone} onInput={(phone) => setForm({ ...form, phone })} kind="tel" />
      <Button onClick={() => void save()}>{t("customers.save")}</Button>
    </Sheet>
  );
}

/** Money collected. It counts in one's own pace at once, and is marked until finance confirms it. */
export function ReceiptForm({ customerId, visitId, lines, onClose }: { customerId: string; visitId: string | null; lines: Map<string, string>; onClose: () => void }) {
  const today = clock.today();
  const { currency } = me().organization;
  const [form, setForm] = useState({ amount: "", on: today, line: lines.size === 1 ? [...lines.keys()][0] : undefined });
  const [isTried, setTried] = useState(false);
  const amount = parseMoney(form.amount, currency);
  const isWrong = amount === null || amount <= 0;
  const isLineMissing = lines.size > 0 && !form.line;
  const save = async () => {
    setTried(true);
    if (isWrong || isLineMissing || amount === null) return;
    await mutate("sales.report_receipt", { id: newId(), customer_id: customerId, visit_id: visitId, product_line_id: form.line ?? null, received_on: form.on, amount, currency });
    toast(t("receipt.saved"));
    onClose();
  };
  return (
    <Sheet title={t("receipt.title")} onClose={onClose}>
      <Text
        label={t("receipt.amount")}
        value={form.amount}
        onInput={(value) => setForm({ ...form, amount: value })}
        isRequired
        kind="money"
        testId="receipt-amount"
        error={isTried && isWrong ? t("receipt.badAmount") : null}
      />
      <Text label={t("receipt.on")} value={form.on} onInput={(on) => setForm({ ...form, on: on || today })} kind="date" limit={{ max: today }} />
      {lines.size > 0 && (
        <Field label={t("receipt.line")} isRequired error={isTried && isLineMissing ? t("receipt.lineMissing") : null}>
          <Chips
            label={t("receipt.line")}
            options={[...lines].map(([key, label]) => ({ key, label }))}
            value={form.line ? [form.line] : []}
            onChange={([line]) => setForm({ ...form, line })}
          />
        </Field>
      )}
      <Button testId="save-receipt" onClick={() => void save()}>
        {t("receipt.send")}
      </Button>
    </Sheet>
  );
}

export function VisitForm({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const today = clock.today();
  const [form, setForm] = useState({ on: addDays(today, 1), at: "", purpose: "" });
  const save = async () => {
    await mutate("visits.plan_visit", { id: newId(), customer_id: customerId, planned_on: form.on, planned_at: form.at || null, purpose: form.purpose.trim() || null });
    toast(t("customers.visitPlanned", { day: day(form.on) }));
    onClose();
  };
  return (
    <Sheet title={t("customers.planVisit")} onClose={onClose}>
      <Text label={t("customers.when")} value={form.on} onInput={(on) => setForm({ ...form, on: on || today })} kind="date" limit={{ min: today }} />
      <Text label={t("customers.whenAt")} value={form.at} onInput={(at) => setForm({ ...form, at })} kind="time" />
      <Text label={t("customers.purpose")} value={form.purpose} onInput={(purpose) => setForm({ ...form, purpose })} />
      <Button onClick={() => void save()}>{t("customers.save")}</Button>
    </Sheet>
  );
}
