// Saves or copies what is shown as a picture, as numbers or as limn's JSON.

import type {Context} from "./context.js";
import {button, details, element} from "./dom.js";
import type {Attack, Attention, Comparison, Explanation} from "./json.js";
import {png, svgText} from "./picture.js";
import {slice, spanText, verdict} from "./summary.js";

/** A row of comma-separated values (RFC 4180). */
export const csvRow = (values: readonly (string | number)[]): string =>
  `${values.map(value => (/[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll("\"", "\"\"")}"` : String(value))).join(",")}\r\n`;

const wordRows = (explanations: readonly Explanation[]): string =>
  csvRow(["row", "label", "probability", "target", "explanation", "sequence", "word", "begin", "end", "score", "error"]) + explanations.map(({prediction, target, texts, tokens, words}, i) => {
    const said = verdict(prediction, target), of = [0, said.kind || said.text, said.probability ?? "", target.text || (target.label ?? spanText(texts, tokens, target)), i];
    return words.map(({sequence, begin, end, score}) => csvRow([...of, sequence, slice(texts[sequence] ?? "", begin, end), begin, end, score, ""])).join("");
  }).join("");

/** The words of an explanation as `limn explain --format csv` writes them, the rows of a heatmap, the steps of an attack, or all attention weights. */
export function csv(what: Explanation | Comparison | Attack | Attention): string {
  switch (what.kind) {
    case "explanation": {
      const names = what.tokens.map(token => token.token);
      if (!what.heatmap.length) return wordRows([what]);
      return csvRow(["token", ...names]) + what.heatmap.map((row, i) => csvRow([names[i] ?? "", ...row])).join("");
    }
    case "comparison":
      return wordRows(what.explanations);
    case "attack":
      return csvRow(["step", "token", "before", "after", "says", "probability"]) + what.steps.map((step, i) => {
        const said = verdict(step.prediction);
        return csvRow([i + 1, step.token, step.before, step.after ?? "", said.text, said.probability ?? ""]);
      }).join("");
    case "attention":
      return csvRow(["layer", "head", "token", ...what.tokens.map(token => token.token)]) + Array.from({length: what.layers * what.heads * what.tokens.length}, (_, row) => {
        const count = what.tokens.length, head = Math.floor(row / count), weights = what.weights.subarray(row * count, (row + 1) * count);
        return csvRow([Math.floor(head / what.heads) + 1, head % what.heads + 1, what.tokens[row % count]?.token ?? "", ...[...weights].map(root => ((root / 255) ** 2).toFixed(4))]);
      }).join("");
  }
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob), link = element("a", {href: address, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => { URL.revokeObjectURL(address); }, 10_000);
}

/** @param shown the element that pictures show */
export function saveMenu(shown: HTMLElement, context: Context, what: Explanation | Comparison | Attack | Attention): HTMLElement {
  const textOf = (type: string, text: () => string) => (): Promise<Blob> => Promise.resolve(new Blob([text()], {type}));
  const formats: [string, () => Promise<Blob>][] = [
    ["PNG", () => png(shown)],
    ["SVG", textOf("image/svg+xml", () => svgText(shown))],
    ["CSV", textOf("text/csv;charset=utf-8", () => csv(what))],
    ["JSON", textOf("application/json", () => JSON.stringify(context.json))],
  ];
  return details("Save or copy", body => {
    const said = element("p", {class: "facts", "aria-live": "polite"});
    const run = (work: () => Promise<string>) => (): void => {
      said.textContent = "…";
      work().then(text => { said.textContent = text; }, (error: unknown) => {
        said.textContent = error instanceof Error ? error.message : String(error);
      });
    };
    const rows = formats.map(([name, make]) => {
      const save = run(async () => {
        const file = `${context.options.name ?? "limn"}.${name.toLowerCase()}`;
        download(await make(), file);
        return `Saved as ${file}.`;
      });
      const copy = run(async () => {
        if (!("clipboard" in navigator)) throw new Error("The browser does not let this page copy. Save the file instead.");
        if (name === "PNG") await navigator.clipboard.write([new ClipboardItem({"image/png": make()})]);
        else await navigator.clipboard.writeText(await (await make()).text());
        return `${name} copied.`;
      });
      return element("li", {}, element("span", {}, name), button("Save", save, {"aria-label": `Save as ${name}`}), button("Copy", copy, {"aria-label": `Copy as ${name}`}));
    });
    body.append(element("ul", {class: "formats"}, ...rows), said);
  }, {class: "save"});
}
