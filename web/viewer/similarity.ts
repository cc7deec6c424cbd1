// Why two texts are similar: pointing at a word of one text lights up its partners in the other; below, the matrix of all pairs of words.

import {heatTexts, verdictLine, warnings} from "./explanation.js";
import type {Context} from "./context.js";
import {details, element, freshId} from "./dom.js";
import type {Explanation, Similarity} from "./json.js";
import {durationText, scoreText, valueText} from "./numbers.js";
import {intensity, paint} from "./palette.js";
import {methodText, scaleOf, tokensOfWords, wordText} from "./summary.js";
import {shorten} from "./text.js";
import {textRuns} from "./text_runs.js";
import {walk, type Parts} from "./texts.js";

/** With more words, the matrix is not drawn. */
const mostCells = 4000;

/** What each pair of words contributes: the sum over the pairs of their tokens. */
export function wordPairs({a, b, pairs}: Similarity): number[][] {
  const left = tokensOfWords(a), right = tokensOfWords(b);
  return left.map(from => right.map(to => from.reduce((sum, i) => to.reduce((row, j) => row + (pairs[i]?.[j] ?? 0), sum), 0)));
}

const names = ({texts, words}: Explanation): string[] => words.map(word => shorten(wordText(texts, word), 40));

function matrix(values: number[][], rows: string[], columns: string[], scale: number): HTMLElement {
  const head = element("tr", {}, element("td"), ...columns.map(name => element("th", {scope: "col"}, element("bdi", {}, name))));
  const body = values.map((row, i) => element("tr", {}, element("th", {scope: "row"}, element("bdi", {}, rows[i] ?? "")),
    ...row.map((value, j) => {
      const cell = element("td", {class: "w", title: `${rows[i] ?? ""} – ${columns[j] ?? ""}`}, scoreText(value, scale));
      paint(cell, intensity(value, scale), true);
      return cell;
    })));
  return element("div", {class: "wide"}, element("table", {class: "pairs"}, element("thead", {}, head), element("tbody", {}, ...body)));
}

export function similarityView(similarity: Similarity, context: Context): HTMLElement {
  const {a, b} = similarity, sides = [a, b] as const, values = wordPairs(similarity), id = freshId("similarity");
  const scale = Math.max(0, ...values.flat().map(Math.abs)), said = element("p", {class: "said-now"});
  const parts: [Parts, Parts] = [new Map<number, HTMLElement[]>(), new Map<number, HTMLElement[]>()], labels = sides.map(names) as [string[], string[]];
  const pair = (side: 0 | 1, word: number, other: number): number => (side === 0 ? values[word]?.[other] : values[other]?.[word]) ?? 0;

  // Without a word, each text shows its own scores.
  function show(side: 0 | 1, word: number | undefined): void {
    for (const which of [0, 1] as const) {
      const {words} = sides[which], own = scaleOf(words);
      for (const [index, elements] of parts[which]) {
        for (const part of elements) {
          part.classList.toggle("lit", which === side && index === word);
          if (word === undefined || which === side) paint(part, intensity(words[index]?.score ?? 0, own), sides[which].method.signed);
          else paint(part, intensity(pair(side, word, index), scale), true);
        }
      }
    }
    if (word === undefined) {
      said.textContent = "Point at a word of one text to see its partners in the other.";
      return;
    }
    const others = labels[1 - side] ?? [], best = others.map((_, other) => other).sort((x, y) => pair(side, word, y) - pair(side, word, x)).slice(0, 3);
    const listed = best.map(other => `“${others[other] ?? ""}” ${scoreText(pair(side, word, other), scale)}`).join(", ");
    said.textContent = `“${labels[side][word] ?? ""}” goes with ${listed}.`;
  }

  const texts = ([0, 1] as const).map(side => {
    const made = heatTexts(sides[side], textRuns(sides[side]), "word", scaleOf(sides[side].words), parts[side]);
    walk(made, `Text ${side + 1} with its heat. Arrow keys move between the words.`, {
      enter(word, _part, aloud) {
        show(side, word);
        if (aloud) context.tip.spoken.textContent = said.textContent;
      },
    });
    return made;
  });
  show(0, undefined);

  const sum = similarity.exact ? "The sum over all pairs of tokens is the cosine."
    : `Integrated pairs; ${valueText(similarity.residual)} of the cosine is in no pair.`;
  const section = element("article", {class: "explanation similarity", "aria-labelledby": id});
  section.append(
    verdictLine({kind: "", text: `cosine ${valueText(similarity.cosine)}`, probability: undefined, confidence: undefined}, context.heading, id),
    element("p", {class: "facts"}, `${shorten(similarity.model, 60)} · ${methodText(a)} · ${durationText(similarity.seconds)}`),
    ...warnings([...new Set([...a.warnings, ...b.warnings])]), said, ...texts, element("p", {class: "facts"}, sum));
  const cells = a.words.length * b.words.length;
  if (cells > 0 && cells <= mostCells) section.append(details("Pairs of words", body => { body.append(matrix(values, labels[0], labels[1], scale)); }));
  return section;
}
