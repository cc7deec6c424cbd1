// Reads limn's JSON (docs/interface.md). The result has these types for any input.

export interface Token {
  token: string;
  id: number | undefined;
  sequence: number | undefined; // undefined: a special token that belongs to no text
  begin: number; // code points of the sequence's text
  end: number;
  special: boolean;
  score: number; // NaN where the JSON has null
}

export interface Word {
  sequence: number;
  begin: number;
  end: number;
  score: number;
  error?: number; // standard error, of methods that draw samples
}

export interface Answer {
  answer: string;
  begin: number;
  end: number;
  probability: number | undefined;
  startToken: number | undefined;
  endToken: number | undefined;
}

export interface Entity {
  label: string;
  begin: number;
  end: number;
  text: string;
  probability: number | undefined;
  confidence: number | undefined;
  startToken: number;
  endToken: number;
}

export interface TokenLabel {
  token: number;
  label: string;
  probability: number;
}

export interface Fill {
  token: string;
  probability: number;
}

export type Prediction =
  | {kind: "answer"; best: Answer; answers: Answer[]; nullProbability: number | undefined; confidence: number | undefined}
  | {kind: "label"; label: string; probability: number | undefined; probabilities: [string, number][]; labels: string[] | undefined; confidence: number | undefined}
  | {kind: "values"; values: [string, number][]}
  | {kind: "entities"; entities: Entity[]; tokens: TokenLabel[]}
  | {kind: "masks"; masks: Fill[][]}
  | {kind: "none"};

export interface Target {
  explain: string;
  label: string | undefined;
  contrast: string | undefined;
  startToken: number | undefined;
  endToken: number | undefined;
  position: number | undefined; // of the start token among the tokens of the whole text, which may have been read in windows
  text: string;
}

export interface Method {
  name: string;
  preset: string | undefined;
  reduce: string | undefined;
  normalize: string | undefined;
  signed: boolean;
  details: [string, string][]; // the settings that were used, as text: baseline, steps, seed …
}

/** An input and its prediction, common to all documents except collections. */
export interface Reading {
  model: string;
  task: string;
  texts: string[]; // one or two
  prediction: Prediction;
  warnings: string[];
  seconds: number;
}

export interface Explanation extends Reading {
  kind: "explanation";
  target: Target;
  method: Method;
  value: number;
  baselineValue: number | undefined;
  completenessError: number | undefined;
  passes: number;
  tokens: Token[];
  words: Word[];
  heatmap: number[][];
  logits: {start: number[]; end: number[]} | undefined;
}

export interface ComparedModel {
  model: string;
  parameters: number;
  bytes: number;
  right: boolean | undefined;
}

export interface Correlation {
  a: number;
  b: number;
  words: number;
  magnitudes: boolean;
  kendall: number | undefined;
  spearman: number | undefined;
}

export interface Comparison {
  kind: "comparison";
  row: number | undefined;
  error: string; // why there is nothing to compare; otherwise empty
  expected: string | undefined; // the correct answer; empty: "no answer" is correct
  models: ComparedModel[];
  explanations: Explanation[]; // by model, then by method
  correlations: Correlation[];
}

export interface Attention extends Reading {
  kind: "attention";
  layers: number;
  heads: number;
  tokens: Token[];
  weights: Uint8Array; // (layers, heads, T, T): 255 √weight
}

export interface AttackStep {
  token: number;
  before: string;
  after: string | undefined;
  texts: string[];
  prediction: Prediction;
}

export interface Attack extends Reading {
  kind: "attack";
  attack: string;
  toward: string | undefined;
  succeeded: boolean;
  after: Prediction;
  reread: Prediction | undefined;
  output: string[];
  passes: number;
  steps: AttackStep[];
  tokens: Token[];
}

/** Why two texts are similar. */
export interface Similarity {
  kind: "similarity";
  model: string;
  cosine: number;
  a: Explanation; // of the first text; its own text is the only one
  b: Explanation;
  pairs: number[][]; // (tokens of a, tokens of b)
  exact: boolean;
  residual: number;
  seconds: number;
}

/** Several explanations or comparisons under one title. */
export interface Collection {
  kind: "collection";
  title: string;
  explanations: Explanation[];
  comparisons: Comparison[];
}

/** One cell of a report's table. */
export interface ReportCell {
  text: string;
  number: number | undefined; // by which its column is sorted
  rows: number[]; // of the data, that it mentions
}

export interface ReportTable {
  title: string;
  note: string;
  columns: string[];
  rows: ReportCell[][];
}

/** What drives a model over a data set. */
export interface Report {
  kind: "report";
  title: string;
  headline: string;
  method: string;
  noShortcut: boolean; // there are labels, and no word is suspected
  tables: ReportTable[];
  examples: {row: number; explanation: Explanation; json: unknown}[];
}

export type Document = Explanation | Comparison | Attention | Attack | Similarity | Collection | Report;

// ---- readers ------------------------------------------------------------------------------------------------

type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const someText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number => (typeof value === "number" ? value : NaN);
const someNumber = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const offset = (value: unknown): number => Math.max(0, Math.trunc(number(value)) || 0);
const truth = (value: unknown): boolean => value === true;
const texts = (value: unknown): string[] => list(value).map(text);

function inputTexts(value: unknown): string[] {
  const input = fields(value);
  if (typeof input["question"] === "string") return [input["question"], text(input["context"])];
  return typeof input["pair"] === "string" ? [text(input["text"]), input["pair"]] : [text(input["text"])];
}

function answer(value: unknown): Answer {
  const at = fields(value);
  return {
    answer: text(at["answer"]), begin: offset(at["begin"]), end: offset(at["end"]), probability: someNumber(at["probability"]),
    startToken: someNumber(at["start_token"]), endToken: someNumber(at["end_token"]),
  };
}

function entity(value: unknown): Entity {
  const at = fields(value);
  return {
    label: text(at["label"]), begin: offset(at["begin"]), end: offset(at["end"]), text: text(at["text"]),
    probability: someNumber(at["probability"]), confidence: someNumber(at["confidence"]), startToken: offset(at["start_token"]), endToken: offset(at["end_token"]),
  };
}

function prediction(value: unknown): Prediction {
  const at = fields(value);
  if ("answer" in at) {
    return {
      kind: "answer", best: answer(at), answers: list(at["answers"]).map(answer),
      nullProbability: someNumber(at["null_probability"]), confidence: someNumber(at["confidence"]),
    };
  }
  if ("entities" in at) {
    const tokens = list(at["tokens"]).map(fields);
    return {
      kind: "entities", entities: list(at["entities"]).map(entity),
      tokens: tokens.map(row => ({token: offset(row["token"]), label: text(row["label"]), probability: number(row["probability"])})),
    };
  }
  if ("masks" in at) {
    const fills = (mask: unknown): Fill[] =>
      list(fields(mask)["fills"]).map(fields).map(fill => ({token: text(fill["token"]), probability: number(fill["probability"])}));
    return {kind: "masks", masks: list(at["masks"]).map(fills)};
  }
  if ("cosine" in at) return {kind: "values", values: [["cosine", number(at["cosine"])]]};
  if ("values" in at) return {kind: "values", values: Object.entries(fields(at["values"])).map(([label, value]) => [label, number(value)])};
  if ("label" in at || "probabilities" in at) {
    return {
      kind: "label", label: text(at["label"]), probability: someNumber(at["probability"]), confidence: someNumber(at["confidence"]),
      probabilities: Object.entries(fields(at["probabilities"])).map(([label, share]) => [label, number(share)]),
      labels: Array.isArray(at["labels"]) ? texts(at["labels"]) : undefined,
    };
  }
  return {kind: "none"};
}

function token(value: unknown): Token {
  const at = fields(value);
  return {
    token: text(at["token"]), id: someNumber(at["id"]), sequence: someNumber(at["sequence"]), begin: offset(at["begin"]),
    end: offset(at["end"]), special: truth(at["special"]), score: number("gradient" in at ? at["gradient"] : at["score"]),
  };
}

function word(value: unknown): Word {
  const at = fields(value);
  const error = someNumber(at["standard_error"]);
  return {sequence: at["sequence"] === 1 ? 1 : 0, begin: offset(at["begin"]), end: offset(at["end"]), score: number(at["score"]), ...(error !== undefined && {error})};
}

function reading(at: Fields): Reading {
  return {
    model: text(at["model"]), task: text(at["task"]), texts: inputTexts(at["input"]), prediction: prediction(at["prediction"]),
    warnings: texts(at["warnings"]), seconds: number(at["seconds"]),
  };
}

// Everything that was set, except what other fields hold.
function settings(method: Fields): [string, string][] {
  return Object.entries(method).filter(([name]) => !["name", "preset", "signed", "options"].includes(name))
    .filter(([, value]) => typeof value === "number" || value === true || (typeof value === "string" && value !== ""))
    .map(([name, value]): [string, string] => [name, typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value)]);
}

function explanation(value: unknown): Explanation {
  const at = fields(value), target = fields(at["target"]), startToken = someNumber(target["start_token"]), method = fields(at["method"]), logits = fields(at["logits"]);
  return {
    ...reading(at), kind: "explanation",
    target: {
      explain: text(target["explain"]), label: someText(target["label"]), contrast: someText(target["contrast"]),
      startToken, endToken: someNumber(target["end_token"]), text: text(target["text"]),
      position: startToken === undefined ? undefined : startToken + (someNumber(at["window_begin"]) ?? 0),
    },
    method: {
      name: text(method["name"]), preset: someText(method["preset"]), reduce: someText(method["reduce"]),
      normalize: someText(method["normalize"]), signed: truth(method["signed"]), details: settings(method),
    },
    value: number(at["value"]), baselineValue: someNumber(at["baseline_value"]),
    completenessError: someNumber(at["completeness_error"]), passes: number(at["passes"]),
    tokens: list(at["tokens"]).map(token), words: list(at["words"]).map(word),
    heatmap: list(at["heatmap"]).map(row => list(row).map(number)),
    logits: "start" in logits ? {start: list(logits["start"]).map(number), end: list(logits["end"]).map(number)} : undefined,
  };
}

function comparison(value: unknown): Comparison {
  const at = fields(value), error = at["error"];
  return {
    kind: "comparison", row: someNumber(at["row"]), error: text(fields(error)["message"]) || text(error),
    expected: someText(at["expected"]),
    models: list(at["models"]).map(fields).map(model => ({
      model: text(model["model"]), parameters: number(model["parameters"]), bytes: number(model["bytes"]),
      right: typeof model["right"] === "boolean" ? model["right"] : undefined,
    })),
    explanations: list(at["explanations"]).map(explanation),
    correlations: list(at["correlations"]).map(fields).map(pair => ({
      a: offset(pair["a"]), b: offset(pair["b"]), words: offset(pair["words"]), magnitudes: truth(pair["magnitudes"]),
      kendall: someNumber(pair["kendall"]), spearman: someNumber(pair["spearman"]),
    })),
  };
}

// Weights as numbers, [layer][head][from][to], are stored as bytes.
function quantised(value: unknown): Uint8Array {
  const weights = list(value).flat(3);
  return Uint8Array.from(weights, weight => Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, number(weight) || 0)))));
}

// 384 tokens have ten million weights: a loop takes a tenth of the time of Uint8Array.from with a function.
function bytes(base64: string): Uint8Array {
  const letters = atob(base64), made = new Uint8Array(letters.length);
  for (let i = 0; i < made.length; i++) made[i] = letters.charCodeAt(i);
  return made;
}

function attention(at: Fields): Attention {
  const layers = offset(at["layers"]), heads = offset(at["heads"]), tokens = list(at["tokens"]).map(token);
  const weights = "attention" in at ? quantised(at["attention"])
    : bytes(text(at["weights"]));
  if (weights.length !== layers * heads * tokens.length ** 2) {
    throw new Error(`attention: ${weights.length} weights found, ${layers} × ${heads} × ${tokens.length}² expected`);
  }
  return {...reading(at), kind: "attention", layers, heads, tokens, weights};
}

function attack(at: Fields): Attack {
  const step = (value: unknown): AttackStep => {
    const row = fields(value);
    return {
      token: offset(row["token"]), before: text(row["before"]), after: someText(row["after"]), texts: inputTexts(row["input"]),
      prediction: prediction(row["prediction"]),
    };
  };
  return {
    ...reading(at), kind: "attack", prediction: prediction(at["before"]), attack: text(at["attack"]), toward: someText(at["toward"]),
    succeeded: truth(at["succeeded"]), after: prediction(at["after"]),
    reread: at["reread"] ? prediction(at["reread"]) : undefined, output: inputTexts(at["output"]), passes: number(at["passes"]),
    steps: list(at["steps"]).map(step), tokens: list(at["tokens"]).map(token),
  };
}

function similarity(at: Fields): Similarity {
  const side = (value: unknown): Explanation => {
    const own = fields(value);
    return explanation({
      ...own, model: at["model"], task: at["task"], input: {text: own["text"]}, method: at["method"], target: {explain: "cosine"},
      prediction: {cosine: at["cosine"]}, seconds: at["seconds"],
    });
  };
  return {
    kind: "similarity", model: text(at["model"]), cosine: number(at["cosine"]), a: side(at["a"]), b: side(at["b"]),
    pairs: list(at["pairs"]).map(row => list(row).map(number)), exact: at["pairs_method"] === "exact",
    residual: number(at["pairs_residual"]), seconds: number(at["seconds"]),
  };
}

function report(value: unknown): Report {
  const at = fields(value);
  const cell = (item: unknown): ReportCell => {
    const own = fields(item);
    return {text: text(own["text"]), number: someNumber(own["number"]), rows: list(own["rows"]).map(offset)};
  };
  const table = (item: unknown): ReportTable => {
    const own = fields(item);
    return {
      title: text(own["title"]), note: text(own["note"]), columns: texts(own["columns"]), rows: list(own["rows"]).map(row => list(row).map(cell)),
    };
  };
  return {
    kind: "report", title: text(at["title"]), headline: text(at["headline"]), method: text(at["method"]), noShortcut: truth(at["no_shortcut"]),
    tables: list(at["tables"]).map(table),
    examples: list(at["examples"]).map(item => {
      const {row, explanation: json} = fields(item);
      return {row: offset(row), explanation: explanation(json), json};
    }),
  };
}

const isComparison = (at: Fields): boolean => "models" in at || ("error" in at && !("tokens" in at));

/** Reads a document, whose kind follows from its fields. A list is a collection of explanations or of comparisons. @throws Error if it is not limn's JSON */
export function read(value: unknown): Document {
  if (Array.isArray(value)) {
    const compared = value.some(item => isComparison(fields(item)));
    return {
      kind: "collection", title: "", explanations: compared ? [] : value.map(explanation),
      comparisons: compared ? value.map(comparison) : [],
    };
  }
  const at = fields(value);
  if ("report" in at) return report(at["report"]);
  if ("attack" in at) return attack(at);
  if ("layers" in at) return attention(at);
  if ("pairs" in at) return similarity(at);
  if ("comparisons" in at || ("explanations" in at && !("models" in at))) {
    return {
      kind: "collection", title: text(at["title"]), explanations: list(at["explanations"]).map(explanation),
      comparisons: list(at["comparisons"]).map(comparison),
    };
  }
  if (isComparison(at)) return comparison(at);
  if ("input" in at) return explanation(at);
  throw new Error("This is not limn's JSON: it has none of the fields input, explanations, models, layers, pairs and attack.");
}
