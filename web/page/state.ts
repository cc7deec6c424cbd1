// What the page shows, and its form in a link: after the "#", which browsers do not send to servers.

import {samples, type Texts} from "./samples.js";

export interface View {
  sample: string; // id of the sample; empty: the user's own texts
  texts: Texts;
  models: readonly string[]; // one, or several to compare; none: the server's first that suits the texts
  methods: readonly string[]; // one, or several to compare; none: the task's default
  compared: boolean;
  label: string; // the target label; empty: the predicted one
  answer: string; // the target answer; empty: the predicted one
  options: Readonly<Record<string, string>>; // those that were set
  entity: number; // which of several entities is shown, from 0
  windows: boolean; // whether a long text is read in parts
}

export const emptyView: View = {
  sample: "", texts: ["", ""], models: [], methods: [], compared: false, label: "", answer: "", options: {}, entity: 0, windows: false,
};

/** Whether a field of a link belongs to the view itself; all others are options. */
export const isViewField = (name: string): boolean => ["sample", "text", "with", "model", "method", "compare", "label", "answer", "entity", "windows"].includes(name);

/** Mail and chat programs truncate longer links. */
export const longestLink = 16_000;
const longestName = 200, longestValue = 2000, mostNames = 64;

/** The part of a link after "#", without the texts if they are too long. */
export function toFragment(view: View): string {
  const given = new URLSearchParams();
  if (view.sample) given.set("sample", view.sample);
  else if (view.texts[0] || view.texts[1]) {
    given.set("text", view.texts[0]);
    if (view.texts[1]) given.set("with", view.texts[1]);
  }
  for (const model of view.models) given.append("model", model);
  for (const method of view.methods) given.append("method", method);
  if (view.compared) given.set("compare", "1");
  if (view.label) given.set("label", view.label);
  if (view.answer) given.set("answer", view.answer);
  if (view.entity) given.set("entity", String(view.entity));
  if (view.windows) given.set("windows", "1");
  for (const [name, value] of Object.entries(view.options)) if (value) given.set(name, value);
  const whole = given.toString();
  if (whole.length <= longestLink) return whole;
  for (const name of ["text", "with", "answer"]) given.delete(name);
  return given.toString();
}

export const fitsLink = (view: View): boolean => Boolean(view.sample) || !(view.texts[0] || view.texts[1]) || new URLSearchParams(toFragment(view)).has("text");

/** The view that a link describes, with all other fields as in an empty view; undefined if it describes none. @param known names of options; others are ignored */
export function fromFragment(fragment: string, known: readonly string[]): View | undefined {
  if (!fragment.includes("=")) return undefined;
  const given = new URLSearchParams(fragment);
  const names = (key: string): string[] => [...new Set(given.getAll(key))].filter(name => name && name.length <= longestName).slice(0, mostNames);
  const sample = samples.find(({id}) => id === given.get("sample"));
  const methods = names("method");
  const set: Record<string, string> = {};
  for (const name of known) {
    const value = given.get(name);
    if (value && value.length <= longestValue) set[name] = value;
  }
  return {
    sample: sample?.id ?? "",
    texts: sample?.texts ?? [given.get("text") ?? "", given.get("with") ?? ""],
    models: names("model"),
    methods,
    compared: given.get("compare") === "1",
    label: (given.get("label") ?? "").slice(0, longestName),
    answer: given.get("answer") ?? "",
    options: set,
    entity: /^\d{1,4}$/.test(given.get("entity") ?? "") ? Number(given.get("entity")) : 0,
    windows: given.get("windows") === "1",
  };
}
