import assert from "node:assert/strict";
import {test} from "node:test";
import {Points, shorten, splitsCharacter, visible} from "../../../web/viewer/text.js";

test("code points are converted to UTF-16 units", () => {
  const plain = new Points("café");
  assert.deepEqual([0, 3, 4, 9].map(point => plain.unit(point)), [0, 3, 4, 4]);
  // 😍 is one code point of two units; a + 😍 + b + 👨‍👩 (three code points of five units)
  const text = "a😍b👨‍👩", points = new Points(text);
  assert.equal(text.length, 9);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map(point => points.unit(point)), [0, 1, 3, 4, 6, 7, 9, 9]);
});

test("an unpaired surrogate is one code point, as in Python", () => {
  const text = "\ud83da";
  assert.deepEqual([0, 1, 2].map(point => new Points(text).unit(point)), [0, 1, 2]);
});

test("control characters become visible; line feeds and tabs stay", () => {
  assert.equal(visible("a\u001b[31m\u0000\u007f\u009b"), "a␛[31m␀␡<U+009B>");
  assert.equal(visible("\u202eabc\u2066d\u200f"), "<U+202E>abc<U+2066>d<U+200F>");
  assert.equal(visible("one\r\ntwo\tthree\rfour"), "one\ntwo\tthree␍four");
  assert.equal(visible("👩\u200d👧 שלום"), "👩\u200d👧 שלום");
});

test("user-perceived characters are not split", () => {
  const cuts = (text: string): number[] => Array.from({length: text.length - 1}, (_, i) => i + 1).filter(unit => !splitsCharacter(text, unit));
  assert.deepEqual(cuts("e\u0301a"), [2]); // e + acute, a
  assert.deepEqual(cuts("👩‍👧x"), [5]);
  assert.deepEqual(cuts("👍🏽x"), [4]);
  assert.deepEqual(cuts("🇫🇷x"), [4]);
  assert.deepEqual(cuts("ab"), [1]);
});

test("labels are shortened to one line", () => {
  assert.equal(shorten("  a \n b  ", 10), "a b");
  assert.equal(shorten("abcdef", 4), "abcd…");
  assert.equal(shorten("👩‍👧👩‍👧👩‍👧", 2), "👩‍👧👩‍👧…");
  assert.equal(shorten("x".repeat(1 << 20), 3), "xxx…");
});
