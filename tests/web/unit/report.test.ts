// Reports over data sets: reading and sorting their tables.
import assert from "node:assert/strict";
import {test} from "node:test";
import {read} from "../../../web/viewer/json.js";
import {compareCells} from "../../../web/viewer/report.js";

test("cells are sorted by their numbers, then by their texts", () => {
  const cell = (text: string, number?: number) => ({text, number, rows: []});
  const sorted = [cell("10", 10), cell("-"), cell("9", 9), cell("-3", -3)].sort(compareCells);
  assert.deepEqual(sorted.map(each => each.text), ["-3", "9", "10", "-"]);
  assert.deepEqual([cell("b"), cell("a")].sort(compareCells).map(each => each.text), ["a", "b"]);
});

test("a report has its types for any input", () => {
  const document = read({limn: 1, report: {title: "R", tables: [{title: "T", columns: ["a", 1], rows: [[{text: "x", number: 2, rows: [3]}, 4], "no row"]}], examples: [{row: 3}]}});
  assert.equal(document.kind, "report");
  assert.equal(document.title, "R");
  assert.equal(document.noShortcut, false);
  const [table] = document.tables;
  assert.deepEqual(table?.columns, ["a", ""]);
  assert.deepEqual(table.rows, [[{text: "x", number: 2, rows: [3]}, {text: "", number: undefined, rows: []}], []]);
  assert.equal(document.examples[0]?.row, 3);
});
