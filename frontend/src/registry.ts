/** What every mutation shows on this phone. Does not compile if one is missing. */
import "./core/datums";
import { customers } from "./effects/customers";
import { notifications, org, sales, sync, targets } from "./effects/rest";
import { visits } from "./effects/visits";
import type { Effects } from "./sync";

export const effects: Effects = { ...customers, ...sales, ...visits, ...targets, ...notifications, ...org, ...sync };
