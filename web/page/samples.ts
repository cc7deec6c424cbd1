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
  right: readonly string[]; // the right label or the right answers; empty if there is none
  wrongFor: string; // the bundled model that gets it wrong; empty if it is right
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

/** What a careful reader says of the tweets and of the reviews. */
const tweetLabels = ["negative", "negative", "positive", "negative", "negative", "positive"], reviewLabels = ["positive", "negative", "positive", "negative"];

/** Samples that a bundled model gets wrong; tests/web/served asks the models. */
const wrong: Readonly<Record<string, string>> = {
  "question-4": "minilm-l6-qa", "tweet-3": "minilm-l6-sentiment", "tweet-5": "minilm-l6-sentiment", "review-2": "minilm-l6-sentiment",
};

function group(key: string, name: string, task: string, texts: string[], labels: readonly string[] = []): Sample[] {
  return texts.map((text, i) => {
    const id = `${key}-${i + 1}`, label = labels[i];
    return {id, group: name, task, name: shorten(text, 60), texts: [text, ""], right: label === undefined ? [] : [label], wrongFor: wrong[id] ?? ""};
  });
}

function asked(line: string, i: number): Sample {
  const row = fields(JSON.parse(line)), question = String(row["question"]), context = String(row["context"]);
  const id = `question-${i + 1}`, answers = Array.isArray(row["answers"]) ? row["answers"].map(String) : [];
  return {id, group: "Questions", task: "question-answering", name: question, texts: [question, context], right: answers, wrongFor: wrong[id] ?? ""};
}

export const samples: readonly Sample[] = [
  ...lines(questions).map(asked),
  ...group("tweet", "Tweets", "sequence-classification", tweets, tweetLabels),
  ...group("review", "Reviews", "sequence-classification", lines(reviews), reviewLabels),
  ...group("name", "Names", "token-classification", lines(names)),
  ...group("mask", "Gaps", "masked-lm", ["The capital of France is [MASK]."]),
];

/** Whether a prediction is right: an answer that contains a right one, or is contained in one, counts. No sample without a right label or answer is wrong. */
export function isRight({right, task}: Sample, said: string): boolean {
  const plain = (text: string): string => text.toLowerCase().trim(), one = plain(said);
  if (!right.length) return true;
  if (task !== "question-answering") return right.some(other => plain(other) === one);
  return one !== "" && right.some(other => plain(other).includes(one) || one.includes(plain(other)));
}

/** The sample that a page shows first for models of a task. */
export function firstSample(task: string): Sample | undefined {
  const first: Record<string, string> = {"question-answering": "question-7", "sequence-classification": "review-3"};
  return samples.find(sample => sample.id === first[task]) ?? samples.find(sample => sample.task === task);
}
