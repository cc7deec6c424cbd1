// The big list of naughty strings and every emoji sequence (tests/web/data/README.md), as texts, as names and as answers.

import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import {visible} from "../../../web/viewer/text.js";
import {data, launch, open} from "./browser.js";
import {plain} from "./samples.js";

let browser: Browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const naughty = (data("naughty_strings.json") as string[]).filter(text => text.trim() !== "");
// A single skin tone joins the preceding character, even a space.
const emoji = (data("emoji_sequences.txt") as string).trim().split("\n").filter(sequence => !/^[\u{1f3fb}-\u{1f3ff}]$/u.test(sequence));

/** No text became an element, an attribute, a title, or a control character that affects its surroundings. */
async function harmless(page: Page): Promise<void> {
  assert.equal(await page.title(), "limn");
  const allowed = "a,b,article,button,circle,code,dd,details,div,dl,dt,em,figcaption,figure,h1,h2,h3,h4,i,label,input,legend,li,line,main,mark,nav,ol,p,path,rect,section,small,span,strong,summary,svg,g,table,tbody,td,text,tfoot,th,thead,tr,ul,bdi,time,title,select,option,fieldset,caption,col,colgroup,tspan,polyline,kbd,header,footer,desc";
  const found = await page.evaluate(names => {
    const known = new Set(names.split(",")), main = document.querySelector("main");
    const elements = [...main?.querySelectorAll("*") ?? []];
    return {
      elements: elements.filter(one => !known.has(one.localName)).map(one => one.localName),
      handlers: elements.filter(one => one.getAttributeNames().some(name => name.startsWith("on"))).map(one => one.localName),
      links: elements.filter(one => /^\s*(javascript|data|https?|\/\/)/i.test(one.getAttribute("href") ?? one.getAttribute("src") ?? "")).map(one => one.localName),
      controls: /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/.exec(main?.textContent ?? "")?.[0] ?? "",
    };
  }, allowed);
  assert.deepEqual(found, {elements: [], handlers: [], links: [], controls: ""});
}

/** What `read` finds on each page of many explanations, in order. */
async function onEachPage<T>(page: Page, read: () => Promise<T[]>): Promise<T[]> {
  const found: T[] = [], next = page.locator(".pager").first().getByRole("button", {name: "Next"});
  for (;;) {
    found.push(...await read());
    await harmless(page);
    if (await next.isDisabled()) return found;
    await next.click();
  }
}

test("naughty strings as texts", async () => {
  const {page, faults} = await open(browser, "torture-texts", naughty.map(text => plain(text, i => 1 / (i + 1))));
  const shown = await onEachPage(page, () => page.locator(".text").evaluateAll(texts => texts.map(text => text.textContent)));
  assert.deepEqual(shown, naughty.map(visible));
  assert.deepEqual(faults, []);
});

test("naughty strings as names of models, labels, methods and as warnings", async () => {
  const explanations = naughty.map(name => plain("a text", i => i, {
    model: name, warnings: [name], prediction: {label: name, index: 0, probability: 0.5, probabilities: {[name]: 0.5}},
    target: {explain: name, label: name, index: 0}, method: {name, preset: name, reduce: name, normalize: name},
  }));
  const {page, faults} = await open(browser, "torture-names", explanations);
  const shown = await onEachPage(page, () => page.locator(".explanation").evaluateAll(all => all.map(one => one.id)));
  assert.equal(shown.length, naughty.length);
  assert.deepEqual(faults, []);
});

test("every emoji sequence stays one word", async () => {
  const text = emoji.join(" "), {page, faults} = await open(browser, "torture-emoji", plain(text, i => (i % 7) / 7));
  await page.locator(".texts .rest").click(); // long texts are folded
  assert.equal(await page.locator(".text").first().textContent(), visible(text));
  const words = await page.locator(".text .w").allTextContents();
  assert.deepEqual(words, emoji.map(visible));
  await harmless(page);
  assert.deepEqual(faults, []);
});
