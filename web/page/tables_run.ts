// Predicts the rows of a table by the usual routes: in batches that the server accepts, two at a time, again when the server
// is busy or away, one by one when a batch is refused.

import {fields, read} from "../viewer/json.js";
import {isQuestion} from "./requests.js";
import {ask, Failure, isReady} from "./server.js";
import type {TableData} from "./tables_data.js";

/** Characters of a batch: under the usual limit of a request, whatever the encoding. */
const mostText = 120_000;
const atOnce = 2, pollSeconds = 3;

const wait = (seconds: number, signal: AbortSignal): Promise<void> => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, 1000 * seconds);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    reject(new DOMException("", "AbortError"));
  }, {once: true});
});

export const inputOf = (data: TableData, row: number, task: string): Record<string, string> => {
  const text = data.text(row), pair = data.pair(row);
  if (isQuestion(task)) return {question: text, context: pair};
  return data.columns.pair ? {text, pair} : {text};
};

/** Splits rows into batches. @param most inputs of a request */
export function* batches(data: TableData, rows: Iterable<number>, most: number): Generator<number[]> {
  let batch: number[] = [], size = 0;
  for (const row of rows) {
    const length = data.text(row).length + data.pair(row).length;
    if (batch.length && (batch.length >= most || size + length > mostText)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(row);
    size += length;
  }
  if (batch.length) yield batch;
}

/** Sends a request until the server answers. @param waiting is told why it takes longer. @throws Failure if it is refused */
export async function persistent(route: string, request: unknown, signal: AbortSignal, waiting: (why: string) => void): Promise<unknown> {
  for (;;) {
    try {
      const json = await ask(route, request, undefined, signal);
      waiting("");
      return json;
    } catch (error) {
      if (!(error instanceof Failure) || (error.trouble !== "busy" && error.trouble !== "away")) throw error;
      waiting(error.trouble === "busy" ? "The server is busy; waiting." : "The server does not answer; waiting.");
      if (error.trouble === "busy") await wait(Math.max(1, error.retrySeconds), signal);
      else do await wait(pollSeconds, signal); while (!await isReady());
    }
  }
}

/**
 * Predicts all rows that have no prediction yet.
 * @param changed called after each batch. @throws Failure if the server refuses what does not depend on a row; AbortError
 */
export async function predictRows(data: TableData, model: string, task: string, most: number, signal: AbortSignal, changed: () => void, waiting: (why: string) => void): Promise<void> {
  function* open(): Generator<number> {
    for (let row = 0; row < data.length; row++) if (data.isWaiting(row)) yield row;
  }
  const all = batches(data, [...open()], most);

  async function predict(rows: number[]): Promise<void> {
    let json: unknown;
    try {
      json = await persistent("v1/predict", {model, inputs: rows.map(row => inputOf(data, row, task))}, signal, waiting);
    } catch (error) {
      // Without the rest of the batch, the row that the server refuses is found; a wrong key concerns all.
      if (!(error instanceof Failure) || error.trouble === "key" || (error.trouble === "refused" && ["model", "inputs"].includes(error.problem.field))) throw error;
      const [first = 0] = rows;
      if (rows.length === 1) data.fail(first, error.problem.detail);
      else for (const half of [rows.slice(0, rows.length >> 1), rows.slice(rows.length >> 1)]) await predict(half);
      return;
    }
    const results = fields(json)["results"], list: readonly unknown[] = Array.isArray(results) ? results : [];
    rows.forEach((row, i) => {
      const result = fields(list[i]), problem = fields(result["error"]);
      if ("error" in result || !list[i]) {
        data.fail(row, typeof problem["detail"] === "string" ? problem["detail"] : "no answer");
        return;
      }
      const document_ = read(list[i]);
      if (document_.kind === "explanation") data.set(row, document_.prediction);
      else data.fail(row, "no prediction");
    });
  }

  async function work(): Promise<void> {
    for (const rows of all) {
      signal.throwIfAborted();
      await predict(rows);
      changed();
    }
  }
  await Promise.all(Array.from({length: atOnce}, work));
}
