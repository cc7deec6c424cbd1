// The same cases as in tests/render/summary_test.cc and comparison_test.cc: page and terminal agree.
import assert from "node:assert/strict";
import {test} from "node:test";
import {correlationText, count, durationText, percentText, scoreText, shortNumber, valueText} from "../../../web/viewer/numbers.js";
import {contrast, heat, ink, intensity} from "../../../web/viewer/palette.js";

test("scores have the precision of three digits of their scale", () => {
  assert.equal(scoreText(0.8567, 1), "0.86");
  assert.equal(scoreText(-0.012345, 0.05), "−0.0123");
  assert.equal(scoreText(123.4, 500), "123");
  assert.equal(scoreText(0, 1), "0");
  assert.equal(scoreText(-0.0001, 1), "0.00");
  assert.equal(scoreText(1e-7, 2e-7), "1.00e−7");
  assert.equal(scoreText(NaN, 1), "not a number");
});

test("percentages, times, values", () => {
  assert.deepEqual([0, 0.0004, 0.0725, 0.834, 0.9979, 0.99999, 1].map(percentText), ["0%", "<0.1%", "7.2%", "83%", "99.8%", ">99.9%", "100%"]);
  assert.deepEqual([0.0001, 0.0412, 2.345].map(durationText), ["<1 ms", "41 ms", "2.3 s"]);
  assert.deepEqual([11.2743, -3, 0.00001234].map(valueText), ["11.27", "−3", "1.234e−5"]);
  assert.deepEqual([0.456, -1, -0.001, undefined].map(correlationText), ["0.46", "−1.00", "0.00", "–"]);
  assert.deepEqual([22_713_216, 812, 109_482_240].map(number => shortNumber(number)), ["22.7 M", "812", "109 M"]);
  assert.equal(shortNumber(45_400_000, "B"), "45.4 MB");
  assert.equal(shortNumber(999, "B"), "999 B");
  assert.equal(count(1, "pass", "passes"), "1 pass");
  assert.equal(count(2.25, "pass", "passes"), "2.3 passes");
});

test("contrast as WCAG defines it", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.48) < 0.005); // #777 on white, WebAIM's example
});

test("text on heat is readable everywhere", () => {
  for (const theme of ["light", "dark"] as const) {
    for (let step = -255; step <= 255; step++) assert.ok(contrast(heat(step / 255, theme), ink(step / 255, theme)) >= 4.5, `${theme} ${step}`);
    for (let step = 0; step <= 255; step++) assert.ok(contrast(heat(step / 255, theme, false), ink(step / 255, theme, false)) >= 4.5, `${theme}, magnitude ${step}`);
  }
});

test("a score that is not a number has no heat", () => {
  assert.deepEqual([intensity(1, 0), intensity(NaN, 1), intensity(Infinity, 1), intensity(3, 2), intensity(-1, 2)], [0, 0, 0, 1, -0.5]);
});
