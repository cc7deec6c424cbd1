import assert from "node:assert/strict";
import {test} from "node:test";
import {fileName, readFound} from "../../../web/page/ask_json.js";
import {matchedWords, matches, stemOf} from "../../../web/page/ask_match.js";
import {askRequest, emptyAsk, filterOf, fromAskFragment, toAskFragment, type AskView} from "../../../web/page/ask_state.js";
import {placeOf} from "../../../web/page/views.js";

const view = (more: Partial<AskView>): AskView => ({...emptyAsk, ...more});

test("a link restores the view of Ask", () => {
  for (const made of [
    emptyAsk,
    view({question: "Who & what = #1? é 🎬"}),
    view({question: "Q?", collection: "notes", model: "m", retriever: "bm25", method: "lime", settings: {rerank: "r", feedback: "3", filter: "title=a=b", top: "2"}, looks: {0: "explain", 2: "why"}}),
  ]) {
    const link = toAskFragment(made);
    assert.equal(placeOf(link), "ask");
    assert.deepEqual(fromAskFragment(new URLSearchParams(link)), made);
  }
  assert.deepEqual(fromAskFragment(new URLSearchParams("view=ask&question=Q&explain=0&why=x&why=-1&evil=1")), view({question: "Q"}));
  assert.equal(placeOf("view=nowhere&text=x"), undefined);
});

test("requests have what was set, with numbers as numbers", () => {
  const set = view({question: "Q?", collection: "c", model: "m", retriever: "dense", settings: {read: "3", feedback: "2", top: "many", filter: "lang=en", rerank: "r"}});
  assert.deepEqual(askRequest(set, true), {question: "Q?", collection: "c", retriever: "dense", model: "m", no_explanation: true, top: "many", rerank: "r", feedback: 2, read: 3, filter: {lang: "en"}});
  assert.deepEqual(askRequest(set, false), {question: "Q?", collection: "c", retriever: "dense", top: "many", rerank: "r", feedback: 2, filter: {lang: "en"}});
  assert.deepEqual(filterOf("a = b=c"), {a: "b=c"});
  assert.equal(filterOf("nonsense"), "nonsense");
});

test("answers that overlap in one passage are one, and offsets count in the passage", () => {
  const answer = (text: string, begin: number, probability: number, passage_begin = 100, document = "d"): object =>
    ({answer: text, probability, document, title: "T", source: "/a/b.txt", begin, end: begin + text.length, passage_begin, passage_rank: 1, context: "x"});
  const found = readFound({answered: true, answers: [answer("Ada", 104, 0.5), answer("Ada Byron", 104, 0.2), answer("Ada", 104, 0.1, 100, "other"), answer("she", 150, 0.001)], stages: {expand_ms: 0, retrieve_ms: 3.5, rerank_ms: 0, read_ms: 20, explain_ms: 0}});
  assert.deepEqual(found.answers.map(({answer: text, begin, end, variants}) => [text, begin, end, variants.length]), [["Ada", 4, 7, 1], ["Ada", 4, 7, 0]]);
  assert.ok(Math.abs((found.answers[0]?.probability ?? 0) - 0.7) < 1e-12);
  assert.deepEqual(found.stages, [["Search", 3.5], ["Read", 20]]);
  assert.deepEqual(readFound(null), {answered: false, answers: [], passages: [], none: 0, read: 0, added: [], stages: []});
  assert.equal(fileName("/home/me/notes/a.txt"), "a.txt");
});

// SQLite's documentation of its porter tokenizer: "correction" is found by "corrected" and "correcting".
test("words match by their stems, without accents and regardless of case", () => {
  assert.equal(stemOf("correction"), stemOf("Corrected"));
  assert.equal(stemOf("CAFÉ"), stemOf("cafe"));
  const passage = "The Café was corrected; nothing else.", found = matches("Correcting cafes", passage);
  assert.deepEqual(found.map(({begin, end}) => passage.slice(begin, end)), ["Café", "corrected"]);
  assert.deepEqual(matchedWords("Run, runs and running", matches("runs", "Run, runs and running")), ["Run"]);
  assert.deepEqual(matches("who", "Nobody came", ["nobody"]).length, 1);
});
