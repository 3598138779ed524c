/**
 * Calls to the server. One place knows the header that says whose calls these are, the shape of
 * errors, and that a page of HTML where JSON was due is a captive portal: offline, not an answer.
 */

/** The server could not be reached, or something on the way answered in its place. */
export class Offline extends Error {
  override name = "Offline";
}

/** The server answered with an error: `{code, message, fields}`, the message in the reader's language. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, unknown> | null,
    /** Seconds to wait, where the server said so. */
    readonly retry_after: number | null,
    /** The whole body: an answer 426 carries results. */
    readonly body: unknown = null,
  ) {
    super(message);
  }
}

let user: string | null = null;

/** Says whose calls follow. The server refuses them (403 `wrong_user`) if the cookie is another's. */
export function callAs(userId: string | null): void {
  user = userId;
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Raw bytes in place of a JSON body. */
  bytes?: BodyInit;
}

/** Calls and reads JSON. Throws Offline or ApiError. */
export async function call<T = unknown>(path: string, options: CallOptions = {}): Promise<T> {
  return readJson<T>(await send(path, options));
}

/** Sends one request. Throws Offline where nothing answered. */
export async function send(path: string, { method = "GET", body, headers = {}, signal, bytes }: CallOptions = {}): Promise<Response> {
  const all: Record<string, string> = { Accept: "application/json", ...headers };
  if (user) all["Paceline-User"] = user;
  if (body !== undefined) all["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method,
      headers: all,
      body: body === undefined ? bytes : JSON.stringify(body),
      signal,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Offline(String(error));
  }
}

/** The JSON of an answer; Offline if it is not ours, ApiError if it is an error. */
export async function readJson<T>(response: Response): Promise<T> {
  if (response.type === "opaqueredirect") throw new Offline("redirected");
  if (response.status === 204) return undefined as T;
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  if (!isJson && response.status < 500) throw new Offline("not the server's answer");
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    if (response.ok) throw new Offline("the answer was cut off");
    body = null;
  }
  if (response.ok) return body as T;
  const error = (body ?? {}) as { code?: string; message?: string; fields?: Record<string, unknown> | null };
  const after = Number(response.headers.get("Retry-After"));
  throw new ApiError(response.status, error.code ?? `http_${response.status}`, error.message ?? "", error.fields ?? null, after > 0 ? after : null, body);
}
