import assert from "node:assert/strict";
import {test} from "node:test";
import {zoom, fit} from "../../../web/viewer/chart.js";
import {excerpt} from "../../../web/viewer/comparison.js";
import {finding, means} from "../../../web/viewer/comparison_figures.js";
import {meanWeights, strongestLines} from "../../../web/viewer/attention_weights.js";
import {type Correlation, read, type Attention, type Comparison, type Explanation} from "../../../web/viewer/json.js";
import {csv, csvRow} from "../../../web/viewer/save.js";
import * as summary from "../../../web/viewer/summary.js";
import {foldRuns} from "../../../web/viewer/fold.js";
import {textRuns} from "../../../web/viewer/text_runs.js";

type Json = Record<string, unknown>;

const token = (name: string, begin: number, end: number, sequence: number | null = 0, score = 0): Json =>
  ({token: name, id: 1, sequence, begin, end, special: sequence === null, score});
const word = (begin: number, end: number, score: number, sequence = 0): Json => ({text: "", sequence, begin, end, score});

function explanation(more: Json): Explanation {
  const document = read({
    limn: 1, model: "m", task: "sequence-classification", input: {text: "one two"}, prediction: null, target: {explain: "logit"},
    method: {name: "gradient"}, value: 1, tokens: [], words: [], ...more,
  });
  assert.equal(document.kind, "explanation");
  return document;
}

const question = (more: Json = {}): Explanation => explanation({
  task: "question-answering", input: {question: "Who?", context: "Then 😍 Anna came."},
  prediction: {answer: "Anna", begin: 7, end: 11, probability: 0.9, start_token: 5, end_token: 5, null_probability: 0.1, confidence: null},
  target: {explain: "logit", start_token: 5, end_token: 5},
  tokens: [token("[CLS]", 0, 0, null), token("who", 0, 3), token("[SEP]", 0, 0, null), token("then", 0, 4, 1), token("😍", 5, 6, 1), token("anna", 7, 11, 1),
    token("[SEP]", 0, 0, null)],
  words: [word(0, 3, 0.5), word(0, 4, 0.1, 1), word(5, 6, 0.2, 1), word(7, 11, 1, 1)], ...more,
});

test("runs cover the text and record word, token, mark and whether it was read", () => {
  const [first, second] = textRuns(question());
  assert.ok(first && second);
  assert.deepEqual(first.before, [0]);
  assert.deepEqual([first.after, second.after], [[2], [6]]);
  assert.equal(second.runs.map(run => second.text.slice(run.begin, run.end)).join("|"), "Then| |😍| |Anna| came.");
  assert.deepEqual(second.runs.map(run => run.word), [1, undefined, 2, undefined, 3, undefined]);
  assert.deepEqual(second.runs.map(run => run.mark), [undefined, undefined, undefined, undefined, 0, undefined]);
  assert.deepEqual(second.runs.map(run => run.read), [true, true, true, true, true, false]);
  assert.deepEqual(second.marks, [{begin: 8, end: 12, label: "answer 90%", explained: true}]);
});

test("of a long text, the passage with the answer is shown, or the beginning of what was read", () => {
  const context = `${"Nothing here. ".repeat(500)}Then Anna came. ${"Nothing more. ".repeat(500)}`, begin = 7005; // 500 sentences of 14 characters, and "Then "
  const [, source] = textRuns(question({input: {question: "Who?", context}, words: [word(begin, begin + 4, 1, 1)], tokens: [token("who", 0, 4), token("[SEP]", 0, 0, null), token("then", begin - 5, begin - 1, 1), token("anna", begin, begin + 4, 1), token("came", begin + 5, begin + 9, 1)],
    prediction: {answer: "Anna", begin, end: begin + 4, probability: 0.9, start_token: 3, end_token: 3}, target: {explain: "logit", start_token: 3, end_token: 3}}));
  assert.ok(source);
  const {before, shown, after} = foldRuns(source), textOf = (runs: readonly {begin: number; end: number}[]): string => runs.map(run => context.slice(run.begin, run.end)).join("");
  assert.equal(textOf(before) + textOf(shown) + textOf(after), context, "nothing is lost");
  assert.match(textOf(shown), /^\S.*Then Anna came\..*\S$/);
  assert.ok(textOf(before).length > begin - 400 && textOf(shown).length < 2000, `${textOf(before).length} ${textOf(shown).length}`);
  const short = textRuns(question())[1];
  assert.deepEqual(short && foldRuns(short), {before: [], shown: short?.runs, after: []});
  const plain = textRuns(explanation({input: {text: "word ".repeat(2000)}, tokens: [token("word", 5, 9)]}))[0], folded = plain && foldRuns(plain);
  assert.deepEqual(folded?.before, []);
  assert.equal(folded.shown.at(-1)?.end, 4009, "to the space after 4,000 characters from where reading begins");
  const family = "👩🏽‍💻".repeat(2000), whole = textRuns(explanation({input: {text: family}, tokens: [token("x", 0, 4)]}))[0], emoji = whole && foldRuns(whole);
  assert.equal((emoji?.shown.at(-1)?.end ?? 1) % 7, 0, "no character is split"); // 7 UTF-16 units each
});

test("offsets outside the text are ignored", () => {
  const [source] = textRuns(explanation({words: [word(0, 3, 1), word(1, 5, 1), word(4, 900, 1), word(90, 91, 1), word(5, 2, 1)], tokens: [token("x", 50, 90)]}));
  assert.equal(source?.runs.map(run => source.text.slice(run.begin, run.end)).join("|"), "one| |two");
});

test("an answer other than the model's is outlined too", () => {
  const other = question({target: {explain: "logit", start_token: 3, end_token: 4}});
  assert.deepEqual(textRuns(other)[1]?.marks.map(mark => [mark.label, mark.explained]), [["explained", true], ["answer 90%", false]]);
  assert.equal(summary.explainedInstead(other), "Explained: Then 😍");
  assert.equal(summary.explainedInstead(question({target: {explain: "logit", start_token: 0, end_token: 0}})), "Explained: no answer");
});

test("verdicts", () => {
  const said = (prediction: Json, target?: Json): string => {
    const {kind, text, probability} = summary.verdict(explanation({prediction}).prediction, target && explanation({target}).target);
    return [kind, text, probability ?? ""].join("/");
  };
  assert.equal(said({answer: "", begin: 0, end: 0, null_probability: 0.7}), "/no answer/0.7");
  assert.equal(said({label: "a", index: 0, probability: 0.6, probabilities: {}, labels: ["a", "b"]}), "/a, b/");
  assert.equal(said({label: null, index: 0, probability: 0.2, probabilities: {}, labels: []}), "/no label/");
  const entities = {entities: [{label: "PER", begin: 0, end: 3, text: "one", probability: 0.5, start_token: 1, end_token: 2}], tokens: []};
  assert.equal(said(entities, {explain: "logit", label: "B-PER", start_token: 2}), "PER/one/0.5");
  const [entity] = entities.entities, sure = explanation({prediction: {entities: [{...entity, confidence: 0.61}], tokens: []}, target: {explain: "logit", label: "B-PER", start_token: 2}});
  assert.equal(summary.verdict(sure.prediction, sure.target).confidence, 0.61);
  assert.equal(said({entities: [], tokens: []}), "/no entities/");
  assert.equal(said({cosine: 0.48}), "/cosine 0.48/");
  assert.equal(summary.sentence(explanation({task: "sentence-embedding", prediction: {cosine: 0.48}, words: [word(0, 3, 1)]})), "“one” mattered most for similarity.");
  assert.equal(said({masks: [{fills: [{token: "cat", probability: 0.4}]}]}), "/cat/0.4");
});

test("the sentence names the strongest words, for and against", () => {
  assert.equal(summary.sentence(question()), "“Anna”, “Who” and “😍” mattered most for this answer.");
  const label = {prediction: {label: "up", index: 0, probability: 1, probabilities: {}}, target: {explain: "logit", label: "up"}};
  assert.equal(summary.sentence(explanation({...label, words: [word(0, 3, 2), word(4, 7, -1)]})), "“one” pushed most towards up; “two” pushed most against it.");
  // The lists have eight words, and the sentence names no others.
  const many = explanation({...label, words: [...Array.from({length: 8}, (_, i) => word(0, 3, 2 + i)), word(4, 7, -1)]});
  assert.ok(!summary.sentence(many).includes("against"));
  assert.equal(summary.sentence(explanation({...label, words: [word(0, 3, -2)]})), "“one” pushed most against up.");
  assert.equal(summary.sentence(explanation({...label, method: {name: "x", signed: true}})), "No word pushed towards up or against it.");
});

test("the target function, and the sum of the scores", () => {
  assert.equal(summary.targetFunctionText(question({value: 11.2743})), "F = start logit + end logit of the answer = 11.27");
  const complete = explanation({target: {explain: "logit", label: "a", contrast: "b"}, value: 3, baseline_value: 1, completeness_error: 0.5, tokens: [token("x", 0, 1, 0, 2.5)]});
  assert.equal(summary.targetFunctionText(complete), "F = logit of a − logit of b = 3");
  assert.equal(summary.completenessText(complete), "sum of scores 2.5, F(x) − F(baseline) = 2, error 0.5");
});

test("equal scores have equal ranks; shares sum to one", () => {
  const places = summary.places([{score: 1}, {score: -3}, {score: 1}, {score: NaN}]);
  assert.deepEqual(places.map(place => place.rank), [2, 1, 2, 4]);
  assert.deepEqual(places.map(place => place.share), [0.2, 0.6, 0.2, 0]);
});

test("the tokens of words", () => {
  const subwords = explanation({tokens: [token("[CLS]", 0, 0, null), token("on", 0, 2), token("##e", 2, 3), token("two", 4, 7)], words: [word(0, 3, 1), word(4, 7, 1)]});
  assert.deepEqual(summary.tokensOfWords(subwords), [[1, 2], [3]]);
});

test("the probability that an answer starts or ends at a token", () => {
  const logits = {start: [0, 0, 0, 0, 0, Math.log(6), 0], end: [0, 0, 0, 0, 0, 0, 0]};
  assert.equal(summary.tokenVerdicts(question({logits})).get(5), "start 50%, end 14%"); // 6 of 12, 1 of 7
});

test("an excerpt begins before the answer, with a word", () => {
  const text = `${"word ".repeat(100)}Anna came.`, words = Array.from({length: 101}, (_, i) => word(5 * i, 5 * i + 4, 0.1, 1));
  const long = question({input: {question: "Who?", context: text}, words, tokens: [],
    prediction: {answer: "Anna", begin: 500, end: 504, probability: 1}, target: {explain: "logit"}});
  const found = excerpt(long, textRuns(long));
  assert.equal(found?.runs[0]?.begin, 440);
  assert.equal(found.runs[0].word, 88);
});

test("the brush stays inside the chart", () => {
  assert.deepEqual(fit({begin: -5, end: 3}, 100), {begin: 0, end: 8});
  assert.deepEqual(fit({begin: 98, end: 110}, 100), {begin: 88, end: 100});
  assert.deepEqual(fit({begin: 0, end: 9}, 4), {begin: 0, end: 4});
  assert.deepEqual(zoom({begin: 40, end: 60}, 2, 100), {begin: 30, end: 70});
  assert.deepEqual(zoom({begin: 0, end: 8}, 0.5, 100), {begin: 0, end: 8});
});

test("means over the inputs of a comparison", () => {
  const cell = (answer: string, seconds: number): Json => ({task: "question-answering", input: {question: "", context: ""}, method: {name: "gradient"},
    prediction: {answer, begin: 0, end: 0}, target: {}, seconds, passes: 1, words: [], tokens: []});
  const row = (right: boolean, rho: number | null, seconds: number): Json => ({
    models: [{model: "a", right}, {model: "b"}], explanations: [cell("x", seconds), cell("", 1)], correlations: [{a: 0, b: 1, words: 5, spearman: rho, kendall: null}],
  });
  const document = read([row(true, 0.5, 0.1), {row: 1, error: {message: "too long"}}, row(false, null, 0.3)]);
  assert.equal(document.kind, "collection");
  const whole = means((document as {comparisons: Comparison[]}).comparisons);
  assert.equal(whole.inputs, 2);
  assert.deepEqual(whole.models.map(model => [model.rights, model.known, model.answered]), [[1, 2, 2], [0, 0, 0]]);
  assert.ok(Math.abs((whole.models[0]?.seconds ?? 0) - 0.2) < 1e-12);
  assert.deepEqual(whole.correlations.map(pair => [pair.words, pair.spearman, pair.kendall]), [[10, 0.5, undefined]]);
});

test("attention weights are read from one byte each", () => {
  const bytes = String.fromCharCode(255, 0, 128, 221, 180, 180, 26, 254); // √ of 1, 0, ¼, ¾, ½, ½, 0.01, 0.99
  const json = {model: "m", task: "", input: {text: "a b"}, layers: 1, heads: 2, tokens: [token("a", 0, 1), token("b", 2, 3)], weights: btoa(bytes)};
  const maps = read(json) as Attention;
  const close = (values: ArrayLike<number>, expected: number[]): boolean => expected.every((value, i) => Math.abs((values[i] ?? NaN) - value) < 0.005);
  assert.ok(close(meanWeights(maps, 0, new Set([0])), [1, 0, 0.25, 0.75]));
  assert.ok(close(meanWeights(maps, 0, new Set([0, 1])), [0.75, 0.25, 0.13, 0.87]));
  const {weights, ...rest} = json, numbers = [[[[1, 0], [0.25, 0.75]], [[0.5, 0.5], [0.01, 0.99]]]]; // as `limn attention --format json`
  assert.deepEqual((read({...rest, attention: numbers}) as Attention).weights, maps.weights);
  assert.equal(atob(weights), bytes);
  assert.throws(() => read({...json, heads: 3}), /8 weights found, 1 × 3 × 2² expected/);
});

test("comma-separated values", () => {
  assert.equal(csvRow(["a,b", "say \"x\"", 1.5, "line\nfeed"]), "\"a,b\",\"say \"\"x\"\"\",1.5,\"line\nfeed\"\r\n");
  assert.equal(csv(question()).split("\r\n")[3], "0,Anna,0.9,Anna,0,1,😍,5,6,0.2,");
});

test("foreign JSON is rejected, and malformed JSON does no harm", () => {
  assert.throws(() => read({}), /not limn's JSON/);
  assert.throws(() => read(null), /not limn's JSON/);
  const odd = read({input: {text: 5}, words: [null, 3, {score: "x", begin: -4, end: 1e99}], tokens: "none", prediction: [], method: null, warnings: [1]}) as Explanation;
  assert.deepEqual(odd.texts, [""]);
  assert.equal(odd.words.length, 3);
  assert.doesNotThrow(() => [textRuns(odd), summary.sentence(odd), summary.verdict(odd.prediction, odd.target)]);
});

test("runs are contiguous and cover the text for any offsets", () => {
  let state = 7;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // a linear congruential generator (Numerical Recipes)
    return Math.floor((state / 2 ** 32) * limit);
  };
  const parts = ["a", " ", "\n", "漢", "👩\u200d👧", "e\u0301", "\u202e", "🇫🇷", "\ud800", "<b>"];
  for (let round = 0; round < 500; round++) {
    const text = Array.from({length: below(30)}, () => parts[below(parts.length)]).join("");
    const spans = (most: number): Json[] => Array.from({length: below(most)}, () => word(below(40), below(40), below(9) - 4, below(3)));
    const random = explanation({input: {text}, words: spans(20), tokens: spans(20), prediction: {entities: spans(4).map(span => ({...span, label: "X", start_token: 0, end_token: 1})), tokens: []}});
    const [source] = textRuns(random);
    assert.ok(source);
    assert.equal(source.runs.map(run => text.slice(run.begin, run.end)).join(""), text);
    for (const run of source.runs) assert.ok(run.begin < run.end);
    assert.doesNotThrow(() => [summary.sentence(random), summary.tokensOfWords(random)]);
  }
});

test("the word of another explanation at the same position", () => {
  const words = [[0, 10, 14], [0, 0, 3], [0, 4, 9], [1, 0, 5]].map(([sequence = 0, begin = 0, end = 0]) => ({sequence, begin, end, score: 1})), order = summary.wordOrder(words);
  const at = (sequence: number, begin: number, end: number): number => summary.wordAt(words, order, {sequence, begin, end});
  assert.deepEqual(order, [[1, 2, 0], [3]]);
  assert.deepEqual([at(0, 0, 3), at(0, 5, 6), at(0, 2, 12), at(0, 12, 20), at(1, 4, 9)], [1, 2, 1, 0, 3]);
  assert.deepEqual([at(0, 3, 4), at(0, 14, 16), at(1, 5, 9), at(2, 0, 1)], [-1, -1, -1, -1]);
});

test("only the strongest lines are drawn if there are many", () => {
  const weights = Float32Array.from([0.5, 0.009, 0.2, 0.9]);
  assert.deepEqual(strongestLines(weights, () => 10, 100), [3, 0, 2]);
  assert.deepEqual(strongestLines(weights, () => 10, 25), [3, 0]);
  assert.deepEqual(strongestLines(weights, index => 10 * index, 5), []);
});

test("a comparison's finding in a sentence", () => {
  const names = ["LIME", "Integrated Gradients", "attention", "rollout"], pair = (a: number, b: number, spearman: number | undefined): Correlation => ({a, b, words: 9, magnitudes: false, kendall: 0, spearman});
  const said = (...pairs: Correlation[]): string => finding(pairs, index => names[index] ?? "");
  assert.equal(said(pair(0, 1, 0.834), pair(0, 2, 0.1), pair(1, 2, -0.6)), "LIME and Integrated Gradients agree most, 0.83; attention agrees with none.");
  assert.equal(said(pair(0, 1, 0.9), pair(0, 2, 0.1), pair(1, 2, 0.2), pair(0, 3, 0), pair(1, 3, 0), pair(2, 3, 0.1)), "LIME and Integrated Gradients agree most, 0.90; attention and rollout agree with none.");
  assert.equal(said(pair(0, 1, 0.5), pair(0, 2, 0.4), pair(1, 2, 0.1)), "LIME and Integrated Gradients agree most, 0.50.");
  assert.equal(said(pair(0, 1, 0.7)), "LIME and Integrated Gradients agree, 0.70.");
  assert.equal(said(pair(0, 1, 0.1)), "LIME and Integrated Gradients do not agree, 0.10.");
  assert.equal(said(pair(0, 1, 0.1), pair(0, 2, 0.2), pair(1, 2, -0.5)), "No two of them agree.");
  assert.equal(said(pair(0, 1, undefined)), "");
});
