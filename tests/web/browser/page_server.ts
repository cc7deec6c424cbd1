// A fake server for the states of the page: it computes scores by a small formula, and can be slow, busy or gone.

import {readFileSync} from "node:fs";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";

export type Json = Record<string, unknown>;

const pages = join(process.env["LIMN_SOURCE_DIR"] ?? ".", "web/dist");
const types: Record<string, string> = {"page.html": "text/html; charset=utf-8", "more.js": "text/javascript; charset=utf-8"};
/** The Content-Security-Policy of `limn serve`. */
const policy = readFileSync(join(pages, "policy.txt"), "utf8");

/** Methods and options of `limn serve`; tests/server compares the file with the server's own answer. */
export const {methods: allMethods, options} = JSON.parse(readFileSync(join(process.env["LIMN_SOURCE_DIR"] ?? ".", "tests/web/data/table.json"), "utf8")) as {methods: {name: string}[]; options: Json[]};
/** Few, so that pictures of them are small. */
const shownMethods = ["gradient", "gradient-x-input", "integrated-gradients", "occlusion", "kernel-shap", "attention"];

export const served = {
  limn: 1, version: "0.0.0",
  models: [
    {name: "small-qa", task: "question-answering", labels: [], parameters: 22_566_146},
    {name: "other-qa", task: "question-answering", labels: [], parameters: 109_000_000},
    {name: "small-sentiment", task: "sequence-classification", labels: ["negative", "positive"], parameters: 22_713_602},
    {name: "small-names", task: "token-classification", labels: ["O", "B-PER", "I-PER"], parameters: 22_567_301},
  ],
  methods: allMethods.filter(({name}) => shownMethods.includes(name)), options,
  presets: ["seed-qa", "seed-classification"],
  preset_tasks: {"seed-qa": ["question-answering"], "seed-classification": ["sequence-classification"]},
  limits: {tokens: 8192, steps: 1000, samples: 5000, inputs: 64},
};

const readAtOnce = 300;

interface Part {
  text: string;
  begin: number;
  end: number;
}

function split(text: string): Part[] {
  const parts: Part[] = [];
  let begin = 0;
  for (const [i, piece] of text.split(/(\s+)/u).entries()) {
    const end = begin + Array.from(piece).length;
    if (i % 2 === 0 && piece) parts.push({text: piece, begin, end});
    begin = end;
  }
  return parts;
}

const special = (token: string): Json => ({token, id: 1, sequence: null, begin: 0, end: 0, word: null, special: true, score: 0});
const score = (word: string, signed: boolean): number => {
  const size = (Array.from(word).reduce((sum, letter) => (31 * sum + (letter.codePointAt(0) ?? 0)) % 997, 7) / 997) ** 3;
  return signed && word.length % 3 === 0 ? -size : size;
};

/** Tokens are words, and of each text at most `readAtOnce` are read. */
function reading(texts: string[], signed = false): {tokens: Json[]; words: Json[]; cut: number} {
  const tokens = [special("[CLS]")], words: Json[] = [];
  let cut = 0;
  texts.forEach((text, sequence) => {
    const parts = split(text), read = parts.slice(0, readAtOnce);
    cut += parts.length - read.length;
    read.forEach(({text: word, begin, end}, i) => {
      tokens.push({token: word.toLowerCase(), id: 1000 + i, sequence, begin, end, word: i, special: false, score: score(word, signed)});
      words.push({text: word, sequence, begin, end, score: score(word, signed)});
    });
    tokens.push(special("[SEP]"));
  });
  return {tokens, words, cut};
}

export function explanation(request: Json): Json {
  const model = served.models.find(({name}) => name === request["model"]) ?? served.models[0], task = model?.task ?? "";
  const given = task === "question-answering" ? ["question", "context"] : "pair" in request ? ["text", "pair"] : ["text"];
  const texts = given.map(name => String(request[name])), method = typeof request["method"] === "string" ? request["method"] : "gradient", signed = method !== "gradient" && method !== "attention";
  const {tokens, words, cut} = reading(texts, signed), count = tokens.filter(token => token["special"] === false).length;
  const json: Json = {
    limn: 1, model: model?.name, task, input: Object.fromEntries(given.map((name, i) => [name, texts[i]])),
    method: {name: method, preset: request["preset"] ?? null, baseline: null, reduce: signed ? "sum" : "onehot-l2", normalize: signed ? "none" : "max", seed: 0, signed},
    value: 2.5, baseline_value: null, completeness_error: null, passes: 1, seconds: 0.012, tokens, words,
    ...(cut > 0 && {warnings: [`the text is too long for the model: its last ${cut} tokens of ${cut + count} were not read`]}),
  };
  if (task === "question-answering") {
    const spans = tokens.map((token, i) => ({token, i})).filter(({token}) => token["sequence"] === 1).sort((a, b) => Number(b.token["score"]) - Number(a.token["score"]));
    const answers = spans.slice(0, Number(request["top"] ?? 1)).map(({token, i}, rank) => ({
      answer: Array.from(texts[1] ?? "").slice(Number(token["begin"]), Number(token["end"])).join(""), begin: token["begin"], end: token["end"], start_token: i, end_token: i, probability: 0.6 / (rank + 1) ** 2,
    }));
    const wanted = answers.find(({answer, start_token: at}) => answer === request["answer"] || request["target"] === `${at}:${at}`) ?? answers[0];
    return {...json, prediction: {...answers[0], null_probability: 0.02, confidence: null, answers}, target: {explain: "logit", start_token: wanted?.start_token, end_token: wanted?.end_token}};
  }
  if (task === "token-classification") {
    const names = words.filter(word => /^\p{Lu}/u.test(String(word["text"])));
    const entities = names.map(({text, begin, end}) => ({label: "PER", text, begin, end, probability: 0.9, start_token: tokens.findIndex(token => token["begin"] === begin && token["special"] === false), end_token: tokens.findIndex(token => token["begin"] === begin && token["special"] === false)}));
    return {explanations: entities.map(entity => ({...json, prediction: {entities, tokens: []}, target: {explain: "logit", label: "B-PER", start_token: entity.start_token, end_token: entity.end_token, text: entity.text}}))};
  }
  const label = typeof request["target"] === "string" ? request["target"] : "positive";
  return {...json, prediction: {label: "positive", index: 1, probability: 0.93, probabilities: {negative: 0.07, positive: 0.93}}, target: {explain: "logit", label, index: 1}};
}

function comparison(request: Json): Json {
  const models = request["models"] as string[], methods = request["methods"] as string[];
  const explanations = models.flatMap(model => methods.map(method => explanation({...request, model, method})));
  const correlations = explanations.flatMap((_, a) => explanations.slice(a + 1).map((__, i) => ({a, b: a + 1 + i, words: 20, kendall: 0.41, spearman: 0.56})));
  return {limn: 1, input: {}, models: models.map(model => ({model, parameters: 22_566_146, bytes: 45_144_044})), explanations, correlations};
}

/** Two words for every mask. */
function gaps(request: Json): Json {
  const text = String(request["text"]), begins = [...text.matchAll(/\[MASK\]/g)].map(({index}) => index);
  return {limn: 1, model: request["model"], task: "masked-lm", input: {text}, prediction: {masks: begins.map((begin, i) => ({token: 3, sequence: 0, begin, end: begin + 6,
    fills: [{token: "paris", id: 1, probability: 0.5 / (i + 1)}, {token: "<b>lyon", id: 2, probability: 0.2 / (i + 1)}]}))}};
}

/** The text with its first word replaced, which changes the label, or removed, which does not. */
function attack(request: Json): Json {
  const {tokens, model, task, input, prediction} = explanation(request) as Record<string, Json[]>, isFlip = request["kind"] === "hotflip";
  const before = {label: "positive", index: 1, probability: 0.93, probabilities: {positive: 0.93}}, after = isFlip ? {...before, label: "negative", index: 0, probability: 0.7} : before;
  const first = String(tokens?.[1]?.["token"]);
  return {limn: 1, model, task, input, prediction, attack: request["kind"], toward: null, succeeded: true, before, after, output: {text: ""}, reread: null, passes: 3, seconds: 0.1,
    tokens: tokens?.map(({score: gradient, ...token}) => ({...token, gradient})), steps: [{token: 1, before: first, after: isFlip ? "awful" : null, input: {text: ""}, prediction: after}]};
}

/** One layer with one head, in which every token looks at itself. */
function attention(request: Json): Json {
  const {tokens, model, task, input, prediction} = explanation(request) as Record<string, Json[]>, count = tokens?.length ?? 0;
  const weights = Buffer.from(Array.from({length: count * count}, (_, i) => (i % (count + 1) ? 0 : 255))).toString("base64");
  return {limn: 1, model, task, input, prediction, tokens, layers: 1, heads: 1, weights, seconds: 0.1};
}

/** The answer to a request; undefined if it was answered already. */
export type Behaviour = (route: string, request: Json, response: ServerResponse) => Promise<Json | undefined> | Json | undefined;

export const usual: Behaviour = (route, request) => {
  if (route === "/v1/compare") return comparison(request);
  if (route === "/v1/predict") return gaps(request);
  if (route === "/v1/attack") return attack(request);
  if (route === "/v1/attention") return attention(request);
  if (route !== "/v1/tokenize") return explanation(request);
  const {tokens, cut} = reading([request["question"] ?? request["text"], request["context"] ?? request["pair"]].filter(text => typeof text === "string"));
  return {tokens, cut_tokens: cut};
};

/** Answers with problem details. */
export function refuse(response: ServerResponse, status: number, more: Json, headers: Record<string, string> = {}): Json | undefined {
  response.writeHead(status, {"Content-Type": "application/problem+json", ...headers});
  response.end(JSON.stringify({type: "about:blank", title: "", status, ...more}));
  return undefined;
}

const bodyOf = async (request: IncomingMessage): Promise<Json> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString() || "{}") as Json;
};

export class PageServer {
  behaviour: Behaviour = usual;
  key = "";
  /** The answer to /v1/models. */
  models: Json = served;
  /** The requests, oldest first. */
  asked: {route: string; request: Json}[] = [];
  private server: Server | undefined;
  private port = 0;

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts on a free port, and later on the same one. */
  async start(): Promise<void> {
    const server = this.server = createServer((request, response) => { void this.handle(request, response); });
    await new Promise<void>(resolve => { server.listen(this.port, "127.0.0.1", resolve); });
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = request.url ?? "", file = route === "/" ? "page.html" : route.slice(1), type = types[file];
    response.setHeader("Content-Security-Policy", policy);
    if (type) {
      response.writeHead(200, {"Content-Type": type}).end(readFileSync(join(pages, file)));
      return;
    }
    if (route === "/readyz") {
      response.writeHead(200, {"Content-Type": "application/json"}).end("{}");
      return;
    }
    if (this.key && request.headers.authorization !== `Bearer ${this.key}`) {
      refuse(response, 401, {detail: "this server needs an API key"});
      return;
    }
    if (route === "/v1/models") {
      response.writeHead(200, {"Content-Type": "application/json"}).end(JSON.stringify(this.models));
      return;
    }
    const body = await bodyOf(request);
    this.asked.push({route, request: body});
    const json = await this.behaviour(route, body, response);
    if (!json) return;
    if (request.headers.accept?.includes("text/event-stream")) event(response, "result", json).end();
    else response.writeHead(200, {"Content-Type": "application/json"}).end(JSON.stringify(json));
  }
}

/** Sends one server-sent event. */
export function event(response: ServerResponse, name: string, json: Json): ServerResponse {
  if (!response.headersSent) response.writeHead(200, {"Content-Type": "text/event-stream"});
  response.write(`event: ${name}\ndata: ${JSON.stringify(json)}\n\n`);
  return response;
}
