// The Tables tab: every state, what it asks of the server, and a table of 100,000 rows without freezing.

import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {beforeEach, test} from "node:test";
import type {BrowserContextOptions, Page} from "playwright-core";
import {check, type Opened} from "./browser.js";
import {explanation, refuse, served, usual, type Behaviour, type Json} from "./page_server.js";
import {fragment, phone, refused, server, verdict, visit} from "./page_session.js";

const sentiment = (text: unknown): Json => {
  const isGood = String(text).includes("good"), probability = 0.6 + 0.05 * (String(text).length % 8);
  return {limn: 1, model: "small-sentiment", task: "sequence-classification", input: {text}, prediction: {label: isGood ? "positive" : "negative", index: isGood ? 1 : 0, probability, probabilities: {}}};
};
const predicting: Behaviour = (route, request, response) => {
  const inputs = request["inputs"] as Json[] | undefined;
  if (!inputs) return usual(route, request, response);
  if (route === "/v1/explain") return {results: inputs.map(({text}) => explanation({...request, text}))};
  return {results: inputs.map(({text}) => (text === "" ? {error: {detail: "text: is empty", field: "text"}} : sentiment(text)))};
};
beforeEach(() => { server.behaviour = predicting; });

const table = (count: number): string => `review,label\n${Array.from({length: count}, (_, i) => `"A ${i % 3 ? "good" : "bad"} film, number ${i}",${i % 2 ? "positive" : "negative"}`).join("\n")}\n`;
const give = (page: Page, text: string, name = "reviews.csv"): Promise<void> => page.setInputFiles("#table-file", {name, mimeType: "text/csv", buffer: Buffer.from(text)});
const rows = (page: Page): ReturnType<Page["locator"]> => page.locator(".rows .row-line");
const done = (page: Page): Promise<void> => page.getByRole("button", {name: "Predict again"}).waitFor();

async function predicted(text: string, options: BrowserContextOptions = {}, link = "view=tables&model=small-sentiment"): Promise<Opened> {
  const opened = await visit(link, options), {page} = opened;
  await page.locator(".source").waitFor();
  await give(page, text);
  await page.getByRole("button", {name: /^Predict (\d|the)/}).click();
  await done(page);
  return opened;
}

const sizes: [string, BrowserContextOptions][] = [
  ["390", phone], ["1280x720", {viewport: {width: 1280, height: 720}}], ["1440x900", {viewport: {width: 1440, height: 900}}], ["dark", {viewport: {width: 1280, height: 720}, colorScheme: "dark"}],
];
for (const [size, options] of sizes) {
  test(`wrong rows first, and why: ${size}`, async () => {
    const opened = await visit("", options), {page} = opened;
    await verdict(page).waitFor();
    await page.click("#tab-tables");
    await page.locator(".source").waitFor();
    await check(opened, `tables-empty-${size}`, false);
    await give(page, table(60));
    await page.selectOption("#table-model", "small-sentiment");
    await page.getByRole("button", {name: "Predict 60 rows"}).click();
    await done(page);
    // Of 60 rows, every third is bad and every second positive: as many wrong as right.
    assert.equal(await page.innerText(".figures-line"), "50% right · 30 right, 30 wrong");
    assert.equal(await page.inputValue("#table-sort"), "wrong");
    assert.equal(fragment(page).get("text-column"), "review");
    assert.ok(await rows(page).first().locator(".wrong").isVisible());
    await rows(page).first().click();
    await page.locator(".why-row .explanation").waitFor();
    await page.getByText("Words of each class").click();
    await page.locator(".class-lists li").first().waitFor();
    await check(opened, `tables-${size}`);
  });
}

test("batches have the server's size, and a failed row does not affect the others", async () => {
  const opened = await predicted(table(150).replace("\"A good film, number 1\"", "\"\"")), {page} = opened;
  const sizes_ = server.asked.filter(({route}) => route === "/v1/predict").map(({request}) => (request["inputs"] as unknown[]).length);
  assert.deepEqual(sizes_.sort((a, b) => b - a), [64, 64, 22]);
  assert.match(await page.innerText(".figures-line"), /1 failed$/);
  await page.selectOption("#table-kind", "failed");
  assert.deepEqual((await rows(page).allInnerTexts()).map(text => text.replace(/\s+/g, " ")), ["2 positive failed: text: is empty"]);
  await page.selectOption("#table-kind", "wrong");
  await page.getByRole("button", {name: /^\d+ rows of negative, predicted positive$/}).click();
  await page.getByText(/^50 of 150 rows · label negative/).waitFor();
  await page.fill("#table-contains", "number 10");
  await page.getByText(/^4 of 150 rows/).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: "CSV", exact: true}).click()]);
  assert.equal(download.suggestedFilename(), "reviews.predictions.csv");
  const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  assert.equal(lines[0], "review,label,row,prediction,probability,error");
  assert.equal(lines.length, 5);
  assert.deepEqual(opened.faults, []);
});

test("a header without a text is one question", async () => {
  const opened = await visit("view=tables"), {page} = opened;
  await page.locator(".source").waitFor();
  await give(page, "a;b\none two;three four\n", "x.csv");
  await page.getByText("x.csv has the columns “a”, “b”. Which one is the text?").waitFor();
  assert.ok(await page.locator(".columns-form .primary").isDisabled());
  await check(opened, "tables-question", false);
  await page.selectOption("#column-text", "b");
  await page.click(".columns-form .primary");
  await done(page);
  await page.getByRole("button", {name: "Another table"}).click();
  await page.fill("#table-text", "PAR1\0");
  await page.getByRole("button", {name: "Read it"}).click();
  await page.getByRole("heading", {name: "That is no table that can be read"}).waitFor();
  await check(opened, "tables-unreadable", false);
});

test("a busy server is asked again; what is cancelled goes on", async () => {
  let times = 0;
  server.behaviour = async (route, request, response) => {
    if (route === "/v1/predict" && times++ === 1) return refuse(response, 503, {detail: "too many requests are waiting"}, {"Retry-After": "1"});
    await new Promise(resolve => setTimeout(resolve, 150));
    return predicting(route, request, response);
  };
  const {page} = await visit("view=tables&model=small-sentiment", {}, refused);
  await page.locator(".source").waitFor();
  await give(page, table(640));
  await page.getByRole("button", {name: "Predict 640 rows"}).click();
  await page.getByText(/^(64|128|192) of 640 rows/).waitFor();
  await page.getByRole("button", {name: "Cancel"}).click();
  await page.getByText(/^Stopped after \d+ rows\.$/).waitFor();
  await page.getByRole("button", {name: "Go on"}).click();
  await done(page);
  const inputs = server.asked.filter(({route}) => route === "/v1/predict").flatMap(({request}) => (request["inputs"] as Json[]).map(({text}) => text));
  assert.equal(new Set(inputs).size, 640);
  await page.locator("strong").getByText("50% right").waitFor();
});

test("a refused model is said once", async () => {
  server.behaviour = (route, request, response) => (route === "/v1/predict" ? refuse(response, 422, {detail: "model: gone", field: "model", found: "'small-sentiment'", expected: "other"}) : usual(route, request, response));
  const opened = await visit("view=tables&model=small-sentiment", {}, refused), {page} = opened;
  await page.locator(".source").waitFor();
  await give(page, table(3));
  await page.getByRole("button", {name: "Predict 3 rows"}).click();
  await page.getByRole("heading", {name: "These rows cannot be predicted"}).waitFor();
  assert.ok(server.asked.filter(({route}) => route === "/v1/predict").length <= 2);
});

test("arrow keys and Enter explain a row", async () => {
  const {page} = await predicted(table(40));
  await page.focus(".scroller");
  for (const key of ["End", "ArrowUp", "Enter"]) await page.keyboard.press(key);
  await page.locator(".why-row .explanation").waitFor();
  assert.equal(await page.locator(".scroller").evaluate(one => document.getElementById(one.getAttribute("aria-activedescendant") ?? "")?.getAttribute("aria-rowindex")), "40");
});

test("100,000 rows are read, predicted, sorted and filtered without freezing", async () => {
  server.models = {...served, limits: {...served.limits, inputs: 2000}};
  const {page} = await visit("view=tables&model=small-sentiment");
  await page.locator(".source").waitFor();
  // The longest time that the page did not draw.
  await page.evaluate(() => {
    let last = performance.now(), longest = 0;
    const step = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      document.documentElement.dataset["longest"] = String(longest);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  // From the disk, as a user chooses it: Playwright would put a buffer into the page at once.
  const file = join(mkdtempSync(join(tmpdir(), "limn-")), "long.csv");
  writeFileSync(file, table(100_000));
  await page.setInputFiles("#table-file", file);
  await page.getByRole("button", {name: "Predict 100,000 rows"}).click();
  await done(page);
  await page.locator("strong").getByText("50% right").waitFor();
  await page.selectOption("#table-sort", "text");
  await page.locator(".rows .row-line").first().getByText("A bad film, number 0").waitFor();
  await page.fill("#table-contains", "number 9999");
  await page.getByText(/^11 of 100,000 rows/).waitFor(); // 9999 and 99990 to 99999
  await page.fill("#table-contains", "");
  await page.getByText(/^100,000 rows/).waitFor();
  await page.focus(".scroller");
  await page.keyboard.press("End");
  await page.locator("[aria-rowindex='100001']").waitFor();
  assert.ok(await page.locator(".grid-holder *").count() < 800, "rows out of view are no elements");
  const longest = Number(await page.evaluate(() => document.documentElement.dataset["longest"]));
  console.log(`# the longest pause was ${longest.toFixed(0)} ms`);
  assert.ok(longest < 1500, `${longest} ms`); // on a machine of its own, about 200
});
