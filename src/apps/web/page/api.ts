// The server's interface (docs/server.md): one question, an answer or a problem, and progress in between.

import {fields} from "../viewer/json.js";

/** What went wrong, in the server's words or in ours. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string, readonly field = "", readonly hint = "", readonly retryAfter = 0) {
    super(detail);
  }
}

export interface Model {
  name: string;
  task: string;
  labels: string[];
}

/** What the server has to offer. */
export interface Offer {
  models: Model[];
  methods: string[];
  presets: string[];
  choices: Map<string, string[]>;
}

const keyName = "limn-key";

/** Storage may be forbidden, or full: then nothing is remembered. */
export function remember(storage: "localStorage" | "sessionStorage", name: string, value: string): void {
  try {
    window[storage].setItem(name, value);
  } catch { /* not remembered */ }
}
export function recall(storage: "localStorage" | "sessionStorage", name: string): string {
  try {
    return window[storage].getItem(name) ?? "";
  } catch {
    return "";
  }
}

export const setKey = (key: string): void => { remember("sessionStorage", keyName, key); };

const texts = (value: unknown): string[] => Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
const text = (value: unknown): string => typeof value === "string" ? value : "";

function problemOf(status: number, json: unknown, retryAfter: number): Problem {
  const {detail, title, field, hint} = fields(json) as {detail?: unknown; title?: unknown; field?: unknown; hint?: unknown};
  return new Problem(status, text(detail) || text(title) || `the server answered ${status}`, text(field), text(hint), retryAfter);
}

async function send(path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const key = recall("sessionStorage", keyName);
  const headers: Record<string, string> = {...(body !== undefined && {"Content-Type": "application/json", Accept: "text/event-stream"}), ...(key && {Authorization: `Bearer ${key}`})};
  let response: Response;
  try {
    response = await fetch(path, {method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? null : JSON.stringify(body), ...(signal && {signal})});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The server cannot be reached.", "", "See that limn serve is running, then try again.");
  }
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined), Number(response.headers.get("Retry-After")));
  return response;
}

export async function offer(): Promise<Offer> {
  const json = fields(await (await send("v1/models", undefined, undefined)).json());
  const models = Array.isArray(json["models"]) ? json["models"].map(fields) : [];
  return {
    models: models.map(model => ({name: text(model["name"]), task: text(model["task"]), labels: texts(model["labels"])})),
    methods: texts(json["methods"]),
    presets: texts(json["presets"]),
    choices: new Map(Object.entries(fields(json["choices"])).map(([name, list]) => [name, texts(list)])),
  };
}

/** Sends a question whose answer may take long. @param progress is told how much is done. @throws Problem. */
export async function ask(path: string, body: unknown, signal: AbortSignal, progress: (done: number, total: number) => void): Promise<unknown> {
  const response = await send(path, body, signal), reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let part;
    try {
      part = await reader?.read();
    } catch (error) {
      if (signal.aborted) throw error;
    }
    if (!part || part.done) throw new Problem(0, "The server went away before it had answered.", "", "Try again.");
    const events = (rest + part.value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
      if (!name || data === undefined) continue;
      const json: unknown = JSON.parse(data);
      if (name === "result") return json;
      const {status, done, total} = fields(json) as {status?: unknown; done?: unknown; total?: unknown};
      if (name === "problem") throw problemOf(Number(status), json, 0);
      progress(Number(done), Number(total));
    }
  }
}
