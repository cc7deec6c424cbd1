// Every state of the viewer: it shows the data of the JSON and passes axe-core; a screenshot is taken.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import type {Browser} from "playwright-core";
import {check, data, launch, open} from "./browser.js";
import * as samples from "./samples.js";

let browser: Browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const phone = {viewport: {width: 390, height: 844}, hasTouch: true, deviceScaleFactor: 2};

const states: [string, () => unknown, string][] = [
  ["question", () => data("question.json"), "Achaemenid Persia"],
  ["no-answer", () => data("no_answer.json"), "no answer"],
  ["other-answer", () => data("other_answer.json"), "Explained"],
  ["signed", () => data("signed.json"), "negative"],
  ["contrast", () => data("contrast.json"), "negative rather than positive"],
  ["entities", () => data("entities.jsonl"), "Ada Lovelace"],
  ["multi-label", () => samples.multiLabel(), "toxic, insult"],
  ["comparison", () => data("comparison.jsonl"), "One scale for all models"],
  ["heatmap", () => samples.heatmap(), "On average over all tokens"],
  ["attention", () => samples.attention(), "Every head"],
  ["attack", () => samples.flips(), "2 tokens replaced, and it says something else"],
  ["reduction", () => samples.reduction(), "4 tokens removed, and it says the same"],
  ["right-to-left", () => data("right_to_left.json"), "The Band"],
  ["cjk", () => data("cjk.json"), "映画"],
  ["emoji", () => data("emoji.json"), "👩‍👩‍👧"],
  ["hostile", () => data("hostile.json"), "<script>alert(1)</script>"],
  ["empty", () => samples.plain("", () => 0), "positive"],
];

for (const [name, json, expected] of states) {
  test(name, async () => {
    const opened = await open(browser, name, json());
    assert.ok((await opened.page.innerText("main")).includes(expected), `${name} shows ${expected}`);
    await check(opened, name);
    await opened.page.context().close();
  });
}

for (const name of ["question", "signed", "comparison", "attention", "heatmap", "attack"]) {
  const json = states.find(state => state[0] === name)?.[1];
  test(`${name}, dark`, async () => {
    const opened = await open(browser, `${name}-dark`, json?.(), {colorScheme: "dark"});
    await check(opened, `${name}-dark`);
    await opened.page.context().close();
  });
  test(`${name}, phone`, async () => {
    const opened = await open(browser, `${name}-phone`, json?.(), phone);
    await check(opened, `${name}-phone`);
    await opened.page.context().close();
  });
}
