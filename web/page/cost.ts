// How long a method takes on a text, estimated from how long the shown one took: the time of a pass is measured, the number
// of passes follows from the method's options and the words of the text.

import type {Explanation} from "../viewer/json.js";
import type {Settings} from "./requests.js";
import type {Table} from "./table.js";

/** Passes of a method, as multiples of one pass of the gradient (forward and back). Measured on the bundled models. */
interface Work {
  words: number;
  tokens: number;
  samples: number;
  steps: number;
}

const forward = 0.4; // a pass that only predicts
const passes: Readonly<Record<string, (work: Work) => number>> = {
  "gradient": () => 1, "gradient-x-input": () => 1, "gradcam": () => 1, "attention": () => 2 * forward, "rollout": () => 2 * forward, "grad-attention": () => 2,
  "smoothgrad": ({samples}) => samples + 1, "squaregrad": ({samples}) => samples + 1, "vargrad": ({samples}) => samples + 1,
  "integrated-gradients": ({steps}) => steps + 2, "sequential-integrated-gradients": ({steps, tokens}) => steps * tokens / 4,
  "expected-gradients": ({samples}) => samples + 2, "occlusion": ({words}) => forward * (words + 1),
  "lime": ({samples, words}) => forward * distinct(samples, words), "rise": ({samples}) => forward * samples,
  "kernel-shap": ({samples, words}) => forward * distinct(samples + 2, words), "partition-shap": ({samples, words}) => forward * distinct(samples, words),
  "shapley": ({samples, words}) => forward * distinct(samples * words, words), "sobol": ({samples, words}) => forward * samples * (words + 2),
};
/** Masks that are equal are evaluated once: there are 2^words. */
const distinct = (samples: number, words: number): number => Math.min(samples, 2 ** Math.min(words, 30));
/** Steps that the usual tolerance needs on most texts. */
const usualSteps = 60;

const numberIn = (text: string | undefined): number | undefined => (text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

/** The setting that makes a method faster. */
export type Lever = "samples" | "steps";

export class Costs {
  private pass = Infinity; // seconds of one gradient pass per token
  private words = 0;
  private tokens = 0;
  private key = "";

  constructor(private readonly table: () => Table) {}

  /** Notes what an explanation took. The fastest counts: a first pass, and one that had to wait, take longer. */
  note(explanation: Explanation, settings: Settings): void {
    const {words, tokens, seconds, model, method} = explanation, count = tokens.length;
    if (this.key !== model) this.pass = Infinity;
    this.key = model;
    this.words = words.length;
    this.tokens = count;
    const work = this.work(method.name, settings);
    if (count && Number.isFinite(seconds) && work) this.pass = Math.min(this.pass, seconds / work / count);
  }

  private setting(method: string, name: Lever, settings: Settings): number | undefined {
    return numberIn(settings[name]) ?? numberIn(this.table().method(method)?.options[name]);
  }

  private work(method: string, settings: Settings): number | undefined {
    const {words, tokens} = this;
    return passes[method]?.({words, tokens, samples: this.setting(method, "samples", settings) ?? 0, steps: this.setting(method, "steps", settings) ?? usualSteps});
  }

  /** Seconds of a method on the shown text; undefined if nothing was measured or the method is unknown. */
  seconds(method: string, settings: Settings): number | undefined {
    const work = this.work(method, settings);
    return work === undefined || !Number.isFinite(this.pass) || !this.tokens ? undefined : work * this.pass * this.tokens;
  }

  /** A smaller setting with which the method takes at most `most` seconds; undefined if it has none. */
  smaller(method: string, settings: Settings, most: number): {name: Lever; value: number} | undefined {
    const now = this.seconds(method, settings) ?? 2 * most;
    for (const name of ["samples", "steps"] as const) {
      const has = this.setting(method, name, settings);
      if (has === undefined) continue;
      const value = Math.floor(has * most / Math.max(now, most * 1.01) / 10) * 10;
      if (value >= 10) return {name, value};
    }
    return undefined;
  }
}

/** "≈ 3 s", "≈ 40 ms", "≈ 2 min". */
export function aboutText(seconds: number): string {
  const one = (value: number): string => String(Number(value.toPrecision(value < 10 ? 1 : 2)));
  if (seconds < 0.95) return `≈ ${one(Math.max(1, 1000 * seconds))} ms`;
  return seconds < 120 ? `≈ ${one(seconds)} s` : `≈ ${one(seconds / 60)} min`;
}
