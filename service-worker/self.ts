/** The worker's own scope, typed. */
export const sw = globalThis as unknown as ServiceWorkerGlobalScope;
