import assert from "node:assert/strict";
import {test} from "node:test";
import {guessColumns, Labels, missing} from "../../../web/page/tables_columns.js";
import {noFilter, TableData, type Filter} from "../../../web/page/tables_data.js";
import {BadTable, delimiterOf, encodingOf, mostRows, parseTable, type Parsed} from "../../../web/page/tables_parse.js";
import {batches} from "../../../web/page/tables_run.js";
import {tableText} from "../../../web/page/tables_save.js";
import {emptyTables, fromTablesFragment, toTablesFragment, type TablesView} from "../../../web/page/tables_state.js";
import {ranksOf} from "../../../web/page/tables_sort.js";
import {chooseRows, WordSums} from "../../../web/page/tables_words.js";

const parsed = (contents: BlobPart, name = ""): Promise<Parsed> => parseTable(new Blob([contents]), name, () => undefined, new AbortController().signal);
const utf16 = (text: string, big: boolean): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) new DataView(bytes.buffer).setUint16(2 * i, text.charCodeAt(i), !big);
  return bytes;
};

const rows = [["Ünï, \"quoted\"\nline", "positive"], ["plain 🎬", ""]], columns = ["text", "label"];
const forms: [string, BlobPart, string][] = [
  ["commas", "text,label\n\"Ünï, \"\"quoted\"\"\nline\",positive\nplain 🎬,\n", ""],
  ["semicolons, BOM", "\ufefftext;label\n\"Ünï, \"\"quoted\"\"\nline\";positive\nplain 🎬;\n\n", "x.csv"],
  ["vertical bars", "text|label\n\"Ünï, \"\"quoted\"\"\nline\"|positive\nplain 🎬|", ""],
  ["tabs", "text\tlabel\n\"Ünï, \"\"quoted\"\"\nline\"\tpositive\nplain 🎬\t", "x.tsv"],
  ["JSON lines", "{\"text\":\"Ünï, \\\"quoted\\\"\\nline\",\"label\":\"positive\"}\n\n{\"text\":\"plain 🎬\"}", ""],
  ["JSON array", "[{\"text\":\"Ünï, \\\"quoted\\\"\\nline\",\"label\":\"positive\"},{\"text\":\"plain 🎬\",\"label\":null}]", "x.json"],
  ["UTF-16 LE", utf16("\ufefftext,label\n\"Ünï, \"\"quoted\"\"\nline\",positive\nplain 🎬,\n", false), "x.csv"],
  ["UTF-16 BE", utf16("\ufefftext,label\n\"Ünï, \"\"quoted\"\"\nline\",positive\nplain 🎬,\n", true), "x.csv"],
];
for (const [name, contents, file] of forms) {
  test(`a table is read: ${name}`, async () => {
    const table = await parsed(contents, file);
    assert.deepEqual([table.columns, table.rows], [columns, rows]);
    assert.deepEqual(table.notes, []);
  });
}

test("line ends of every kind, rows that do not fit, and headers without names", async () => {
  for (const end of ["\r\n", "\r", "\n"]) assert.deepEqual((await parsed(["a,b", "1,2", "3,4", ""].join(end))).rows, [["1", "2"], ["3", "4"]]);
  const ragged = await parsed("a,,a\n1\n1,2,3,4\n");
  assert.deepEqual([ragged.columns, ragged.rows], [["a", "column 2", "a (2)"], [["1", "", ""], ["1", "2", "3"]]]);
  assert.match(ragged.notes.join(), /2 rows have more or fewer values/);
  const broken = await parsed("{\"text\":\"a\"}\nnonsense\n[1]\n{\"text\":\"b\"}");
  assert.equal(broken.rows.length, 2);
  assert.match(broken.notes.join(), /2 lines are no JSON object and were left out; the first is line 2/);
});

test("what is no table is refused in a sentence", async () => {
  for (const [contents, why] of [["", /no table/], ["text\n", /no rows/], ["PAR1\0\0", /not text.*Parquet/], ["[1", /no JSON array/], [`a,b\n"${"x".repeat(4_100_000)}`, /quotation mark is not closed in row 1/]] as const)
    await assert.rejects(parsed(contents, contents === "[1" ? "x.json" : ""), (error: Error) => error instanceof BadTable && why.test(error.message), contents.slice(0, 10));
  assert.throws(() => encodingOf(Uint8Array.of(0xff, 0xfe, 0, 0)), BadTable);
  assert.equal(delimiterOf("\"a;b;c\",d\n1;2;3;4"), ",");
});

test("a long table is read in slices, to a limit", async () => {
  const header = "text,label\n", line = "\"a, b\",positive\n", count = 30_000;
  const table = await parsed(header + line.repeat(count));
  assert.equal(table.rows.length, count);
  assert.ok(table.rows.every(([text, label]) => text === "a, b" && label === "positive"));
  const most = await parsed(`a\n${"1\n".repeat(mostRows + 5)}`);
  assert.equal(most.rows.length, mostRows);
  assert.match(most.notes.join(), /Only the first 500,000 rows/);
});

test("columns follow from their names or contents; otherwise one question is asked", () => {
  assert.deepEqual(guessColumns(["ID", "Sentence", "Label"], [], "sequence-classification"), {text: "Sentence", pair: "", label: "Label"});
  assert.deepEqual(guessColumns(["id", "tale"], [["1", "once upon a time"]], "sequence-classification"), {text: "tale", pair: "", label: ""});
  assert.deepEqual(guessColumns(["id", "question", "context", "answers"], [], "question-answering"), {text: "question", pair: "context", label: "answers"});
  const none = guessColumns(["a", "b"], [["one two", "three four"]], "sequence-classification");
  assert.equal(none.text, "");
  assert.equal(missing("x.csv", ["a", "b"], none, "sequence-classification"), "x.csv has the columns “a”, “b”. Which one is the text?");
  assert.equal(missing("x.csv", ["q"], {text: "q", pair: "", label: ""}, "question-answering"), "x.csv has the column “q”. Which one is the context?");
});

test("labels are names or indices, answers are compared as SQuAD does", () => {
  const labels = new Labels(["negative", "positive"], "sequence-classification");
  assert.deepEqual(["Positive", "0", "1", "pos", ""].map(cell => labels.isRight(cell, "positive")), [true, false, true, undefined, undefined]);
  assert.equal(new Labels(["1", "0"], "sequence-classification").index("0"), 1, "a name counts before an index");
  const answers = new Labels([], "question-answering");
  assert.deepEqual(["the Argead dynasty!", "[\"x\",\"Argead Dynasty\"]", "{\"text\":[\"argead dynasty\"],\"answer_start\":[3]}", "[{\"text\":\"Argead dynasty\"}]", "other", ""].map(cell => answers.isRight(cell, "Argead dynasty")), [true, true, true, true, false, undefined]);
});

function filled(): TableData {
  const table: Parsed = {name: "t.csv", format: "", columns: ["text", "label"], rows: [["good", "positive"], ["bad", "negative"], ["odd", "positive"], ["x", "?"], ["long", "negative"], ["worst", "1"]], notes: []};
  const data = new TableData(table, {text: "text", pair: "", label: "label"}, ["negative", "positive"], "sequence-classification");
  for (const [row, label, probability] of [[0, "positive", 0.9], [1, "negative", 0.8], [2, "negative", 0.6], [3, "positive", 0.7], [5, "negative", 0.95]] as const)
    data.set(row, {kind: "label", label, probability, probabilities: [], labels: undefined, confidence: undefined});
  data.fail(4, "too long");
  return data;
}

test("texts are ranked as Array.sort orders them", async () => {
  const texts = Array.from({length: 5000}, (_, i) => `text ${(i * 7919) % 1000}`), ranks = await ranksOf(texts);
  const expected = texts.map((text, i): [string, number] => [text, i]).sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
  assert.deepEqual(expected.map(([, i]) => ranks[i]), expected.map((_, place) => place));
  assert.equal((await ranksOf([])).length, 0);
});

test("wrong rows come first, the surest of them at the top; filters keep what they say", async () => {
  const data = filled(), filter = (more: Partial<Filter>): Filter => ({...noFilter, ...more}), order = (...given: Parameters<TableData["order"]>): number[] => [...data.order(...given)];
  await data.rankTexts();
  assert.deepEqual(order("prediction", noFilter), [4, 1, 2, 5, 0, 3]);
  assert.deepEqual(order("wrong", noFilter), [5, 2, 4, 0, 1, 3]);
  assert.deepEqual(order("unsure", noFilter), [2, 3, 1, 0, 5, 4]);
  assert.deepEqual(order("sure", noFilter), [5, 0, 1, 3, 2, 4]);
  assert.deepEqual(order("text", filter({kind: "right"})), [1, 0]);
  assert.deepEqual(order("file", filter({kind: "failed"})), [4]);
  assert.deepEqual(order("file", filter({said: "negative", meant: "positive"})), [2, 5]);
  assert.deepEqual(order("file", filter({text: "OD"})), [0, 2]);
  assert.deepEqual(data.figures(), {right: 2, wrong: 2, failed: 1, unknown: 1});
  assert.deepEqual(data.confusion(), [[1, 0], [2, 1]]);
  assert.equal(data.finished, 6);
});

test("saved rows have the shown order, the user's columns and the predictions", async () => {
  const data = filled(), order = data.order("wrong", noFilter).slice(0, 3);
  assert.equal((await tableText(data, order, "csv")).join(""), "text,label,row,prediction,probability,error\r\nworst,1,6,negative,0.95,\r\nodd,positive,3,negative,0.6,\r\nlong,negative,5,,,too long\r\n");
  assert.deepEqual((await tableText(data, order.slice(0, 1), "jsonl")).map(line => JSON.parse(line) as unknown), [{text: "worst", label: "1", row: 6, prediction: "negative", probability: 0.95, error: ""}]);
});

test("batches are bounded in number and in characters", () => {
  const table: Parsed = {name: "", format: "", columns: ["text"], rows: [["a"], ["b"], ["c"], ["d".repeat(100_000)], ["e".repeat(100_000)]], notes: []};
  const data = new TableData(table, {text: "text", pair: "", label: ""}, [], "sequence-classification");
  assert.deepEqual([...batches(data, [0, 1, 2, 3, 4], 2)], [[0, 1], [2, 3], [4]]);
});

test("words of a class: the mean over the rows that have them, spread over the table", () => {
  const sums = new WordSums(), word = (begin: number, end: number, score: number): {sequence: number; begin: number; end: number; score: number} => ({sequence: 0, begin, end, score});
  sums.add({texts: ["Fine, fine film"], words: [word(0, 5, 0.5), word(6, 10, 0.25), word(11, 15, -1)]});
  sums.add({texts: ["fine"], words: [word(0, 4, 0.25)]});
  assert.deepEqual(sums.best(5), [{word: "Fine", score: 0.5, rows: 2}]);
  const data = filled();
  assert.deepEqual([...chooseRows(data, 2)], [["negative", [1, 2]], ["positive", [0, 3]]]);
});

test("a link restores the choices of Tables", () => {
  for (const made of [emptyTables, {model: "m", columns: {text: "a b", label: ""}, sorting: "wrong", filter: {kind: "wrong", text: "x&y", said: "negative", meant: "positive"}}] satisfies TablesView[])
    assert.deepEqual(fromTablesFragment(new URLSearchParams(toTablesFragment(made))), made);
  assert.deepEqual(fromTablesFragment(new URLSearchParams("view=tables&sort=__proto__&rows=none")), emptyTables);
});
