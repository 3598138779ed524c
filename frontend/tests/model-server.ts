/**
 * A server in memory that keeps the contract of sync: numbered mutations with stored results, pages,
 * drops, epochs. The client under test is the real one; faults are played on the way to this model.
 */
import type { Change, PushItem, Result, SyncAnswer, SyncRequest } from "../src/sync/contract";

export type Fault = "lost_request" | "lost_response" | "cut" | "portal" | "twice" | "signed_out" | "busy";
type Verdict = { status: Result["status"]; code?: string } | "raise";

interface Entry extends Change {
  seq: number;
}

export class ModelServer {
  user = "u1";
  epoch = "epoch-1";
  seq = 0;
  entries: (Entry | { seq: number; drop: string })[] = [];
  clients = new Map<string, number>();
  seen = new Map<string, string>();
  results = new Map<string, Result>();
  applied: { mid: string; name: string; args: Record<string, unknown>; client_id: string; n: number }[] = [];
  blobs = new Map<string, { size: number; got: Uint8Array[]; offset: number }>();
  faults: Fault[] = [];
  pageSize = 1000;
  bodyLimit = 1_000_000;
  requests: SyncRequest[] = [];
  verdict: (item: PushItem) => Verdict = () => ({ status: "applied" });

  /** A row changes on the server. */
  put(bucket: string, entity: string, row: Record<string, unknown> & { id: string }): void {
    this.seq += 1;
    this.entries = this.entries.filter((one) => "drop" in one || one.bucket !== bucket || one.entity !== entity || one.id !== row.id);
    this.entries.push({ seq: this.seq, bucket, entity, id: row.id, op: "put", v: this.seq, row });
  }

  removeRow(bucket: string, entity: string, id: string): void {
    this.seq += 1;
    this.entries = this.entries.filter((one) => "drop" in one || one.bucket !== bucket || one.entity !== entity || one.id !== id);
    this.entries.push({ seq: this.seq, bucket, entity, id, op: "remove", v: this.seq, row: null });
  }

  /** The person no longer holds a bucket. */
  revoke(bucket: string): void {
    this.seq += 1;
    this.entries = this.entries.filter((one) => "drop" in one || one.bucket !== bucket);
    this.entries.push({ seq: this.seq, drop: bucket });
  }

  /** Yesterday's backup comes back: nothing of today is known. */
  restore(): void {
    this.epoch = `epoch-${Number(this.epoch.slice(6)) + 1}`;
    this.clients.clear();
    this.seen.clear();
    this.results.clear();
    this.applied = [];
    this.seq += 1000;
  }

  fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const fault = this.faults.shift();
    if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
    if (fault === "lost_request") throw new TypeError("Failed to fetch");
    if (fault === "portal") return new Response("<html>Welcome to Hotel Wi-Fi</html>", { status: 200, headers: { "Content-Type": "text/html" } });
    if (fault === "signed_out") return json({ code: "signed_out", message: "", fields: null }, 401);
    if (fault === "busy") return json({ code: "busy", message: "", fields: null }, 503, { "Retry-After": "7" });
    const path = String(input);
    if (path.startsWith("/api/blobs/")) return this.blob(path.slice("/api/blobs/".length), init, fault);
    const body = await bodyOf(init);
    if (body.length > this.bodyLimit) return json({ code: "too_large", message: "", fields: null }, 413);
    const request = JSON.parse(body) as SyncRequest;
    this.requests.push(request);
    if (request.user_id !== this.user) return json({ code: "wrong_user", message: "", fields: null }, 403);
    const answer = this.sync(request);
    if (fault === "twice") this.sync(request);
    if (fault === "lost_response") throw new TypeError("Failed to fetch");
    if (answer === "forked") return json({ code: "client_forked", message: "", fields: null }, 409);
    if (fault === "cut") return new Response(JSON.stringify(answer).slice(0, -20), { headers: { "Content-Type": "application/json" } });
    return json(answer);
  };

  private sync(request: SyncRequest): SyncAnswer | "forked" {
    let last_n = this.clients.get(request.client_id) ?? 0;
    const results: Result[] = [];
    let retry_ms: number | null = null;
    for (const item of request.push) {
      const key = `${request.client_id}:${item.n}`;
      if (item.n <= last_n) {
        if (this.seen.get(key) !== item.mid) return "forked";
        results.push({ ...(this.results.get(item.mid) as Result), n: item.n });
        continue;
      }
      if (item.n > last_n + 1) break;
      let result = this.results.get(item.mid);
      if (!result) {
        const verdict = item.withheld ? { status: "rejected" as const, code: "too_large" } : this.verdict(item);
        if (verdict === "raise") {
          retry_ms = 5;
          break;
        }
        result = { n: item.n, mid: item.mid, status: verdict.status, code: verdict.code ?? null, message: verdict.code ? `refused: ${verdict.code}` : null, fields: null };
        this.results.set(item.mid, result);
        if (verdict.status === "applied") this.effect(item, request.client_id);
      }
      last_n = item.n;
      this.seen.set(key, item.mid);
      this.clients.set(request.client_id, last_n);
      results.push({ ...result, n: item.n });
    }
    return { ...this.pull(request), last_n, results, retry_ms };
  }

  private effect(item: PushItem, client_id: string): void {
    const args = item.args as Record<string, unknown>;
    this.applied.push({ mid: item.mid, name: item.name, args, client_id, n: item.n });
    if (item.name === "customers.create") this.put(`cust:${String(args.id)}`, "customer", { id: String(args.id), name: args.name, from: "server" });
    if (item.name === "visits.add_task") this.put("person:u1", "task", { id: String(args.id), title: args.title, status: "open", from: "server" });
    if (item.name === "visits.complete_task") this.put("person:u1", "task", { id: String(args.id), title: "done", status: "done", from: "server" });
  }

  private pull(request: SyncRequest): Omit<SyncAnswer, "last_n" | "results" | "retry_ms"> {
    const [epoch, at] = (request.cursor ?? "").split("|");
    const isKnown = request.cursor !== null && epoch === this.epoch;
    const from = isKnown ? Number(at) : 0;
    const due = this.entries.filter((entry) => entry.seq > from && (isKnown || !("drop" in entry))).sort((a, b) => a.seq - b.seq);
    const page = due.slice(0, this.pageSize);
    const more = due.length > page.length;
    const seq = more ? (page.at(-1)?.seq ?? from) : this.seq;
    return {
      epoch: this.epoch,
      drop: [...(isKnown ? [] : ["*"]), ...page.flatMap((one) => ("drop" in one ? [one.drop] : []))],
      changes: page.flatMap((one) => ("drop" in one ? [] : [{ bucket: one.bucket, entity: one.entity, id: one.id, op: one.op, v: one.v, row: one.row }])),
      cursor: `${this.epoch}|${seq}`,
      more,
      server_time: new Date().toISOString(),
      min_schema: 1,
    };
  }

  private async blob(sha256: string, init: RequestInit, fault?: Fault): Promise<Response> {
    const headers = new Headers(init.headers);
    if (init.method === "PUT") {
      const found = this.blobs.get(sha256) ?? { size: Number(headers.get("Upload-Length")), got: [], offset: 0 };
      this.blobs.set(sha256, found);
      return new Response(null, { status: 200, headers: { "Upload-Offset": String(found.offset) } });
    }
    const found = this.blobs.get(sha256);
    if (!found) return json({ code: "not_found", message: "", fields: null }, 404);
    if (Number(headers.get("Upload-Offset")) !== found.offset) return json({ code: "offset", message: "", fields: null }, 409, { "Upload-Offset": String(found.offset) });
    const bytes = new Uint8Array(init.body as ArrayBuffer);
    found.got.push(bytes);
    found.offset += bytes.length;
    if (fault === "lost_response") throw new TypeError("Failed to fetch");
    return new Response(null, { status: 204, headers: { "Upload-Offset": String(found.offset) } });
  }
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

async function bodyOf(init: RequestInit): Promise<string> {
  if (new Headers(init.headers).get("Content-Encoding") !== "gzip") return String(init.body);
  return new Response(new Blob([init.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
