// What is asked, as one value: a link holds it, and so does the history.

import {recall, remember} from "./api.js";

/** Everything that the page asks by; an empty text is the default. */
export interface State {
  models: string[]; // more than one: a comparison
  methods: string[];
  first: string; // the text, or the question
  second: string; // the pair, or the context
  target: string;
  answer: string;
  contrast: string;
  more: Map<string, string>;
}

export const emptyState = (): State => ({models: [], methods: [], first: "", second: "", target: "", answer: "", contrast: "", more: new Map()});

const plain = ["target", "answer", "contrast"] as const;
const known = new Set<string>(["model", "method", "text", "pair", ...plain]);

/** The state as a link's fragment. */
export function toFragment(state: State): string {
  const values = new URLSearchParams();
  for (const model of state.models) values.append("model", model);
  for (const method of state.methods) values.append("method", method);
  values.set("text", state.first);
  if (state.second) values.set("pair", state.second);
  for (const name of plain) if (state[name]) values.set(name, state[name]);
  for (const [name, value] of state.more) if (value) values.set(name, value);
  return `#${values.toString()}`;
}

/** @param names fields that may stand in `more`; others are left out. */
export function fromFragment(fragment: string, names: ReadonlySet<string>): State | undefined {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!values.has("text")) return undefined;
  const state = emptyState();
  state.models = values.getAll("model");
  state.methods = values.getAll("method");
  state.first = values.get("text") ?? "";
  state.second = values.get("pair") ?? "";
  for (const name of plain) state[name] = values.get(name) ?? "";
  for (const [name, value] of values) if (!known.has(name) && names.has(name)) state.more.set(name, value);
  return state;
}

// ---- history ----

export interface Past {
  fragment: string;
  asked: string;
  said: string;
}

const historyName = "limn-history", most = 40, longest = 20_000;

export function history(): Past[] {
  try {
    const list: unknown = JSON.parse(recall("localStorage", historyName) || "[]");
    if (!Array.isArray(list)) return [];
    return list.filter((item): item is Past => typeof item === "object" && item !== null &&
      ["fragment", "asked", "said"].every(name => typeof (item as Record<string, unknown>)[name] === "string")).slice(0, most);
  } catch {
    return [];
  }
}

export function addToHistory(past: Past): void {
  if (past.fragment.length > longest) return;
  remember("localStorage", historyName, JSON.stringify([past, ...history().filter(other => other.fragment !== past.fragment)].slice(0, most)));
}

export const clearHistory = (): void => { remember("localStorage", historyName, "[]"); };
