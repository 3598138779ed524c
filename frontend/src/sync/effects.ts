/**
 * What a mutation shows on this phone before the server has heard of it.
 *
 * An effect answers with writes; the engine lays them over the server's rows until the mutation is
 * settled, then the server's rows stand alone. An effect is therefore never a second rule: it shows
 * what the person meant.
 */
import type { EntityMap, EntityName, MutationMap, MutationName, Row } from "./contract";
import type { Write } from "./tables";

/** What an effect may know: who writes, when (server time, ISO), and the rows as shown. */
export interface Here {
  person_id: string;
  organization_id: string;
  at: string;
  get<E extends EntityName>(entity: E, id: string): Promise<Row<E> | undefined>;
  where<E extends EntityName>(entity: E, field: string, value: string): Promise<Row<E>[]>;
  /** The columns that every new row has. */
  made(id: string): { id: string; organization_id: string; created_at: string; created_by: string };
}

export type Effect<M extends MutationName> = (args: MutationMap[M], here: Here) => Write[] | Promise<Write[]>;
export type Effects = { [M in MutationName]: Effect<M> };

/** A new row. */
export const put = <E extends EntityName>(entity: E, row: EntityMap[E]): Write => ({ entity, id: (row as { id: string }).id, op: "put", fields: row as Record<string, unknown> });

/** Some fields of a row that is there. */
export const set = <E extends EntityName>(entity: E, id: string, fields: Partial<EntityMap[E]>): Write => ({ entity, id, op: "set", fields: fields as Record<string, unknown> });

/** A row that is no longer shown. */
export const remove = (entity: EntityName, id: string): Write => ({ entity, id, op: "remove", fields: {} });
