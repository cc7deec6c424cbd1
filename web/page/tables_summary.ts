// What the predictions of a table say as a whole: figures, the confusion matrix and the words of each class.

import {button, element, styled} from "../viewer/dom.js";
import {percentText, valueText} from "../viewer/numbers.js";
import type {TableData} from "./tables_data.js";
import {rowsPerClass, wordMethod, type ClassWords} from "./tables_words.js";

const number = (value: number): string => value.toLocaleString("en");
const mostLabels = 20;

export function figuresLine(data: TableData): HTMLElement {
  const {right, wrong, failed, unknown} = data.figures(), judged = right + wrong, parts: string[] = [];
  if (judged) parts.push(`${percentText(right / judged)} right`, `${number(right)} right, ${number(wrong)} wrong`);
  else parts.push(`${number(data.finished - failed)} predicted`);
  if (failed) parts.push(`${number(failed)} failed`);
  if (data.hasLabels && unknown) parts.push(`${number(unknown)} with a label that the model does not have`);
  return element("p", {class: "figures-line"}, ...(judged ? [element("strong", {}, parts[0] ?? "")] : [parts[0] ?? ""]), parts.length > 1 && ` · ${parts.slice(1).join(" · ")}`);
}

/** @param choose called with a label and a prediction, whose rows should be shown */
export function confusionTable(data: TableData, choose: (meant: string, said: string) => void): HTMLElement | undefined {
  const labels = data.modelLabels, counts = data.confusion(), most = Math.max(1, ...counts.flat());
  if (!data.hasLabels || labels.length < 2 || labels.length > mostLabels || !counts.flat().some(Boolean)) return undefined;
  const head = element("tr", {}, element("th", {scope: "col"}, "label ↓ prediction →"), ...labels.map(label => element("th", {scope: "col"}, element("bdi", {}, label))));
  const rows = counts.map((row, i) => element("tr", {}, element("th", {scope: "row"}, element("bdi", {}, labels[i] ?? "")), ...row.map((count, j) => {
    const press = button(number(count), () => { choose(labels[i] ?? "", labels[j] ?? ""); }, {"aria-label": `${number(count)} rows of ${labels[i] ?? ""}, predicted ${labels[j] ?? ""}`, disabled: !count});
    return styled(element("td", {class: i === j ? "same" : "other"}, press), "--v", count / most);
  })));
  return element("section", {class: "confusion"}, element("h3", {}, "Confusion matrix"), element("div", {class: "wide"}, element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows))),
    element("p", {class: "hint"}, "Choose a number to see its rows."));
}

export function wordsLists(all: readonly ClassWords[], rows: number): HTMLElement {
  const total = all.reduce((sum, one) => sum + one.rows, 0);
  return element("div", {class: "class-words"}, element("p", {class: "hint"}, `From the explanations (Integrated Gradients, ${wordMethod.steps} steps) of ${number(total)} of ${number(rows)} rows: at most ${rowsPerClass} that were predicted to be of each class, spread evenly. The mean score of each word over the rows that have it; words of a single row are left out.`),
    element("div", {class: "class-lists"}, ...all.map(({label, words, rows: own}) => {
      const most = words[0]?.score ?? 1;
      return element("section", {}, element("h4", {}, element("bdi", {}, label), element("span", {class: "hint"}, ` ${number(own)} ${own === 1 ? "row" : "rows"}`)),
        words.length ? element("ol", {class: "bars"}, ...words.map(({word, score, rows: count}) => element("li", {title: `in ${count} ${count === 1 ? "row" : "rows"}`}, element("bdi", {class: "name"}, word),
          element("span", {class: "bar for"}, styled(element("span"), "--v", score / most)), element("span", {class: "number"}, valueText(Number(score.toPrecision(2)))))))
          : element("p", {class: "hint"}, "No word is in two rows."));
    })));
}
