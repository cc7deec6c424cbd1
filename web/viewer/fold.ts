// Which passage of a long text is shown at first: the one with the answer, otherwise the beginning of what the model read.

import {splitsCharacter} from "./text.js";
import type {Run, TextRuns} from "./text_runs.js";

/** All in UTF-16 units. Shorter texts are shown whole. */
const longest = 4000, beforeMark = 300, afterMark = 1500, withoutMark = 4000;
/** A shorter rest is not worth a button. */
const leastFolded = 400, nearSpace = 80;

export interface Folded {
  before: Run[];
  shown: Run[];
  after: Run[];
}

/** The nearest place outward from `at` that splits no outline, no word, no token and no character. */
function outward({text, runs, marks}: TextRuns, at: number, isEnd: boolean): number {
  const whole = marks.find(mark => mark.begin < at && at < mark.end) ?? runs.find(run => run.begin < at && at < run.end && (run.word !== undefined || run.token !== undefined));
  if (whole) return isEnd ? whole.end : whole.begin;
  const space = isEnd ? text.indexOf(" ", at) : text.lastIndexOf(" ", at) + 1;
  let moved = space > 0 && Math.abs(space - at) < nearSpace ? space : at;
  while (splitsCharacter(text, moved)) moved += isEnd ? 1 : -1;
  return moved;
}

export function foldRuns(source: TextRuns): Folded {
  const {text, runs, marks} = source, mark = marks.find(({explained}) => explained) ?? marks[0];
  if (text.length <= longest) return {before: [], shown: runs, after: []};
  const read = runs.find(run => run.read)?.begin ?? 0, wanted = mark ? [mark.begin - beforeMark, mark.end + afterMark] : [read, read + withoutMark];
  const [from = 0, to = text.length] = wanted;
  const begin = from < leastFolded ? 0 : outward(source, from, false), end = to > text.length - leastFolded ? text.length : outward(source, to, true);
  const part = (first: number, last: number): Run[] => runs.filter(run => run.begin < last && first < run.end)
    .map(run => ({...run, begin: Math.max(run.begin, first), end: Math.min(run.end, last)}));
  return {before: part(0, begin), shown: part(begin, end), after: part(end, text.length)};
}
