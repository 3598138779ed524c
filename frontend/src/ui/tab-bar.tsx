/** The tabs of a role. No tab leads to a screen that does not exist. */
import store from "lucide-static/icons/store.svg?raw";
import flag from "lucide-static/icons/flag.svg?raw";
import inbox from "lucide-static/icons/clipboard-check.svg?raw";
import person from "lucide-static/icons/circle-user-round.svg?raw";
import sun from "lucide-static/icons/sun.svg?raw";
import { t } from "../core/words";
import { me, type Role, useLive } from "../sync";
import "./frame-words";
import { Glyph } from "./glyph";

export type Tab = "today" | "customers" | "targets" | "approvals" | "me";

const ICONS: Record<Tab, string> = { today: sun, customers: store, targets: flag, approvals: inbox, me: person };

const TABS: Record<Role, readonly Tab[]> = {
  rep: ["today", "customers", "targets", "me"],
  manager: ["approvals", "targets", "customers", "me"],
  director: ["approvals", "targets", "customers", "me"],
  admin: ["approvals", "customers", "me"],
  finance: ["customers", "me"],
  staff: ["today", "customers", "me"],
};

export const tabsOf = (role: Role): readonly Tab[] => TABS[role] ?? ["me"];

interface Props {
  selected: Tab;
  available: ReadonlySet<string>;
  /** How many requests wait for this person. */
  countWaiting: () => Promise<number>;
}

export function TabBar({ selected, available, countWaiting }: Props) {
  const tabs = tabsOf(me().role).filter((tab) => available.has(tab));
  return (
    <nav class="tab-bar" aria-label={t("frame.tabs")}>
      {tabs.map((tab) => (
        <a key={tab} href={`/${tab}`} aria-current={tab === selected ? "page" : undefined}>
          <span class="tab-icon">
            <Glyph svg={ICONS[tab]} />
            {tab === "approvals" && <Waiting count={countWaiting} />}
          </span>
          {t(`tab.${tab}`)}
        </a>
      ))}
    </nav>
  );
}

function Waiting({ count }: { count: () => Promise<number> }) {
  const n = useLive(count) ?? 0;
  return n > 0 ? <span class="tab-badge">{Math.min(n, 99)}</span> : null;
}
