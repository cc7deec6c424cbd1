// What can be asked of a method: its knobs, as `limn explain --help` has them. What the server has decides what is shown.

import {fields} from "../viewer/json.js";
import {Table, type Option} from "./table.js";

interface Row {
  name: string; // the field of a request
  label: string;
  values?: readonly string[]; // otherwise a number, or any text if there are `suggestions`
  flag?: string; // what is said of it when it is set
  suggestions?: readonly string[];
  usual: string; // what it is if nothing is given
  step?: string; // of a number; 1 unless told otherwise
  most?: "steps" | "samples"; // of a number: the server's limit of this name
}

const knob = (name: string, label: string, usual: string, more: Omit<Row, "name" | "label" | "usual"> = {}): Row => ({name, label, usual, ...more});

/** Every knob, in the order of the page. */
export const knobs: readonly Row[] = [
  knob("explain", "Explained number", "logit", {values: ["logit", "probability", "log-probability", "loss", "margin"]}),
  knob("baseline", "Baseline", "pad", {suggestions: ["pad", "zero", "mask", "unk", "mean"]}),
  knob("masking", "In place of what is absent", "mask", {values: ["mask", "remove", "pad", "unk"]}),
  knob("reduce", "Channels to one score", "the method’s", {values: ["sum", "l1", "l2", "mean-abs", "onehot-l2"]}),
  knob("layer", "Layer", "the method’s", {suggestions: ["word", "embeddings"]}),
  knob("normalize", "Scores divided by", "the method’s", {values: ["none", "l1", "l2", "max", "minmax"]}),
  knob("steps", "Steps", "as needed", {most: "steps"}),
  knob("tolerance", "Tolerance", "0.01", {step: "any"}),
  knob("max_steps", "Steps at most", "1000", {most: "steps"}),
  knob("samples", "Samples", "the method’s", {most: "samples"}),
  knob("sigma", "Noise", "0.15", {step: "any"}),
  knob("present", "Share that is present", "0.5", {step: "any"}),
  knob("features", "Words with a score", "all"),
  knob("kernel_width", "Kernel width", "25", {step: "any"}),
  knob("window", "Units at once", "1"),
  knob("head", "Head", "mean of all"),
  knob("seed", "Seed", "0"),
  knob("unit", "Unit", "word", {values: ["token", "word", "clause", "sentence"]}),
  knob("word_score", "Pieces to a word’s score", "the method’s", {values: ["sum", "mean", "absmax"]}),
  knob("flavour", "LIME as in", "marcotcr", {values: ["marcotcr", "captum"]}),
  knob("order", "Sobol index", "total", {values: ["total", "first"]}),
  knob("exact", "All coalitions", "no", {flag: "yes, of up to 12 words"}),
  knob("absolute", "Signs", "kept", {flag: "left out"}),
  knob("contrast", "Rather than", "nothing", {suggestions: []}),
  knob("target", "Target by number", "none", {suggestions: []}),
  knob("max_length", "Tokens at once", "all the model can"),
  knob("stride", "Tokens that windows share", "128"),
  knob("always_answer", "No answer", "allowed", {flag: "never"}),
];

interface MethodRow {
  name: string;
  group: string;
  says: string; // one line for who does not know it
  long: boolean; // many passes
  knobs: readonly string[]; // of the method itself
}

const gradients = "Gradients", perturbation = "Taking words away", attention = "Attention";
const method = (name: string, group: string, long: boolean, own: string, says: string): MethodRow => ({name, group, long, knobs: own.split(" "), says});

/** In the order of the page. */
export const methods: readonly MethodRow[] = [
  method("gradient", gradients, false, "explain layer reduce normalize", "How much the result depends on each word. One pass."),
  method("gradient-x-input", gradients, false, "explain layer reduce absolute normalize", "For and against, to first order. One pass."),
  method("integrated-gradients", gradients, true, "explain baseline layer reduce absolute normalize steps tolerance max_steps", "For and against; scores sum up to the change from an empty text."),
  method("sequential-integrated-gradients", gradients, true, "explain baseline layer reduce absolute normalize steps tolerance max_steps", "The same, each word along its own path. Slow."),
  method("expected-gradients", gradients, true, "explain layer normalize samples seed", "Integrated gradients, averaged over random points."),
  method("smoothgrad", gradients, true, "explain layer reduce absolute normalize samples sigma seed", "The gradient, averaged over noisy copies of the text."),
  method("squaregrad", gradients, true, "explain layer reduce absolute normalize samples sigma seed", "The same, squared before it is averaged."),
  method("vargrad", gradients, true, "explain layer reduce absolute normalize samples sigma seed", "How much the gradient varies over noisy copies."),
  method("gradcam", gradients, false, "explain layer normalize", "Where the last layer’s activations drive the result. One pass."),
  method("occlusion", perturbation, true, "explain masking normalize window", "What changes when a word is hidden. A pass for each word."),
  method("lime", perturbation, true, "explain masking normalize samples features kernel_width flavour seed", "A linear model of what happens when words are hidden."),
  method("kernel-shap", perturbation, true, "explain masking normalize samples seed", "Each word’s fair share of the result (Shapley), by regression."),
  method("shapley", perturbation, true, "explain masking normalize samples exact seed", "The same, by random orders of the words."),
  method("partition-shap", perturbation, true, "explain masking normalize samples", "Shares of phrases, then of their words, as the shap package does."),
  method("rise", perturbation, true, "explain masking normalize samples present seed", "How well the result holds while a word is there, over random masks."),
  method("sobol", perturbation, true, "explain masking normalize samples order seed", "How much of the result’s variance a word causes."),
  method("attention", attention, false, "layer head normalize", "What the model looked at; no proof of what mattered."),
  method("rollout", attention, false, "normalize", "Attention followed through all layers."),
  method("grad-attention", attention, false, "explain normalize", "Attention times its gradient, through all layers."),
];

/** The lists above as far as the server has them. @param json its answer to /v1/models */
export function tableFrom(json: Readonly<Record<string, unknown>>): Table {
  const served = (Array.isArray(json["methods"]) ? json["methods"] : []).map(String), limits = fields(json["limits"]), choices = fields(json["choices"]);
  const others = served.filter(name => !methods.some(one => one.name === name)).map(name => ({name, group: "Others", summary: "", isShort: false, options: []}));
  const known = methods.filter(({name}) => served.includes(name)).map(({name, group, says, long, knobs: own}) => ({name, group, summary: says, isShort: !long, options: own}));
  const rows = knobs.map(({name, label, values, flag, suggestions, usual, step, most}): Option => {
    const limit = most && limits[most], choice = choices[name];
    return {
      name, label, help: "", fallback: usual,
      type: flag ? "flag" : values ? "choice" : suggestions ? "text" : step ? "number" : "count",
      values: Array.isArray(choice) ? choice.map(String) : values ?? suggestions ?? [], least: 0, most: typeof limit === "number" ? limit : undefined,
      isCommon: !methods.some(one => one.knobs.includes(name)),
    };
  });
  return new Table([...known, ...others], rows);
}
