// The server's table of methods and options: what can be asked of a method, and what each option may be.

export interface Option {
  name: string; // the field of a request
  label: string;
  help: string;
  type: "choice" | "flag" | "count" | "number" | "text" | "texts";
  values: readonly string[]; // of a choice; of a text: suggestions
  fallback: string; // the default, in words
  least: number | undefined; // of a count or number
  most: number | undefined;
  isCommon: boolean; // every method takes it
}

export interface Method {
  name: string;
  group: string;
  summary: string; // one sentence for people who do not know it
  isShort: boolean; // one pass or two, over before it could show its progress
  options: readonly string[]; // names of those that it takes beside the common ones
}

const presetPrefix = "preset:";
/** A preset is chosen like a method: "preset:seed-qa". */
export const presetOf = (name: string): string | undefined => (name.startsWith(presetPrefix) ? name.slice(presetPrefix.length) : undefined);
export const presetName = (preset: string): string => presetPrefix + preset;

/** Options that mean something for these tasks only. */
const tasks: Readonly<Record<string, string>> = {
  stride: "question-answering", always_answer: "question-answering", contrast: "sequence-classification",
};

export class Table {
  constructor(readonly methods: readonly Method[], readonly options: readonly Option[]) {}

  method(name: string): Method | undefined {
    return this.methods.find(one => one.name === name);
  }

  option(name: string): Option | undefined {
    return this.options.find(one => one.name === name);
  }

  /** Whether an option means anything for all of these methods and this task. Presets take every option of a method. */
  applies(name: string, chosen: readonly string[], task: string): boolean {
    const option = this.option(name);
    if (!option || (tasks[name] ?? task) !== task) return false;
    return option.isCommon || chosen.every(one => presetOf(one) !== undefined || (this.method(one)?.options.includes(name) ?? false));
  }

  /** Of the options that were set, those that apply, in the table's order. */
  applicable(set: Readonly<Record<string, string>>, chosen: readonly string[], task: string): [string, string][] {
    return this.options.flatMap(({name}): [string, string][] => {
      const given = set[name];
      return given && this.applies(name, chosen, task) ? [[name, given]] : [];
    });
  }

  /** What a request says for what was typed. What is not a number goes as it is, so that the server says what is wrong with it. */
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

/** Of a server that has not been asked yet. */
export const noTable = new Table([], []);
