// What a fake server with a collection answers; shared by the tests of Ask.

import {explanation, served, usual, type Behaviour, type Json} from "./page_server.js";

export const withCollection: Json = {
  ...served,
  models: [...served.models, {name: "small-embedder", task: "sentence-embedding", labels: [], parameters: 22_000_000}],
  collections: [
    {name: "notes", documents: 2, passages: 3, embedder: "small-embedder", retrievers: ["hybrid", "bm25", "dense"]},
    {name: "letters", documents: 1, passages: 1, embedder: null, retrievers: ["bm25"]},
  ],
};

export const passage = "Ada came first. Then <b>Grace</b> and Ada spoke of engines.";
const place = {document: "/home/me/notes/a.txt#1", title: "Who <i>came</i>", source: "/home/me/notes/a.txt"};

/** The second "Ada" of the passage, the first one, and Grace. */
export function found(request: Json): Json {
  const answers = [["Ada", 38, 0.6], ["Ada", 0, 0.2], ["Grace", 24, 0.1]].map(([answer, begin, probability]) => ({
    answer, probability, confidence: null, score: 3, ...place, begin: 500 + Number(begin), end: 500 + Number(begin) + String(answer).length, passage: 7, passage_begin: 500, passage_rank: 2,
    passage_score: 1.2, passage_bm25: 2.5, passage_dense: 0.4, context: passage, explanation: null,
  }));
  return {limn: 1, question: request["question"], added: request["feedback"] ? [{term: "engine", weight: 1, passages: [7]}] : [], answered: true, answers, no_answer_probability: 0.1, passages_read: 5,
    stages: {expand_ms: 0, retrieve_ms: 4.2, rerank_ms: 0, read_ms: 30, explain_ms: 0}};
}

function similar(request: Json): Json {
  const side = (text: unknown): Json => {
    const {tokens, words} = explanation({model: "small-sentiment", text, method: "occlusion"});
    return {text, value: 0.4, baseline_value: null, completeness_error: null, tokens, words};
  };
  const a = side(request["text"]), b = side(request["pair"]), count = (one: Json): number => (one["tokens"] as unknown[]).length;
  return {limn: 1, model: "small-embedder", task: "sentence-embedding", cosine: 0.4, dot: 0.4, method: {name: "gradient-x-input", signed: true}, a, b,
    pairs: Array.from({length: count(a)}, (_, i) => Array.from({length: count(b)}, (__, j) => (i === j ? 0.1 : 0))), pairs_method: "exact", pairs_residual: 0, seconds: 0.05};
}

export const asking: Behaviour = (route, request, response) => {
  if (route === "/v1/ask") return found(request);
  if (route === "/v1/similar") return similar(request);
  if (route === "/v1/search") return {limn: 1, question: request["question"], added: [], passages: [{...place, passage: 7, begin: 500, end: 560, text: passage, score: 1, bm25: 1, dense: null, rank: 1}], stages: {expand_ms: 0, retrieve_ms: 1, rerank_ms: 0}};
  return usual(route, request, response);
};
