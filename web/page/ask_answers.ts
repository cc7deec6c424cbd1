// One answer: its passage, or in its place the explanation of the answer, or of why the passage was found.

import {element, thinBar} from "../viewer/dom.js";
import {show} from "../viewer/index.js";
import {fields, read} from "../viewer/json.js";
import {percentText, valueText} from "../viewer/numbers.js";
import {Points, shorten, visible} from "../viewer/text.js";
import {fileName, type FoundAnswer, type FoundPassage} from "./ask_json.js";
import {matchedWords, matches, type Match} from "./ask_match.js";
import type {AskView, Look} from "./ask_state.js";
import {ask, type Documents, type Served} from "./server.js";

/** What all answers to a question share. */
export interface Asked {
  view: AskView;
  served: Served;
  documents: Documents | undefined;
  reader: string;
  added: readonly string[]; // words
  signal: AbortSignal;
  changed: (index: number, look: Look | undefined) => void;
  failed: (error: unknown, again: () => void) => HTMLElement;
}

/** The passage as text, with the answer outlined or with the matched words underlined. */
function passageText(text: string, mark: Match | undefined, found: readonly Match[] = []): HTMLElement {
  const made = element("p", {class: "text", dir: "auto"}), spans = [...found.map(one => ({...one, tag: "u" as const})), ...(mark ? [{...mark, tag: "mark" as const}] : [])].sort((a, b) => a.begin - b.begin);
  let at = 0;
  for (const {begin, end, tag} of spans) {
    if (begin < at || end <= begin) continue;
    made.append(visible(text.slice(at, begin)), element(tag, {}, visible(text.slice(begin, end))));
    at = end;
  }
  made.append(visible(text.slice(at)));
  return made;
}

/** Where the answer stands, in UTF-16 units; the first such text if the offsets do not fit. */
export function placeIn({answer, begin, end, passage: {text}}: FoundAnswer): Match | undefined {
  const points = new Points(text), place = {begin: points.unit(begin), end: points.unit(end)};
  if (begin >= 0 && text.slice(place.begin, place.end) === answer) return place;
  const first = answer ? text.indexOf(answer) : -1;
  return first < 0 ? undefined : {begin: first, end: first + answer.length};
}

/** The explanation of this answer: the model may find the same text at another place first. */
async function explanationOf(found: FoundAnswer, {view, reader, signal}: Asked, method: string): Promise<unknown> {
  const request = {model: reader, question: view.question, context: found.passage.text, method}, json = await ask("v1/explain", {...request, answer: found.answer}, undefined, signal);
  const made = read(json);
  if (made.kind !== "explanation") return json;
  const {tokens, target} = made, start = tokens.findIndex(({sequence, begin}) => sequence === 1 && begin === found.begin), end = tokens.findIndex(one => one.sequence === 1 && one.end === found.end);
  if (start < 0 || end < 0 || (start === target.startToken && end === target.endToken)) return json;
  return ask("v1/explain", {...request, target: `${start}:${end}`}, undefined, signal);
}

/** Why the passage is similar to the question. The server may have the model of the embeddings for its collections only. */
async function similarityOf({text}: FoundPassage, {view, served, documents, signal}: Asked): Promise<unknown> {
  const model = documents?.embedder ?? "";
  if (served.models.some(({name}) => name === model)) return ask("v1/similar", {model, text: view.question, pair: text}, undefined, signal);
  const json = fields(await ask("v1/ask", {question: view.question, ...(view.collection && {collection: view.collection}), retriever: "dense", no_explanation: true, why_passage: true, read: 20, top: 20}, undefined, signal));
  const all = Array.isArray(json["answers"]) ? json["answers"].map(fields) : [];
  return all.find(one => one["context"] === text)?.["retrieval"];
}

/** The words that the passage shares with the question. */
function wordsView(passage: FoundPassage, {view, added}: Asked): HTMLElement {
  const found = matches(view.question, passage.text, added), words = matchedWords(passage.text, found);
  return element("div", {class: "matched"}, element("h3", {}, passage.bm25 === undefined ? "Words in common" : `Words in common: BM25 ${valueText(passage.bm25)}`),
    element("p", {}, ...(words.length ? words.flatMap((word, i) => [i ? ", " : "", element("u", {}, word)]) : ["No word of the question, or of the words that were added to it, is in this passage."])),
    element("p", {class: "hint"}, "Compared by their stems; rare words count more."), passageText(passage.text, undefined, found));
}

async function whyView(passage: FoundPassage, asked: Asked): Promise<HTMLElement> {
  const {retriever} = asked.view, made = element("div");
  if (retriever !== "dense") made.append(wordsView(passage, asked));
  if (retriever === "bm25") return made;
  const json = await similarityOf(passage, asked), into = element("div", {class: "similar"});
  if (json) {
    show(into, json, {heading: 3});
    made.append(...(retriever === "dense" ? [] : [element("h3", {}, "Meaning in common")]), into);
  } else {
    made.append(element("p", {class: "hint"}, "The server cannot say how similar this passage is to the question."));
  }
  return made;
}

function placeLine({title, source, rank, bm25, dense}: FoundPassage): HTMLElement {
  const scores = [bm25 === undefined ? "" : `BM25 ${valueText(bm25)}`, dense === undefined ? "" : `cosine ${valueText(dense)}`].filter(Boolean);
  return element("p", {class: "facts"}, element("bdi", {class: "from"}, shorten(title || fileName(source), 80)), " · ", element("bdi", {title: shorten(source, 300)}, shorten(fileName(source), 60)),
    ` · ${[`passage ${rank} of the search`, ...scores].join(" · ")}`);
}

/** @param index of the answer, for links. @param found an answer, or a passage without a reader */
export function answerItem(index: number, found: FoundAnswer | FoundPassage, asked: Asked): HTMLElement {
  const isAnswer = "answer" in found, passage = isAnswer ? found.passage : found, body = element("div", {class: "passage"}), item = element("li", {class: "found"});
  const plain = (): HTMLElement => passageText(passage.text, isAnswer ? placeIn(found) : undefined, isAnswer ? [] : matches(asked.view.question, passage.text, asked.added));
  let look: Look | undefined;
  const buttons = new Map<Look, HTMLButtonElement>();
  const arrange = (): void => { for (const [name, one] of buttons) one.setAttribute("aria-pressed", String(name === look)); };

  async function open(which: Look): Promise<void> {
    look = which;
    arrange();
    body.setAttribute("aria-busy", "true");
    try {
      const made = which === "why" ? await whyView(passage, asked) : element("div");
      if (which === "explain" && isAnswer) show(made, await explanationOf(found, asked, asked.view.method || "gradient"), {heading: 3});
      if (look === which && !asked.signal.aborted) body.replaceChildren(made);
    } catch (error) {
      if (asked.signal.aborted) return;
      if (look === which) body.replaceChildren(asked.failed(error, () => { void open(which); }));
    } finally {
      body.removeAttribute("aria-busy");
    }
  }

  const choose = (which: Look) => (): void => {
    asked.changed(index, look === which ? undefined : which);
    if (look !== which) {
      void open(which);
      return;
    }
    look = undefined;
    arrange();
    body.replaceChildren(plain());
  };
  for (const [which, text] of [...(isAnswer ? [["explain", "Explain"] as const] : []), ["why", "Why this passage"] as const]) {
    const made = element("button", {type: "button", "aria-pressed": "false"}, text);
    made.addEventListener("click", choose(which));
    buttons.set(which, made);
  }
  const head = isAnswer ? element("div", {class: "verdict"}, element("h2", {class: found.answer.length > 60 ? "said long" : "said"}, element("bdi", {}, visible(found.answer))),
    element("p", {class: "chance"}, element("span", {class: "number"}, percentText(found.probability)), thinBar(found.probability), found.confidence !== undefined && element("span", {class: "facts"}, `confidence ${percentText(found.confidence)}`)))
    : element("h2", {}, element("bdi", {}, shorten(passage.title || fileName(passage.source), 80)));
  body.append(plain());
  item.append(head, placeLine(passage), element("div", {class: "looks"}, ...buttons.values()), body);
  if (isAnswer && found.variants.length) {
    const listed = found.variants.slice(0, 3).flatMap(({answer, probability}, i) => [i ? ", " : "", element("bdi", {}, `“${shorten(answer, 60)}”`), ` ${percentText(probability)}`]);
    item.insertBefore(element("p", {class: "facts"}, "also ", ...listed), item.children[1] ?? null);
  }
  const opened = asked.view.looks[index];
  if (opened && buttons.has(opened)) void open(opened);
  return item;
}
