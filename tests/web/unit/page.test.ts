import assert from "node:assert/strict";
import {test} from "node:test";
import {earlyRequest, firstView} from "../../../web/page/early.js";
import type {Answer} from "../../../web/viewer/json.js";
import {foldAnswers} from "../../../web/page/answers.js";
import {EventParser} from "../../../web/page/events.js";
import {compareRequest, explainRequest, isEmpty} from "../../../web/page/requests.js";
import {firstSample, isRight, samples, type Sample} from "../../../web/page/samples.js";
import {emptyView, fitsLink, fromFragment, longestLink, toFragment, type View} from "../../../web/page/state.js";
import {readTable} from "../../../web/page/table.js";
import {cutAfter, parts} from "../../../web/page/windows.js";
import {allMethods, served} from "../browser/page_server.js";

// The examples of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
const streams: [string, [string, string][]][] = [
  ["data: YHOO\ndata: +2\ndata: 10\n\n", [["message", "YHOO\n+2\n10"]]],
  [": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n", [["message", "first event"], ["message", "second event"], ["message", " third event"]]],
  ["data\n\ndata\ndata\n\ndata:", [["message", ""], ["message", "\n"]]],
  ["data:test\n\ndata: test\n\n", [["message", "test"], ["message", "test"]]],
  ["event: add\r\ndata: 73857293\r\n\r\nevent: remove\rdata: 2153\r\r\n", [["add", "73857293"], ["remove", "2153"]]],
];

test("server-sent events do not depend on how the stream is split", () => {
  for (const [stream, expected] of streams) {
    for (const size of [1, 2, 3, 5, stream.length]) {
      const parser = new EventParser(), found: [string, string][] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...parser.feed(stream.slice(at, at + size)).map(({name, data}): [string, string] => [name, data]));
      assert.deepEqual(found, expected, `${JSON.stringify(stream)} by ${size}`);
    }
  }
});

test("overlapping answers are folded into the most probable, and their probabilities are added", () => {
  const answer = (begin: number, end: number, probability: number): Answer => ({answer: `${begin}-${end}`, begin, end, probability, startToken: undefined, endToken: undefined});
  const groups = foldAnswers([answer(10, 28, 0.353), answer(14, 28, 0.119), answer(40, 44, 0.02), answer(10, 20, 0.0065), answer(21, 28, 0.0036), answer(60, 70, 0.001)]);
  assert.deepEqual(groups.map(({best, variants, probability}) => [best.answer, variants.map(one => one.answer), Math.round(1000 * probability)]),
    [["10-28", ["14-28", "10-20"], 479], ["40-44", [], 20]]); // 0.353 + 0.119 + 0.0065; answers under half a percent are left out
  assert.deepEqual(foldAnswers([answer(0, 1, 0.001)]).map(({best}) => best.answer), ["0-1"], "the best is never left out");
});

const table = readTable({...served, methods: allMethods}), known = table.options.map(({name}) => name);
const view = (more: Partial<View>): View => ({...emptyView, ...more});

test("a link restores its view", () => {
  const sample = samples[0];
  assert.ok(sample);
  for (const made of [
    view({models: ["a"]}),
    view({sample: sample.id, texts: sample.texts, models: ["a"]}),
    view({texts: ["a & b = c # d ? é 🎬 \u202E\u0000\n", "second\ttext +%20"], models: ["org/name"], label: "x=y", answer: "the & end", entity: 3, windows: true}),
    view({texts: ["t", ""], models: ["a", "b"], methods: ["gradient", "lime"], compared: true, options: {steps: "20", baseline: "a text of my own", unit: "sentence"}}),
  ]) assert.deepEqual(fromFragment(toFragment(made), known), made);
});

test("a text that is too long for a link is omitted, and this can be detected", () => {
  const long = view({texts: ["é".repeat(longestLink), ""], models: ["a"]});
  assert.ok(toFragment(long).length < 100);
  assert.ok(!fitsLink(long));
  assert.ok(fitsLink(view({texts: ["short", ""]})));
  assert.ok(fitsLink(emptyView));
});

test("invalid values in a link are ignored", () => {
  assert.equal(fromFragment("", known), undefined);
  assert.equal(fromFragment("limn-e-1", known), undefined);
  const read = fromFragment(`sample=no-such&text=x&model=&model=${"m".repeat(300)}&compare=yes&windows=2&entity=-1&evil=1&__proto__=2&steps=`, known);
  assert.deepEqual(read, view({texts: ["x", ""], models: []}));
  assert.equal(fromFragment(`text=x&${Array.from({length: 500}, (_, i) => `model=${i}`).join("&")}`, known)?.models.length, 64);
});

test("requests contain the options that apply, with numbers as numbers", () => {
  const asked = view({texts: ["Q?", "C."], methods: ["integrated-gradients"], answer: "C", label: "no label of answers", options: {steps: "20", layer: "3", sigma: "0.5", head: "2", seed: "x", max_length: "64", always_answer: "true"}});
  assert.deepEqual(explainRequest(asked, table, "m", "question-answering"),
    {model: "m", question: "Q?", context: "C.", method: "integrated-gradients", steps: 20, layer: "3", max_length: 64, always_answer: true, answer: "C", top: 20});
  assert.deepEqual(explainRequest(view({texts: ["t", "p"], methods: ["preset:seed-qa"], label: "1", options: {steps: "many"}}), table, "m", "sequence-classification"),
    {model: "m", text: "t", pair: "p", preset: "seed-qa", steps: "many", target: "1"});
  assert.deepEqual(explainRequest(view({texts: ["t", ""], methods: ["gradient"], label: "a", options: {target: "0"}}), table, "m", "sequence-classification"),
    {model: "m", text: "t", method: "gradient", target: "0"});
  assert.deepEqual(compareRequest(view({texts: ["t", ""], methods: ["gradient", "occlusion"], options: {reduce: "l1", explain: "margin"}}), table, ["a", "b"], "sequence-classification"),
    {models: ["a", "b"], methods: ["gradient", "occlusion"], text: "t", explain: "margin"});
});

test("a question needs a context", () => {
  assert.ok(isEmpty(["Q?", " \n"], "question-answering"));
  assert.ok(!isEmpty(["Q?", "C"], "question-answering"));
  assert.ok(isEmpty([" ", ""], "sequence-classification"));
});

test("only options of all chosen methods apply", () => {
  assert.ok(table.applies("explain", ["gradient", "lime"], "sequence-classification"));
  assert.ok(!table.applies("steps", ["gradient", "integrated-gradients"], "sequence-classification"));
  assert.ok(table.applies("stride", ["gradient"], "sequence-classification") && !table.applies("stride", ["gradient"], "sentence-embedding"));
  assert.ok(table.methods.every(({name}) => table.applies("normalize", [name], "")));
});

test("a sample's prediction is right or wrong", () => {
  const of = (id: string): Sample => samples.find(sample => sample.id === id) ?? assert.fail(id);
  assert.deepEqual([isRight(of("tweet-3"), "positive"), isRight(of("tweet-3"), "negative"), isRight(of("name-1"), "anything")], [true, false, true]);
  assert.deepEqual(["Stanford", "stanford university in California", "a large family ranch near Duncan, Arizona", ""].map(said => isRight(of("question-4"), said)), [true, true, false, false]);
});

test("samples: nine questions, and tweets, reviews and names", () => {
  const count = (group: string): number => samples.filter(sample => sample.group === group).length;
  assert.equal(count("Questions"), 9);
  for (const group of ["Tweets", "Reviews", "Names"]) assert.ok(count(group) >= 3, group);
  assert.equal(new Set(samples.map(({id}) => id)).size, samples.length);
  assert.equal(firstSample("question-answering")?.texts[0], "Who ruled macedonia");
});

// A tokenizer with subwords of at most two letters, for a model that reads at most four of them.
const subwords = (text: string): {sequence: number; begin: number; end: number; word: number}[] =>
  [...text.matchAll(/\S+/g)].flatMap((match, word) => Array.from({length: Math.ceil(match[0].length / 2)}, (_, i) => {
    const begin = match.index + 2 * i;
    return {sequence: 0, begin, end: Math.min(begin + 2, match.index + match[0].length), word};
  }));

test("windows: a text in parts, cut between words", async () => {
  const tokenize = (request: Record<string, unknown>): Promise<unknown> => {
    const all = subwords(String(request["text"]));
    return Promise.resolve({tokens: all.slice(0, 4), cut_tokens: Math.max(0, all.length - 4)});
  };
  // ab|cd ef gh|i: the incomplete word moves to the next part; a word longer than a part is cut where reading ended.
  assert.deepEqual(await parts(["abcd ef ghi jk", ""], "sequence-classification", {}, tokenize), [["abcd ef ", ""], ["ghi jk", ""]]);
  assert.deepEqual(await parts(["abcdefghijkl", ""], "sequence-classification", {}, tokenize), [["abcdefgh", ""], ["ijkl", ""]]);
  assert.deepEqual(await parts(["ab", ""], "sequence-classification", {}, tokenize), [["ab", ""]]);
  assert.deepEqual(await parts(["  ", ""], "sequence-classification", {}, tokenize), []);
});

test("windows of a context share tokens", () => {
  const tokens = Array.from({length: 100}, (_, i) => ({sequence: 1, begin: 2 * i, end: 2 * i + 1, word: i}));
  assert.deepEqual(cutAfter(tokens, 1, true), {end: 199, next: 72}); // from the 37th token: 64 are shared
  assert.deepEqual(cutAfter(tokens.slice(0, 10), 1, true), {end: 19, next: 19}); // too few to share
  assert.deepEqual(cutAfter([], 1, true), {end: Infinity, next: Infinity});
});

test("the first request does not need the table, or waits for it", () => {
  assert.deepEqual(earlyRequest(""), explainRequest(firstView("", "question-answering", known), table, undefined, "question-answering"));
  assert.equal(earlyRequest("sample=review-3&model=m&method=occlusion")?.["method"], "occlusion");
  assert.equal(earlyRequest("sample=review-3&model=m&method=occlusion&masking=pad"), undefined);
  assert.equal(earlyRequest("sample=review-3"), undefined); // its model depends on the server
  assert.equal(earlyRequest("text=x&model=m"), undefined);
});
