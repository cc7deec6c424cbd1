// Saved pictures: every shape that the page shows is in them, in both themes, and their width is not the window's.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {after, before, test} from "node:test";
import type {Browser, BrowserContextOptions} from "playwright-core";
import {data, launch, open} from "./browser.js";

let browser: Browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

async function svgOf(name: string, json: unknown, options: BrowserContextOptions = {}): Promise<string> {
  const {page} = await open(browser, name, json, options);
  await page.getByText("Save or copy").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: "Save as SVG"}).click()]);
  const svg = readFileSync(await download.path(), "utf8");
  await page.context().close();
  return svg;
}

const solid = (svg: string, color: string): number => svg.split(`fill="rgb(${color})"`).length - 1;
const width = (svg: string): number => Number(/ width="(\d+)"/.exec(svg.slice(svg.indexOf("<svg")))?.[1]);

interface Words { input: {text: string}; words: {begin: number; end: number; score: number}[] }

for (const [colorScheme, blue, orange] of [["light", "0, 80, 200", "228, 112, 0"], ["dark", "64, 140, 255", "255, 148, 32"]] as const) {
  test(`the bars of For and Against are in the picture: ${colorScheme}`, async () => {
    const json = data("signed.json") as Words, svg = await svgOf(`picture-${colorScheme}`, json, {colorScheme});
    // The eight strongest words that are not punctuation.
    const strongest = json.words.filter(({begin, end}) => /[a-z]/i.test(json.input.text.slice(begin, end))).sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, 8);
    const [forIt, against] = [strongest.filter(({score}) => score > 0).length, strongest.filter(({score}) => score < 0).length];
    assert.ok(forIt > 0 && against > 0);
    assert.deepEqual([solid(svg, blue), solid(svg, orange)], [forIt, against]);
  });
}

test("a picture is as wide on a phone as on a large screen, and has the same shapes", async () => {
  for (const [name, json] of [["question", data("question.json")], ["comparison", data("comparison.jsonl")]] as const) {
    const [small, large] = await Promise.all([svgOf(`picture-${name}-phone`, json, {viewport: {width: 390, height: 844}}), svgOf(`picture-${name}-wide`, json, {viewport: {width: 1440, height: 900}})]);
    assert.ok(width(small) >= 736, String(width(small)));
    assert.equal(width(small), width(large), name);
    const shapes = (svg: string): number[] => ["<rect", "<text", "<line"].map(shape => svg.split(shape).length - 1);
    assert.deepEqual(shapes(small), shapes(large), name);
  }
});
