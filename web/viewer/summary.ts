// Words and numbers that all views of an explanation share: plain text on one line, with visible control characters.

import type {Entity, Explanation, Prediction, Reading, Target, Word} from "./json.js";
import {percentText, valueText} from "./numbers.js";
import {Points, shorten} from "./text.js";

const nameLength = 60, answerLength = 200, labelLength = 40;
const name = (text: string): string => shorten(text, nameLength);
const said = (text: string): string => shorten(text, answerLength);

/** The prediction, or what the user asked to explain instead. */
export interface Verdict {
  kind: string; // an entity's label; otherwise empty
  text: string;
  probability: number | undefined;
  confidence: number | undefined;
}

/** The entity that contains the target's token. */
export function explainedEntity(prediction: Prediction, target: Target | undefined): Entity | undefined {
  const at = target?.position;
  if (prediction.kind !== "entities" || at === undefined) return undefined;
  return prediction.entities.find(entity => entity.startToken <= at && at <= entity.endToken);
}

function wording(prediction: Prediction, target: Target | undefined): Partial<Verdict> {
  switch (prediction.kind) {
    case "answer": {
      const {best, confidence, nullProbability} = prediction;
      if (!best.answer) return {text: "no answer", probability: nullProbability, confidence};
      return {text: said(best.answer), probability: best.probability, confidence};
    }
    case "label": {
      const {label, labels, probability, confidence} = prediction;
      if (!labels) return {text: name(label), probability, confidence};
      // A single probability cannot belong to several labels.
      return {text: labels.map(name).join(", ") || "no label", probability: labels.length === 1 ? probability : undefined};
    }
    case "values": {
      const [only, ...others] = prediction.values;
      if (only && others.length === 0) return {text: only[0] === "cosine" ? `cosine ${valueText(only[1])}` : valueText(only[1])};
      return {text: prediction.values.map(([label, value]) => `${name(label)} ${valueText(value)}`).join(", ")};
    }
    case "entities": {
      const entity = explainedEntity(prediction, target);
      if (entity) return {kind: name(entity.label), text: said(entity.text), probability: entity.probability, confidence: entity.confidence};
      if (target?.label === undefined) {
        return {text: said(prediction.entities.map(found => `${found.label} ${found.text}`).join(", ")) || "no entities"};
      }
      const token = prediction.tokens.find(row => row.token === target.position && row.label === target.label);
      return {kind: name(target.label), text: said(target.text), probability: token?.probability};
    }
    case "masks": {
      const best = prediction.masks.flatMap(fills => fills.slice(0, 1));
      return {text: best.map(fill => name(fill.token)).join(", "), probability: best.length === 1 ? best[0]?.probability : undefined};
    }
    case "none":
      return {text: said(target ? target.text || (target.label ?? "") : "")};
  }
}

export function verdict(prediction: Prediction, target?: Target): Verdict {
  const {kind = "", text = "", probability, confidence} = wording(prediction, target);
  return {kind, text: text || "(empty)", probability, confidence};
}

/** The other labels with their probabilities, most likely first. */
export function otherLabels({prediction}: Reading): string {
  if (prediction.kind !== "label") return "";
  const shown = verdict(prediction).text;
  const rows = [...prediction.probabilities].sort((a, b) => b[1] - a[1]).slice(0, 6).filter(([label]) => name(label) !== shown);
  return rows.map(([label, share]) => `${name(label)} ${percentText(share)}`).join(" · ");
}

function explainsBest(prediction: Prediction, {startToken, endToken}: Target): boolean {
  if (prediction.kind !== "answer" || startToken === undefined || endToken === undefined) return true;
  return startToken === prediction.best.startToken && endToken === prediction.best.endToken;
}

/** The target if it is not the prediction: "Explained: negative rather than positive"; otherwise empty. */
export function explainedInstead({prediction, target, texts, tokens}: Explanation): string {
  if (prediction.kind === "answer") {
    if (explainsBest(prediction, target)) return "";
    const text = target.text || spanText(texts, tokens, target);
    return text ? `Explained: ${said(text)}` : "Explained: no answer";
  }
  if (target.label === undefined || (prediction.kind !== "label" && prediction.kind !== "values")) return "";
  if (target.contrast !== undefined) return `Explained: ${name(target.label)} rather than ${name(target.contrast)}`;
  if (prediction.kind === "values") return prediction.values.length > 1 ? `Explained: ${name(target.label)}` : "";
  const isVerdict = prediction.labels ? prediction.labels.length === 1 && prediction.labels[0] === target.label : prediction.label === target.label;
  return isVerdict ? "" : `Explained: ${name(target.label)}`;
}

// The text of the explained tokens, which the JSON identifies only by position.
export function spanText(texts: string[], tokens: Explanation["tokens"], {startToken, endToken}: Target): string {
  const first = tokens[startToken ?? -1], last = tokens[endToken ?? -1];
  if (first?.sequence === undefined || first.sequence !== last?.sequence) return "";
  return slice(texts[first.sequence] ?? "", first.begin, last.end);
}

/** A part of a text; offsets are code points. */
export function slice(text: string, begin: number, end: number): string {
  const points = new Points(text);
  return text.slice(points.unit(begin), points.unit(end));
}

export function methodText({method}: Explanation): string {
  if (method.preset) return `${name(method.name)}, preset ${name(method.preset)}`;
  const details = [method.reduce, method.normalize === "none" ? "" : method.normalize].filter(Boolean).join(", ");
  return name(method.name) + (details ? ` (${name(details)})` : "");
}

/** What the words push towards: "this answer", "positive". */
export function aim(explanation: Explanation): string {
  const {prediction, target, task} = explanation;
  if (task === "sentence-embedding") return "similarity";
  if (prediction.kind === "answer") {
    if (explainsBest(prediction, target)) return prediction.best.answer ? "this answer" : "“no answer”";
    return explainedInstead(explanation).endsWith("no answer") ? "“no answer”" : "the explained answer";
  }
  const entity = explainedEntity(prediction, target);
  if (entity) return name(entity.label);
  if (prediction.kind === "values" && target.contrast === undefined) {
    return prediction.values.length > 1 && target.label !== undefined ? `a higher ${name(target.label)}` : "a higher value";
  }
  if (target.label === undefined) return "this result";
  return target.contrast === undefined ? name(target.label) : `${name(target.label)} rather than ${name(target.contrast)}`;
}

/** The name of what is explained: "the answer", "negative", "PER". */
export const targetName = (explanation: Explanation): string => aim(explanation).replace(/^this /, "the ");

/** The target function F and its value. */
export function targetFunctionText(explanation: Explanation): string {
  const {target, value, task} = explanation, what = name(target.explain), label = name(target.label ?? "the target");
  let formula = `${what} ${what === "loss" ? "for" : "of"} ${label}`;
  if (task === "question-answering") {
    const towards = aim(explanation);
    formula = `start ${what} + end ${what} of ${towards === "this answer" ? "the answer" : towards}`;
  } else if (target.contrast !== undefined) {
    formula = `${what} of ${label} − ${what} of ${name(target.contrast)}`;
  } else if (task === "token-classification" && target.text) {
    formula += ` at “${name(target.text)}”`;
  }
  return `F = ${formula} = ${valueText(value)}`;
}

/** For methods whose scores add up to a difference of F: the sum, the difference and the error. */
export function completenessText({tokens, value, baselineValue, completenessError}: Explanation): string {
  if (baselineValue === undefined) return "";
  const sum = tokens.reduce((total, token) => total + token.score, 0);
  const text = `sum of scores ${valueText(sum)}, F(x) − F(baseline) = ${valueText(value - baselineValue)}`;
  return completenessError === undefined ? text : `${text}, error ${valueText(completenessError)}`;
}

interface Scored {
  score: number;
}

/** The largest |score|. */
export const scaleOf = (items: readonly Scored[]): number =>
  items.reduce((most, {score}) => (Number.isFinite(score) ? Math.max(most, Math.abs(score)) : most), 0);

/** Whether scores have signs: the method says so, or one is negative. */
export const hasSign = ({method, words, tokens}: Explanation): boolean =>
  method.signed || words.some(word => word.score < 0) || tokens.some(token => token.score < 0);

/** Indices in descending order of |score|, without items that have no score. */
export function strongest(items: readonly Scored[], most = items.length, sign = 0): number[] {
  const magnitude = (i: number): number => Math.abs(items[i]?.score ?? 0);
  const order = [...items.keys()].filter(i => {
    const score = items[i]?.score ?? 0;
    return Number.isFinite(score) && score !== 0 && sign * score >= 0;
  });
  return order.sort((a, b) => magnitude(b) - magnitude(a) || a - b).slice(0, most);
}

/** The rank of each item by |score|, from 1, and its share of the total; equal scores have the same rank. */
export function places(items: readonly Scored[]): {rank: number; share: number}[] {
  const magnitude = ({score}: Scored): number => (Number.isFinite(score) ? Math.abs(score) : 0);
  const sizes = items.map(magnitude), total = sizes.reduce((sum, size) => sum + size, 0);
  const sorted = [...sizes].sort((a, b) => b - a), first = new Map<number, number>();
  sorted.forEach((size, i) => { if (!first.has(size)) first.set(size, i + 1); });
  return sizes.map(size => ({rank: first.get(size) ?? 0, share: total > 0 ? size / total : 0}));
}

/** A character that is not punctuation (of ASCII, everything except letters and digits). */
const meaningful = /[^\p{P}\p{Z}\p{C}$+<=>^`|~]/u;

/** The length of the lists of the strongest words. */
export const listedWords = 8;

/** Words other than punctuation, by strength: what lists of the strongest words show. */
export function strongestWords({words, texts}: Pick<Explanation, "words" | "texts">, most = words.length, sign = 0): number[] {
  const found: number[] = [], points = texts.map(text => new Points(text));
  for (const i of strongest(words, words.length, sign)) {
    if (found.length === most) break;
    const word = words[i], at = points[word?.sequence ?? 0];
    if (word && at && meaningful.test(at.text.slice(at.unit(word.begin), at.unit(word.end)))) found.push(i);
  }
  return found;
}

/** A word as the user wrote it, shortened. */
export const wordText = (texts: string[], word: Word): string => shorten(slice(texts[word.sequence] ?? "", word.begin, word.end), labelLength);

function listInWords(items: string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

// Of a signed explanation, only words that the lists of the eight strongest show, so that the sentence names no others.
function quotedWords(explanation: Explanation, sign: number): string {
  const {words, texts} = explanation, found = new Map<string, string>();
  for (const i of strongestWords(explanation, listedWords)) {
    const word = words[i];
    if (!word || found.size === 3) break;
    if (sign * word.score < 0) continue;
    const text = wordText(texts, word), key = text.toLowerCase();
    if (!found.has(key)) found.set(key, `“${text}”`);
  }
  return listInWords([...found.values()]);
}

/** A summary for hurried readers and screen readers: “subordinate” and “rule” pushed most towards this answer. */
export function sentence(explanation: Explanation): string {
  const towards = aim(explanation);
  if (!hasSign(explanation)) {
    const words = quotedWords(explanation, 0);
    return words ? `${words} mattered most for ${towards}.` : `No word mattered for ${towards}.`;
  }
  const forIt = quotedWords(explanation, 1), against = quotedWords(explanation, -1);
  if (!forIt && !against) return `No word pushed towards ${towards} or against it.`;
  if (!against) return `${forIt} pushed most towards ${towards}.`;
  if (!forIt) return `${against} pushed most against ${towards}.`;
  return `${forIt} pushed most towards ${towards}; ${against} pushed most against it.`;
}

/** The words of each sequence, in the order of the text. */
export const wordOrder = (words: readonly Word[]): number[][] => [0, 1].map(sequence =>
  [...words.keys()].filter(i => words[i]?.sequence === sequence).sort((a, b) => (words[a]?.begin ?? 0) - (words[b]?.begin ?? 0)));

/** The first word that overlaps the given span; -1 if there is none. @param order from wordOrder */
export function wordAt(words: readonly Word[], order: readonly number[][], {sequence, begin, end}: Pick<Word, "sequence" | "begin" | "end">): number {
  const own = order[sequence] ?? [];
  let low = 0, high = own.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[own[middle] ?? -1]?.end ?? 0) <= begin) low = middle + 1;
    else high = middle;
  }
  const found = own[low] ?? -1;
  return (words[found]?.begin ?? Infinity) < end ? found : -1;
}

/** The tokens of each word. */
export function tokensOfWords({words, tokens}: Explanation): number[][] {
  const result: number[][] = words.map(() => []);
  const bySequence = wordOrder(words);
  const next = [0, 0];
  tokens.forEach((token, t) => {
    const sequence = token.sequence ?? -1, order = bySequence[sequence];
    if (!order) return;
    // The tokens of a sequence are in order, and so are its words.
    let at = next[sequence] ?? 0;
    while (at < order.length && (words[order[at] ?? 0]?.end ?? 0) <= token.begin) at++;
    next[sequence] = at;
    const word = words[order[at] ?? -1];
    if (word && word.begin < Math.max(token.end, token.begin + 1)) result[order[at] ?? 0]?.push(t);
  });
  return result;
}

/** "question", "context", "text" or "pair"; empty if there is only one sequence. */
export function sequenceName({task, texts}: Pick<Reading, "task" | "texts">, sequence: number): string {
  if (texts.length < 2) return "";
  if (task === "question-answering") return sequence === 0 ? "question" : "context";
  return sequence === 0 ? "text" : "pair";
}

function softmax(logits: number[]): number[] {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = logits.map(value => Math.exp(value - largest)), sum = powers.reduce((total, value) => total + value, 0);
  return powers.map(value => value / sum);
}

/** The prediction for each token, if there is one: its label, or the probabilities that an answer starts and ends there. */
export function tokenVerdicts({prediction, logits, tokens}: Explanation): Map<number, string> {
  if (prediction.kind === "entities") {
    return new Map(prediction.tokens.map(row => [row.token, `${shorten(row.label, labelLength)} ${percentText(row.probability)}`]));
  }
  if (logits?.start.length !== tokens.length || logits.end.length !== tokens.length) return new Map();
  const starts = softmax(logits.start), ends = softmax(logits.end);
  return new Map(tokens.map((_, i) => [i, `start ${percentText(starts[i] ?? NaN)}, end ${percentText(ends[i] ?? NaN)}`]));
}
