// Files for a temporary collection: read here, indexed by the server in its memory, and then asked as any documents.

import {button, element} from "../viewer/dom.js";
import {fields} from "../viewer/json.js";
import {shorten} from "../viewer/text.js";
import {ask, Failure, send, type Documents, type Progress, type Uploads} from "./server.js";

/** What `limn index` reads. */
const endings = [".txt", ".md", ".html", ".htm", ".jsonl", ".ndjson", ".csv", ".tsv", ".json"];
const route = "v1/collections", mostSkipped = 5, mostNames = 3;

export interface Uploaded {
  documents: Documents;
  skipped: {name: string; reason: string}[];
  minutes: number; // without a use, after which the server removes it
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const counted = (count: number, one: string, several: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : several}`;

/** Whether this is the name of a temporary collection. */
export const isTemporary = (name: string): boolean => name.startsWith("temporary-");

export function readUploaded(json: unknown, label: string): Uploaded {
  const at = fields(json);
  return {
    documents: {name: text(at["collection"]), label, documents: number(at["documents"]), passages: number(at["passages"]), embedder: text(at["embedder"]), retrievers: list(at["retrievers"]).map(text)},
    skipped: list(at["skipped"]).map(fields).map(one => ({name: text(one["name"]), reason: text(one["reason"])})),
    minutes: number(at["expires_in"]) / 60,
  };
}

/** "a.txt, b.md and 2 more". */
export function namesOf(files: readonly {name: string}[]): string {
  const shown = files.slice(0, mostNames).map(({name}) => shorten(name, 30)), more = files.length - shown.length;
  return shown.join(", ") + (more ? ` and ${more} more` : "");
}

/** Why the server would refuse these files; empty if nothing speaks against them. */
export function objection(files: readonly {name: string; size: number}[], {files: most, bytes}: Uploads): string {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > most) return `${files.length} files were chosen; this server reads ${most} at once.`;
  return bytes && size > bytes ? `The files have ${Math.ceil(size / 1024).toLocaleString("en")} kB together; this server reads ${Math.floor(bytes / 1024).toLocaleString("en")} kB at once.` : "";
}

/** A file as the request has it: a text if it is one in UTF-8, otherwise Base64, so that the server says why it skips it. */
export async function contents(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  try {
    return {name, text: new TextDecoder("utf-8", {fatal: true}).decode(bytes)};
  } catch {
    const address = await new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => { resolve(text(reader.result)); };
      reader.onerror = () => { reject(new Error(`${name} cannot be read`)); };
      reader.readAsDataURL(new Blob([bytes]));
    });
    return {name, base64: address.slice(address.indexOf(",") + 1)};
  }
}

/** @throws Failure; AbortError if `signal` is aborted */
export async function upload(files: readonly File[], progress: Progress, signal: AbortSignal): Promise<Uploaded> {
  const documents = await Promise.all(files.map(async file => contents(file.name, new Uint8Array(await file.arrayBuffer()))));
  try {
    return readUploaded(await ask(route, {documents}, progress, signal), `Your files: ${namesOf(files)}`);
  } catch (error) {
    // The page cannot keep the beginning of files, as it offers for a text that is too long.
    throw error instanceof Failure && error.trouble === "long" ? new Failure("refused", {...error.problem, field: "documents"}) : error;
  }
}

/** Looks for a temporary collection of a link. @throws Failure, with status 404 if it is gone */
export const reopen = async (name: string): Promise<Uploaded> =>
  readUploaded(await (await send(`${route}/${encodeURIComponent(name)}`, {})).json(), "Your files");

/** @throws Failure, with status 404 if it is gone already */
export const forget = async (name: string): Promise<void> => { await send(`${route}/${encodeURIComponent(name)}`, {method: "DELETE"}); };

/** What was read and skipped, and that nothing is kept. */
export function uploadedLine({documents, skipped, minutes}: Uploaded, forgotten: () => void): HTMLElement {
  const time = minutes >= 1.5 ? `${Math.round(minutes)} minutes` : "a minute", more = skipped.length - mostSkipped;
  return element("div", {class: "uploaded"},
    element("p", {}, `Read: ${counted(documents.documents, "document", "documents")} in ${counted(documents.passages, "passage", "passages")}. `,
      element("span", {class: "hint"}, `They are in the server's memory only, listed nowhere, and gone ${time} after their last use. `), button("Forget them now", forgotten, {class: "link"})),
    skipped.length > 0 && element("p", {class: "notice"}, `Skipped: ${counted(skipped.length, "file or row", "files or rows")}.`),
    skipped.length > 0 && element("ul", {class: "hint"}, ...skipped.slice(0, mostSkipped).map(({name, reason}) => element("li", {}, element("bdi", {}, shorten(name, 60)), `: ${shorten(reason, 120)}`)), more > 0 && element("li", {}, `and ${more} more`)));
}

/** The button that chooses files. */
export class FileChooser {
  readonly element: HTMLElement;

  /** @param chosen called with files that were chosen. @param around where they may be dropped, too */
  constructor(chosen: (files: File[]) => void, around: HTMLElement) {
    const input = element("input", {type: "file", id: "ask-files", class: "unseen", multiple: true, accept: endings.join(",")});
    input.addEventListener("change", () => {
      const files = [...input.files ?? []];
      input.value = "";
      if (files.length) chosen(files);
    });
    around.addEventListener("dragover", event => { event.preventDefault(); });
    around.addEventListener("drop", event => {
      event.preventDefault();
      const files = [...event.dataTransfer?.files ?? []];
      if (files.length) chosen(files);
    });
    this.element = element("span", {class: "choose"}, input, element("label", {for: "ask-files", class: "link"}, "Upload files"), element("span", {class: "hint"}, " or drop them here"));
  }
}
