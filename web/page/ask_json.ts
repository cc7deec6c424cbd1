// Reads the answers to /v1/ask and /v1/search. The result has these types for any input.

import {fields} from "../viewer/json.js";

export interface FoundPassage {
  text: string;
  title: string;
  source: string;
  document: string;
  begin: number; // code points of the document
  rank: number;
  score: number;
  bm25: number | undefined; // undefined: not computed, or no word of the question occurs
  dense: number | undefined;
}

export interface FoundAnswer {
  answer: string;
  probability: number;
  confidence: number | undefined;
  begin: number; // code points of the passage
  end: number;
  passage: FoundPassage;
  variants: FoundAnswer[]; // that overlap it
}

export interface AddedWord {
  term: string;
  why: string;
}

export interface Found {
  answered: boolean;
  answers: FoundAnswer[];
  passages: FoundPassage[]; // of a search without a reader
  none: number; // probability that the passages do not answer the question
  read: number; // passages
  added: AddedWord[];
  stages: [string, number][]; // in order, with milliseconds; those that did nothing are left out
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const someNumber = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function passage(at: Readonly<Record<string, unknown>>, prefix: string, contents: string): FoundPassage {
  return {
    text: text(at[contents]), title: text(at["title"]), source: text(at["source"]), document: text(at["document"]), begin: number(at[`${prefix}begin`]),
    rank: number(at[`${prefix}rank`]), score: number(at[`${prefix}score`]), bm25: someNumber(at[`${prefix}bm25`]), dense: someNumber(at[`${prefix}dense`]),
  };
}

function answer(value: unknown): FoundAnswer {
  const at = fields(value), from = passage(at, "passage_", "context"), begin = number(at["begin"]) - from.begin;
  return {
    answer: text(at["answer"]), probability: number(at["probability"]), confidence: someNumber(at["confidence"]),
    begin, end: begin + number(at["end"]) - number(at["begin"]), passage: from, variants: [],
  };
}

/** Less probable answers are left out, unless there is none that is better. */
const least = 0.005;

/** Folds answers that overlap into the most probable one, and adds their probabilities. */
export function foldFound(answers: readonly FoundAnswer[]): FoundAnswer[] {
  const folded: FoundAnswer[] = [];
  for (const one of answers) {
    const same = folded.find(({passage: {document, begin, text}, ...other}) => document === one.passage.document && begin === one.passage.begin && text === one.passage.text && other.begin < one.end && one.begin < other.end);
    if (same) same.variants.push(one);
    else folded.push({...one, variants: []});
  }
  const sum = ({probability, variants}: FoundAnswer): number => variants.reduce((total, other) => total + other.probability, probability);
  return folded.map(one => ({...one, probability: sum(one)})).filter(({probability}, i) => i === 0 || probability >= least);
}

function added(value: unknown): AddedWord {
  const at = fields(value), place = text(at["in_place_of"]), from = list(at["passages"]).length;
  return {term: text(at["term"]), why: place ? `in place of “${place}”` : from === 1 ? "from a passage that was found first" : from ? `from ${from} passages that were found first` : ""};
}

const stageNames: Readonly<Record<string, string>> = {expand_ms: "More words", retrieve_ms: "Search", rerank_ms: "Rerank", read_ms: "Read"};

export function readFound(json: unknown): Found {
  const at = fields(json), stages = fields(at["stages"]);
  return {
    answered: at["answered"] === true, answers: foldFound(list(at["answers"]).map(answer)), passages: list(at["passages"]).map(row => passage(fields(row), "", "text")),
    none: number(at["no_answer_probability"]), read: number(at["passages_read"]), added: list(at["added"]).map(added),
    stages: Object.entries(stageNames).map(([key, name]): [string, number] => [name, number(stages[key])]).filter(([, ms]) => ms > 0),
  };
}

/** The last part of a path: "/home/me/notes/a.txt" is "a.txt". */
export const fileName = (source: string): string => source.split(/[/\\]/).filter(Boolean).at(-1) ?? source;
