// Plain names of the usual methods, and which system computes a preset's scores. Methods and presets that are not listed here
// have the names that the server gives them.

export interface Common {
  name: string;
  text: string;
  good: string; // what it is good for
}

/** The methods that answer most questions; all others follow. */
export const common: readonly Common[] = [
  {name: "gradient", text: "Gradient", good: "which words matter at all, at once"},
  {name: "gradient-x-input", text: "Gradient × input", good: "for and against, at once, roughly"},
  {name: "integrated-gradients", text: "Integrated Gradients", good: "for and against, in shares that add up"},
  {name: "occlusion", text: "Occlusion", good: "what happens without a word"},
  {name: "lime", text: "LIME", good: "which words a simple model would use"},
  {name: "kernel-shap", text: "Kernel SHAP", good: "fair shares of the words"},
];

/** What explains best at first: names for and against are wanted of labels, and an answer at once of questions. */
export const defaultMethodOf = (task: string): string => (task === "sequence-classification" ? "integrated-gradients" : "gradient");

const systems: Readonly<Record<string, string>> = {
  "seed": "V. Dibia’s posts, 2020", "neuralqa": "NeuralQA 0.0.8-alpha", "captum": "Captum 0.9", "allennlp": "AllenNLP 2.10", "koren-v": "koren-v/Interpret, 2021", "lit": "LIT 1.x",
  "transformers-interpret": "transformers-interpret 0.10", "ferret": "ferret 0.4", "inseq": "Inseq 0.6", "ecco": "Ecco 0.1.2", "gradcam": "Grad-CAM, 2017", "interpreto": "Interpreto 0.4",
  "lime": "lime 0.2", "shap": "shap 0.51",
};

/** "Captum 0.9: saliency". */
export function presetText(name: string): string {
  const prefix = Object.keys(systems).filter(key => name === key || name.startsWith(`${key}-`)).sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return name;
  const rest = name.slice(prefix.length + 1).replaceAll("-", " ");
  return `${systems[prefix] ?? ""}${rest ? `: ${rest}` : ""}`;
}
