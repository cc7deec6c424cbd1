// Splits a text that is too long for the model into parts that it can read.

import {fields} from "../viewer/json.js";
import {Points} from "../viewer/text.js";
import {input, isQuestion, type Request} from "./requests.js";
import type {Texts} from "./samples.js";

export interface Token {
  sequence: number | null;
  begin: number; // code points
  end: number;
  word: number | null;
}

/** Where a part ends and where the next one begins, in code points. */
export interface Cut {
  end: number;
  next: number;
}

const mostParts = 64;
/** The number of tokens that neighbouring parts of a context share, so that no answer is split. */
const shared = 64;

/** @param tokens the tokens that the model read. @param sequence the text that is cut */
export function cutAfter(tokens: readonly Token[], sequence: number, question: boolean): Cut {
  const own = tokens.filter(token => token.sequence === sequence), last = own.at(-1);
  if (!last) return {end: Infinity, next: Infinity};
  if (question) return {end: last.end, next: own[Math.max(0, own.length - shared)]?.begin || last.end};
  // The last word may be incomplete: it goes to the next part, unless it is the only one.
  const begin = own.find(token => token.word === last.word)?.begin;
  const end = begin || last.end;
  return {end, next: end};
}

/** @param tokenize asks the server for the tokens that the model reads */
export async function parts(texts: Texts, task: string, model: Request, tokenize: (request: Request) => Promise<unknown>): Promise<Texts[]> {
  const sequence = texts[1] ? 1 : 0, found: Texts[] = [];
  const withPart = (part: string): Texts => (sequence === 1 ? [texts[0], part] : [part, ""]);
  let rest = texts[sequence];
  while (rest.trim() && found.length < mostParts) {
    const read = fields(await tokenize({...model, ...input(withPart(rest), task)})), points = new Points(rest);
    const isCut = typeof read["cut_tokens"] === "number" && read["cut_tokens"] > 0 && Array.isArray(read["tokens"]);
    const {end, next} = isCut ? cutAfter(read["tokens"] as Token[], sequence, isQuestion(task)) : {end: Infinity, next: Infinity};
    found.push(withPart(rest.slice(0, points.unit(end))));
    rest = rest.slice(points.unit(next));
  }
  return found;
}
