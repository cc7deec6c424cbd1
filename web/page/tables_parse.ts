// Reads a table from a file or from pasted text, in slices, so that the page does not freeze: CSV with commas, semicolons,
// tabs or vertical bars, JSON lines, or a JSON array of objects.

import Papa from "papaparse";
import {fields} from "../viewer/json.js";

export interface Parsed {
  name: string;
  format: string; // in words
  columns: string[];
  rows: string[][]; // as long as the columns
  notes: string[]; // what was left out or is odd
}

/** What cannot be read, in a sentence. */
export class BadTable extends Error {}

export const mostRows = 500_000;
/** Characters of one row: more means that a quotation mark is not closed. */
const longestRow = 4_000_000;
/** Milliseconds of work between two frames. */
const slice = 12;

const delimiterNames: Readonly<Record<string, string>> = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"};

/** The delimiter that is most frequent in the first line, outside quotation marks. @param name of the file */
export function delimiterOf(text: string, name = ""): string {
  if (/\.tsv$/i.test(name)) return "\t";
  const counts = new Map<string, number>();
  let isQuoted = false;
  for (const character of text) {
    if (character === "\"") isQuoted = !isQuoted;
    else if (!isQuoted && (character === "\n" || character === "\r")) break;
    else if (!isQuoted && character in delimiterNames) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ",";
}

/** The encoding that the first bytes show. @throws BadTable if it is none that browsers read */
export function encodingOf(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) {
    if (c === 0 && d === 0) throw new BadTable("The file is in UTF-32; UTF-8 and UTF-16 can be read.");
    return "utf-16le";
  }
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (bytes.includes(0)) throw new BadTable("The file is not text: it has zero bytes. Parquet, Excel and compressed files cannot be read here; CSV, TSV and JSON lines can.");
  return "utf-8";
}

/** Lets the browser draw and answer. */
const rest = (): Promise<void> => new Promise(resolve => { setTimeout(resolve); });

/** Gives the text in parts, and lets the browser draw after each slice of work. */
async function* partsOf(blob: Blob, encoding: string, signal: AbortSignal): AsyncGenerator<string> {
  const reader = blob.stream().getReader(), decoder = new TextDecoder(encoding);
  let since = performance.now();
  for (;;) {
    const {value, done} = await reader.read();
    signal.throwIfAborted();
    const text = decoder.decode(value, {stream: !done});
    // Streams may give large parts.
    for (let at = 0; at < text.length; at += 65_536) {
      yield text.slice(at, at + 65_536);
      if (performance.now() - since > slice) {
        await rest();
        since = performance.now();
      }
    }
    if (done) return;
  }
}

class Rows {
  columns: string[] = [];
  readonly rows: string[][] = [];
  private ragged = 0;
  private readonly seen = new Map<string, number>();

  get isFull(): boolean {
    return this.rows.length >= mostRows;
  }

  header(names: readonly string[]): void {
    const used = new Map<string, number>();
    this.columns = names.map((name, i) => {
      const plain = name.trim() || `column ${i + 1}`, times = (used.get(plain) ?? 0) + 1;
      used.set(plain, times);
      return times > 1 ? `${plain} (${times})` : plain;
    });
  }

  line(values: string[]): void {
    if (values.length === 1 && !values[0]?.trim()) return; // an empty line
    if (values.length !== this.columns.length) {
      this.ragged++;
      while (values.length < this.columns.length) values.push("");
      values.length = this.columns.length;
    }
    this.rows.push(values);
  }

  object(json: unknown): void {
    const row: string[] = [];
    for (const [name, value] of Object.entries(fields(json))) {
      let at = this.seen.get(name);
      if (at === undefined) {
        at = this.columns.push(name) - 1;
        this.seen.set(name, at);
      }
      row[at] = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
    }
    this.rows.push(row);
  }

  finish(name: string, format: string, more: string[] = []): Parsed {
    const {columns, rows, ragged} = this, notes = [...more];
    // Columns that appear later are missing in the rows before.
    if (this.seen.size) for (const row of rows) for (let i = 0; i < columns.length; i++) row[i] ??= "";
    if (!rows.length) throw new BadTable(columns.length ? "The table has a header, but no rows." : "There is no table in it.");
    if (ragged) notes.push(`${ragged.toLocaleString("en")} ${ragged === 1 ? "row has" : "rows have"} more or fewer values than the header.`);
    if (this.isFull) notes.push(`Only the first ${mostRows.toLocaleString("en")} rows were read.`);
    return {name, format, columns, rows, notes};
  }
}

async function readLines(parts: AsyncGenerator<string>, into: Rows, progress: (rows: number) => void): Promise<string[]> {
  let open = "", number = 0, bad = 0, firstBad = 0;
  const one = (line: string): void => {
    number++;
    if (!line.trim()) return;
    try {
      const json: unknown = JSON.parse(line);
      if (typeof json !== "object" || json === null || Array.isArray(json)) throw new SyntaxError();
      into.object(json);
    } catch {
      firstBad ||= number;
      bad++;
    }
  };
  for await (const part of parts) {
    const lines = (open + part).split(/\r\n|[\r\n]/);
    open = lines.pop() ?? "";
    if (open.length > longestRow) throw new BadTable(`Line ${number + 1} is longer than ${longestRow / 1e6} million characters.`);
    for (const line of lines) if (!into.isFull) one(line);
    progress(into.rows.length);
    if (into.isFull) break;
  }
  if (!into.isFull) one(open);
  return bad ? [`${bad.toLocaleString("en")} ${bad === 1 ? "line is" : "lines are"} no JSON object and ${bad === 1 ? "was" : "were"} left out; the first is line ${firstBad}.`] : [];
}

async function readDelimited(parts: AsyncGenerator<string>, into: Rows, name: string, progress: (rows: number) => void): Promise<string> {
  let open = "", parser: Papa.Parser | undefined, delimiter = ",";
  const take = (isLast: boolean): void => {
    if (!parser) return;
    const {data, meta} = parser.parse(open, 0, !isLast) as {data: string[][]; meta: {cursor: number}};
    open = isLast ? "" : open.slice(meta.cursor);
    for (const values of data) {
      if (!into.columns.length) into.header(values);
      else if (!into.isFull) into.line(values);
    }
    if (open.length > longestRow) throw new BadTable(`A quotation mark is not closed in row ${(into.rows.length + 1).toLocaleString("en")}.`);
  };
  for await (const part of parts) {
    open += part;
    if (!parser) {
      delimiter = delimiterOf(open, name);
      const end = /\r\n|\n|\r/.exec(open)?.[0] ?? "\n";
      parser = new Papa.Parser({delimiter, newline: end as "\n"});
    }
    take(false);
    progress(into.rows.length);
    if (into.isFull) return delimiterNames[delimiter] ?? "commas";
  }
  take(true);
  return delimiterNames[delimiter] ?? "commas";
}

/** @param name the file's; empty: pasted. @param progress is told how many rows there are. @throws BadTable */
export async function parseTable(blob: Blob, name: string, progress: (rows: number) => void, signal: AbortSignal): Promise<Parsed> {
  const head = new Uint8Array(await blob.slice(0, 4096).arrayBuffer()), encoding = encodingOf(head), first = new TextDecoder(encoding).decode(head).trimStart();
  const into = new Rows(), parts = partsOf(blob, encoding, signal), shown = name || "Pasted table";
  if (first.startsWith("[") && !/\.(csv|tsv|txt)$/i.test(name)) {
    if (blob.size > 64_000_000) throw new BadTable("A JSON array of more than 64 MB cannot be read at once; JSON lines can.");
    let text = "";
    for await (const part of parts) text += part;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new BadTable("It begins with “[” but is no JSON array.");
    }
    for (const row of (json as unknown[]).slice(0, mostRows)) into.object(row);
    return into.finish(shown, "a JSON array");
  }
  if (/\.(jsonl|ndjson|json)$/i.test(name) || first.startsWith("{")) return into.finish(shown, "JSON lines", await readLines(parts, into, progress));
  const between = await readDelimited(parts, into, name, progress);
  return into.finish(shown, `values between ${between}`);
}
