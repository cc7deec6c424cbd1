// The user's texts cut into runs of uniform appearance. All offsets here are UTF-16 units.

import type {Explanation} from "./json.js";
import {percentText} from "./numbers.js";
import {explainedEntity} from "./summary.js";
import {Points, shorten, splitsCharacter} from "./text.js";

/** A span to outline: the answer or an entity. */
export interface Mark {
  begin: number;
  end: number;
  label: string;
  explained: boolean; // whether the scores are for this span
}

/** Consecutive units of the same word, token and mark. */
export interface Run {
  begin: number;
  end: number;
  word: number | undefined;
  token: number | undefined;
  mark: number | undefined;
  read: boolean; // false: truncated, the model has not seen it
}

/** One sequence. Its runs cover the whole text; none begins inside a user-perceived character. */
export interface TextRuns {
  sequence: number;
  text: string;
  marks: Mark[];
  runs: Run[];
  before: number[]; // special tokens
  after: number[];
}

/** The parts of an explanation, or of an attack, that determine the runs. */
export type Cuttable = Pick<Explanation, "texts" | "tokens"> & Partial<Pick<Explanation, "words" | "prediction" | "target">>;

interface Span {
  begin: number;
  end: number;
  index: number;
}

function withoutOverlaps(spans: Span[]): Span[] {
  const result: Span[] = [];
  let end = 0;
  for (const span of spans.sort((a, b) => a.begin - b.begin)) {
    if (span.begin < end) continue;
    result.push(span);
    end = span.end;
  }
  return result;
}

// Returns the index of the span that holds a unit. Units must be given in ascending order.
function cursor(spans: Span[]): (unit: number) => number | undefined {
  let next = 0;
  return unit => {
    for (let span = spans[next]; span && span.end <= unit; span = spans[next]) next++;
    const span = spans[next];
    return span && span.begin <= unit ? span.index : undefined;
  };
}

function spansOf(items: readonly {begin: number; end: number; sequence: number | undefined}[], sequence: number, points: Points): Span[] {
  const spans: Span[] = [];
  items.forEach((item, index) => {
    if (item.sequence !== sequence) return;
    const begin = points.unit(item.begin), end = points.unit(item.end);
    if (begin < end) spans.push({begin, end, index});
  });
  return withoutOverlaps(spans);
}

// Offsets are code points.
function marksOf(explanation: Cuttable, sequence: number): Mark[] {
  const {prediction, target, tokens} = explanation, marks: Mark[] = [];
  if (!prediction || !target) return marks;
  const add = (begin: number, end: number, label: string, explained: boolean): void => {
    if (begin < end && !marks.some(mark => begin < mark.end && mark.begin < end)) {
      marks.push({begin, end, label: shorten(label, 40), explained});
    }
  };
  const first = target.startToken === undefined ? undefined : tokens[target.startToken];
  const last = target.endToken === undefined ? undefined : tokens[target.endToken];
  const explained = first && last && first.sequence === sequence && last.sequence === sequence ? {begin: first.begin, end: last.end} : undefined;
  const isElsewhere = first !== undefined && last !== undefined && !explained;

  if (prediction.kind === "answer") {
    const best = prediction.best, isBest = explained ? explained.begin === best.begin && explained.end === best.end : !isElsewhere;
    if (explained && !(sequence === 1 && isBest)) add(explained.begin, explained.end, "explained", true);
    if (sequence === 1 && best.answer) add(best.begin, best.end, best.probability === undefined ? "answer" : `answer ${percentText(best.probability)}`, isBest);
  } else if (prediction.kind === "entities" && sequence === 0) {
    const entity = explainedEntity(prediction, target);
    if (entity) add(entity.begin, entity.end, entity.label, true);
    if (!marks.length && explained) add(explained.begin, explained.end, target.label ?? "explained", true);
    for (const entity of prediction.entities) add(entity.begin, entity.end, entity.label, false);
  }
  return marks.sort((a, b) => a.begin - b.begin);
}

function cut(explanation: Cuttable, sequence: number): TextRuns {
  const text = explanation.texts[sequence] ?? "", points = new Points(text);
  const marks = marksOf(explanation, sequence).map(mark => ({...mark, begin: points.unit(mark.begin), end: points.unit(mark.end)}))
    .filter(mark => mark.begin < mark.end);
  const words = spansOf(explanation.words ?? [], sequence, points), tokens = spansOf(explanation.tokens, sequence, points);
  const readBegin = explanation.tokens.length ? tokens[0]?.begin ?? text.length : 0;
  const readEnd = explanation.tokens.length ? tokens.at(-1)?.end ?? 0 : text.length;

  const cuts = new Set([0, text.length, readBegin, readEnd]);
  for (const span of [...words, ...tokens, ...marks]) cuts.add(span.begin).add(span.end);
  const sorted = [...cuts].filter(unit => !splitsCharacter(text, unit)).sort((a, b) => a - b);
  const word = cursor(words), token = cursor(tokens), mark = cursor(marks.map((span, index) => ({...span, index})));
  const runs = sorted.slice(0, -1).map((begin, i): Run => ({
    begin, end: sorted[i + 1] ?? begin, word: word(begin), token: token(begin), mark: mark(begin),
    read: begin >= readBegin && begin < readEnd,
  }));
  return {sequence, text, marks, runs, before: [], after: []};
}

/** The runs of the text, or of the question and the context. Offsets that do not fit the text are ignored. */
export function textRuns(explanation: Cuttable): TextRuns[] {
  const result = explanation.texts.map((_, sequence) => cut(explanation, sequence));
  let last: TextRuns | undefined;
  explanation.tokens.forEach((token, i) => {
    if (token.sequence !== undefined) last = result[token.sequence] ?? last;
    else if (last) last.after.push(i);
    else result[0]?.before.push(i);
  });
  return result;
}
