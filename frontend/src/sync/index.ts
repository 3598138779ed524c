/** The sync client: what screens use. */
export { clock } from "../core/clock";
export { blobOf, blobUrl, dropBlob, saveBlob, uploads } from "./blobs";
export type { EntityMap, EntityName, MutationMap, MutationName, Row } from "./contract";
export { type DraftOf, draft } from "./drafts";
export { type Effect, type Effects, type Here, put, remove, set } from "./effects";
export { type Me, type Role, maybeMe, me } from "./me";
export { TooLarge, isFull, mutate, newId } from "./outbox";
export { current, db, installEffects, lost, needsSignIn, needsUpdate } from "./state";
export { CustomerIndex, customersHere, type Found } from "./search";
export { type SyncState, type SyncStatus, pendingOf, syncStatus } from "./status";
export type { AttentionEntry, BlobEntry, KeptEntry, OutboxEntry, Write } from "./tables";
export { syncNow } from "./trigger";
export { live, useLive } from "./use";
