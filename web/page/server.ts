// Requests to the server. All failures are thrown as a Failure.

import {fields} from "../viewer/json.js";
import {EventParser} from "./events.js";
import {readTable, type Table} from "./table.js";

/** The kind of failure, which decides what the page shows. */
export type Trouble = "away" | "busy" | "key" | "long" | "refused" | "broken";

export interface Problem {
  status: number;
  detail: string;
  field: string; // of the request; empty if the problem is not about one
  found: string;
  expected: string;
  hint: string;
}

export class Failure extends Error {
  constructor(readonly trouble: Trouble, readonly problem: Problem, readonly retrySeconds = 0) {
    super(problem.detail);
  }
}

export interface Model {
  name: string;
  task: string;
  labels: string[];
  parameters: number;
}

export interface Preset {
  name: string;
  tasks: string[] | undefined; // undefined: every task
}

/** Documents that can be asked. */
export interface Documents {
  name: string;
  label?: string; // of uploaded files, in place of their collection's name
  documents: number;
  passages: number;
  embedder: string; // the model that made the embeddings; empty: there are none
  retrievers: string[]; // the usual one first
}

/** What the server accepts as uploaded files. */
export interface Uploads {
  files: number;
  bytes: number;
}

/** The server's models, options and limits. */
export interface Served {
  models: Model[];
  collections: Documents[];
  uploads: Uploads | undefined; // undefined: none
  asks: boolean; // whether there is something to ask, or could be uploaded and read
  inputs: number; // that a request may have
  table: Table;
  presets: Preset[];
  seconds: number; // that a request may take; Infinity if the server does not say
}

/** @param words the scores so far, of methods that draw samples */
export type Progress = (done: number, total: number, words?: readonly unknown[]) => void;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const largeBody = 100_000; // characters

const textFields = ["text", "pair", "question", "context"];

function troubleOf({status, field, found}: Problem): Trouble {
  if (status === 401 || status === 403) return "key";
  if (status === 413 || (textFields.includes(field) && /^\d+ tokens$/.test(found))) return "long";
  if (status === 503 || status === 429) return "busy";
  return status >= 500 ? "broken" : "refused";
}

function failure(status: number, json: unknown, retrySeconds: number): Failure {
  const at = fields(json);
  const problem = {
    status: number(at["status"]) || status, detail: text(at["detail"]) || text(at["title"]) || `The server answered ${status}.`,
    field: text(at["field"]), found: text(at["found"]), expected: text(at["expected"]), hint: text(at["hint"]),
  };
  return new Failure(troubleOf(problem), problem, retrySeconds);
}

function away(): Failure {
  return new Failure("away", {status: 0, detail: "The server does not answer.", field: "", found: "", expected: "", hint: ""});
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

let key = "";
/** Sets the key that the server requires. It is kept in memory only, until the page is closed. */
export const setKey = (given: string): void => { key = given; };

/** @throws Failure; AbortError if the signal is aborted */
export async function send(route: string, init: RequestInit): Promise<Response> {
  const headers = {...(key && {Authorization: `Bearer ${key}`}), ...(init.headers as Record<string, string> | undefined)};
  let response: Response;
  try {
    response = await fetch(route, {...init, headers});
  } catch (error) {
    throw error instanceof DOMException && error.name === "AbortError" ? error : away();
  }
  if (response.ok) return response;
  const retry = Number(response.headers.get("Retry-After"));
  throw failure(response.status, parsed(await response.text().catch(() => "")), Number.isFinite(retry) ? retry : 0);
}

async function get(route: string): Promise<unknown> {
  const response = await send(route, {});
  return response.json().catch(() => undefined);
}

/** The text of a file of the page. @throws Failure */
export const getText = async (route: string): Promise<string> => (await send(route, {})).text();

export async function readServed(): Promise<Served> {
  const json = fields(await get("v1/models")), tasks = fields(json["preset_tasks"]), limits = fields(json["limits"]), collections = list(json["collections"]);
  const models = list(json["models"]).map(fields).map(row => ({
    name: text(row["name"]), task: text(row["task"]), labels: list(row["labels"]).map(text), parameters: number(row["parameters"]),
  })), uploads = number(limits["uploads"]) ? {files: number(limits["upload_files"]), bytes: number(limits["upload_bytes"])} : undefined;
  return {
    models, uploads, asks: collections.length > 0 || (uploads !== undefined && models.some(({task}) => task === "question-answering")),
    collections: collections.map(fields).map(row => ({
      name: text(row["name"]), documents: number(row["documents"]), passages: number(row["passages"]), embedder: text(row["embedder"]),
      retrievers: list(row["retrievers"]).map(text),
    })),
    inputs: number(limits["inputs"]) || 1,
    table: readTable(json), seconds: number(limits["seconds"]) || Infinity,
    presets: list(json["presets"]).map(text).map(name => ({name, tasks: name in tasks ? list(tasks[name]).map(text) : undefined})),
  };
}

export async function isReady(): Promise<boolean> {
  return send("readyz", {}).then(() => true, (error: unknown) => error instanceof Failure && error.trouble === "key");
}

/**
 * Posts a request. @param progress called while the server works; without it, the response is not streamed, which is
 * faster.
 * @throws Failure; AbortError if `signal` is aborted
 */
export async function ask(route: string, request: unknown, progress: Progress | undefined, signal: AbortSignal): Promise<unknown> {
  const body = JSON.stringify(request);
  const response = await send(route, {
    method: "POST", body, signal, headers: {"Content-Type": "application/json", "Accept": progress ? "text/event-stream, application/json;q=0.9" : "application/json"},
  }).catch(async (error: unknown) => {
    // A server, or a proxy in front of it, that refuses a large body may close the connection before its answer is read.
    const hungUp = error instanceof Failure && error.trouble === "away" && body.length > largeBody && await isReady();
    throw hungUp ? failure(413, {detail: `${Math.ceil(body.length / 1024)} kilobytes are more than the server accepts.`}, 0) : error;
  });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) {
    const json = parsed(await response.text());
    if (json === undefined) throw away();
    return json;
  }
  const reader = response.body.getReader(), decoder = new TextDecoder(), parser = new EventParser();
  let result: unknown;
  // Read to the end: an unfinished stream occupies a connection, and browsers have few.
  for (;;) {
    const {value, done} = await reader.read().catch((error: unknown) => {
      throw signal.aborted ? error : away();
    });
    if (done) break;
    for (const {name, data} of parser.feed(decoder.decode(value, {stream: true}))) {
      const json = parsed(data);
      if (name === "progress") progress?.(number(fields(json)["done"]), number(fields(json)["total"]), list(fields(json)["words"]));
      else if (name === "problem") result = failure(500, json, 0);
      else if (name === "result") result = json;
    }
  }
  if (result instanceof Failure) throw result;
  if (result === undefined) throw away();
  return result;
}
