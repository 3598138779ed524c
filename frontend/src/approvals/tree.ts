/** Who decides a request as the tree of people stands now: the twin of `app/targets/queries.py`. */
import { type Row, db, me } from "../sync";

type Adjustment = Row<"adjustment">;

/** Each person's manager. */
export type Tree = ReadonlyMap<string, string | null>;

export async function readTree(): Promise<Tree> {
  const people = await db().person.toArray();
  return new Map(people.map((one) => [one.id, one.manager_id]));
}

/** Everybody above a person, nearest first. A circle in the data ends it. */
export function above(tree: Tree, personId: string): string[] {
  const found: string[] = [];
  for (let id = tree.get(personId); id && id !== personId && !found.includes(id); id = tree.get(id)) found.push(id);
  return found;
}

/** The lowest manager above the requester who has everybody touched below; whoever it was sent to if there is none. */
export function presentApprover(tree: Tree, adjustment: Adjustment): string {
  const touched = [...new Set(adjustment.cells.map((cell) => cell.person_id))];
  return above(tree, adjustment.requester_id).find((manager) => touched.every((person) => above(tree, person).includes(manager))) ?? adjustment.approver_id;
}

/** Whether a person may decide a request now: its approver or somebody above; never who asked. */
export function mayDecide(tree: Tree, adjustment: Adjustment, personId: string): boolean {
  if (adjustment.status !== "submitted" || adjustment.requester_id === personId) return false;
  const approver = presentApprover(tree, adjustment);
  return personId === approver || above(tree, approver).includes(personId);
}

/** The requests that wait for this very person, oldest first. */
export async function waitingForMe(): Promise<Adjustment[]> {
  const [tree, open] = await Promise.all([readTree(), db().adjustment.where("status").equals("submitted").sortBy("submitted_at")]);
  return open.filter((one) => mayDecide(tree, one, me().id) && presentApprover(tree, one) === me().id);
}
