// The mean attention weights of the chosen heads, an array (T, T) by query token and key token, and which of them to
// draw as lines.

import type {Attention} from "./json.js";

/** One layer and some of its heads, both from 0. */
export interface Choice {
  layer: number;
  heads: ReadonlySet<number>;
}

/** Lines of smaller weights are too faint to see. */
export const leastWeight = 0.01;

/** The mean weights (T, T) of some heads of a layer. */
export function meanWeights({heads, tokens, weights}: Attention, layer: number, chosen: ReadonlySet<number>): Float32Array {
  const size = tokens.length ** 2, mean = new Float32Array(size);
  for (const head of chosen) {
    const start = (layer * heads + head) * size;
    for (let k = 0; k < size; k++) mean[k] = (mean[k] ?? 0) + ((weights[start + k] ?? 0) / 255) ** 2 / chosen.size;
  }
  return mean;
}

/** Indices of the largest weights (T, T) whose lines add up to at most `ink` pixels, largest first. @param length of the line of a weight */
export function strongestLines(weights: Float32Array, length: (index: number) => number, ink: number): number[] {
  const order = [...weights.keys()].filter(k => (weights[k] ?? 0) >= leastWeight).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let rest = ink;
  const end = order.findIndex(k => (rest -= length(k)) < 0);
  return end < 0 ? order : order.slice(0, end);
}
