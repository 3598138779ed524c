/** A request in words: 陈立申请下调检验试剂. */
import { t } from "../core/words";
import type { Adjustment } from "./queries";
import "./words";

export function titleOf({ adjustment, requester, line }: { adjustment: Adjustment; requester: string; line: string }): string {
  const cell = adjustment.cells[0];
  if (adjustment.cells.length !== 1 || !cell) return t("approvals.several", { name: requester, n: adjustment.cells.length });
  return t(cell.new_value < cell.old_value ? "approvals.lower" : "approvals.raise", { name: requester, line: line || t("targets.allLines") });
}
