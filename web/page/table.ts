// The server's table of methods and options (docs/server.md): the options of each method, and the values of each
// option.
// The page has no list of its own.

import {fields} from "../viewer/json.js";

export interface Option {
  name: string; // the field of a request
  type: string; // "choice", "flag", "count", "number", "texts", or another type that is entered as text
  help: string;
  values: readonly string[]; // of a choice; of a text: suggestions
  least: number | undefined; // of a count or number
  most: number | undefined;
  usual: string | undefined; // the default, in words; undefined: methods have their own
}

export interface Method {
  name: string;
  group: string;
  summary: string; // one sentence for people who do not know the method
  isShort: boolean; // one or two passes: finishes before it could show progress
  options: Readonly<Record<string, string>>; // its own options and their defaults, in words
}

const presetPrefix = "preset:";
/** A preset is chosen like a method: "preset:seed-qa". */
export const presetOf = (name: string): string | undefined => (name.startsWith(presetPrefix) ? name.slice(presetPrefix.length) : undefined);
export const presetName = (preset: string): string => presetPrefix + preset;

// Layout: options that the page does not list because it has another control for them or sets them itself.
const unlisted: readonly string[] = ["answer", "raw", "top"];
// Layout: options that the page lists for some tasks only.
const questions = ["question-answering"], labels = ["sequence-classification"], tags = ["token-classification"], embeddings = ["sentence-embedding"];
const tasks: Readonly<Record<string, readonly string[]>> = {
  stride: [...questions, ...tags, ...labels], long_text: labels, null_threshold: questions, always_answer: questions, contrast: labels, aggregation: tags,
  explain_document: [...questions, ...tags], prompt: embeddings, pair_prompt: embeddings,
};

const spaced = (name: string): string => name.replaceAll(/[_-]/g, " ");
/** "max_steps" as a heading or label: "Max steps". */
export const headingOf = (name: string): string => spaced(name.charAt(0).toUpperCase() + name.slice(1));
/** An option's label; the target's differs from the label of its other control. */
export const labelOf = (name: string): string => (name === "target" ? "Target by index" : headingOf(name));

export class Table {
  constructor(readonly methods: readonly Method[], readonly options: readonly Option[]) {}

  method(name: string): Method | undefined {
    return this.methods.find(one => one.name === name);
  }

  option(name: string): Option | undefined {
    return this.options.find(one => one.name === name);
  }

  /** Whether an option applies to all of these methods and this task. Presets accept every option of a method. */
  applies(name: string, chosen: readonly string[], task: string): boolean {
    const option = this.option(name);
    if (!option || !(tasks[name] ?? [task]).includes(task)) return false;
    return option.usual !== undefined || chosen.every(one => presetOf(one) !== undefined || Object.hasOwn(this.method(one)?.options ?? {}, name));
  }

  /** The default of an option, in words. */
  usual({name, usual}: Option, chosen: readonly string[]): string {
    // A method's own default counts: LIME and RISE explain the probability, the others the logit.
    const own = chosen.map(one => this.method(one)?.options[name] ?? usual), [first, ...others] = new Set(own);
    return (others.length ? undefined : first) ?? (chosen.some(one => presetOf(one) !== undefined) ? "the preset’s" : "the method’s");
  }

  /** The options that were set and apply, in the table's order. */
  applicable(set: Readonly<Record<string, string>>, chosen: readonly string[], task: string): [string, string][] {
    return this.options.flatMap(({name}): [string, string][] => {
      const given = set[name];
      return given && this.applies(name, chosen, task) ? [[name, given]] : [];
    });
  }

  /** The typed text as the value of a request field. Text that should be a number but is not stays text, so that the server reports the mistake. */
  value(name: string, given: string): unknown {
    switch (this.option(name)?.type) {
      case "flag":
        return given === "true";
      case "count":
      case "number":
        return Number.isFinite(Number(given)) ? Number(given) : given;
      case "texts":
        return given.split("\n").map(line => line.trim()).filter(Boolean);
      default:
        return given;
    }
  }
}

/** The table before the server has answered. */
export const noTable = new Table([], []);

// ---- reading ----

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function readMethod(json: unknown): Method {
  const at = fields(json), own = Object.entries(fields(at["options"]));
  return {
    name: text(at["name"]), group: headingOf(text(at["group"])), summary: text(at["summary"]), isShort: at["one_pass"] === true,
    options: Object.fromEntries(own.map(([name, usual]) => [name, text(usual)])),
  };
}

function readOption(json: unknown, limits: Readonly<Record<string, unknown>>): Option {
  const at = fields(json), name = text(at["name"]);
  // A number input does not support open ranges: the server rejects their ends.
  return {
    name, type: text(at["type"]), help: text(at["help"]), values: list(at["values"]).map(text), least: number(at["minimum"]) ?? number(at["exclusiveMinimum"]),
    most: number(limits[name]) ?? number(at["maximum"]) ?? number(at["exclusiveMaximum"]), usual: typeof at["default"] === "string" ? at["default"] : undefined,
  };
}

/** @param json the server's answer to /v1/models */
export function readTable(json: Readonly<Record<string, unknown>>): Table {
  const limits = fields(json["limits"]), options = list(json["options"]).map(row => readOption(row, limits));
  return new Table(list(json["methods"]).map(readMethod), options.filter(({name}) => !unlisted.includes(name)));
}
