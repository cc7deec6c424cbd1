// Sample texts: the nine questions of the demonstration, tweets, reviews, and sentences with names.

import names from "../../tools/demo/names.txt";
import questions from "../../tools/demo/questions.jsonl";
import reviews from "../../tools/demo/sentences.txt";
import {fields} from "../viewer/json.js";
import {shorten} from "../viewer/text.js";

/** The text and its pair, or the question and its context. */
export type Texts = readonly [string, string];

export interface Sample {
  id: string; // in links
  group: string;
  task: string;
  name: string;
  texts: Texts;
}

/** What moderators see, in mild form, each with a trap: quotation, slang praise, sarcasm, affection in harsh words. */
const tweets = [
  "@referee_watch are you blind?? worst call of the season, go back to school 🙄",
  "Nobody asked for your opinion. Log off, you absolute clown.",
  "this new album is SICK, I'm literally dying, buy it 🔥🔥",
  "He told her “you are worthless”. Please report accounts like this, don't just scroll past.",
  "Great, another update that breaks everything. Thanks a lot @support, really brilliant work.",
  "my grandma beat me at chess AGAIN, she is a monster and I love her",
];

const lines = (text: string): string[] => text.split("\n").map(line => line.trim()).filter(Boolean);

function group(id: string, name: string, task: string, texts: string[]): Sample[] {
  return texts.map((text, i) => ({id: `${id}-${i + 1}`, group: name, task, name: shorten(text, 60), texts: [text, ""]}));
}

function asked(line: string, i: number): Sample {
  const row = fields(JSON.parse(line)), question = String(row["question"]), context = String(row["context"]);
  return {id: `question-${i + 1}`, group: "Questions", task: "question-answering", name: question, texts: [question, context]};
}

export const samples: readonly Sample[] = [
  ...lines(questions).map(asked),
  ...group("tweet", "Tweets", "sequence-classification", tweets),
  ...group("review", "Reviews", "sequence-classification", lines(reviews)),
  ...group("name", "Names", "token-classification", lines(names)),
  ...group("mask", "Gaps", "masked-lm", ["The capital of France is [MASK]."]),
];

/** The sample that a page shows first for models of a task. */
export function firstSample(task: string): Sample | undefined {
  const first: Record<string, string> = {"question-answering": "question-7", "sequence-classification": "review-3"};
  return samples.find(sample => sample.id === first[task]) ?? samples.find(sample => sample.task === task);
}
