// The page of limn serve in every state: a result at first sight, busy, failed, cut off, empty; links, history, hostile texts.

import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import {check, launch} from "./browser.js";
import {link, Server} from "./page_server.js";

let browser: Browser, server: Server;
const bundled = ["minilm-l6-qa", "minilm-l6-squad1", "minilm-l6-sentiment", "minilm-l6-ner"].flatMap(name => ["-m", name]);
before(async () => {
  browser = await launch();
  server = await Server.start(...bundled, "--max-tokens", "20000");
});
after(async () => {
  await browser.close();
  server.stop();
});

const phone = {viewport: {width: 390, height: 844}, hasTouch: true, deviceScaleFactor: 2};
const review = {model: "minilm-l6-sentiment", method: "gradient", text: "A gorgeous, witty film."};
const slow = {...review, method: "lime", samples: "5000", text: "The plot is thin and the jokes are old, yet the cast of this film makes it a delight from the first minute to the last"};
const verdict = (page: Page): Promise<string> => page.locator("#answer h2").first().innerText();
const explained = (page: Page): Promise<void> => page.locator("#answer .explanation, #answer .comparison").first().waitFor();

void test("the first sight is a result", async () => {
  await explained((await server.open(browser)).page); // a browser that has just started is slow with its first page
  const opened = await server.open(browser), {page} = opened;
  await explained(page);
  const since = await page.evaluate(() => Math.round(performance.getEntriesByName("limn shown")[0]?.startTime ?? NaN));
  console.log(`the first view was there after ${since} ms`);
  assert.equal(await page.locator("textarea").first().inputValue(), "Who ruled macedonia");
  assert.match(await page.innerText("#answer"), /Ranked answers/);
  await check(opened, "page-first");
  await page.context().close();
});

for (const [name, options] of [["dark", {colorScheme: "dark"}], ["phone", phone]] as const) {
  void test(`the first sight, ${name}`, async () => {
    const opened = await server.open(browser, "", options);
    await explained(opened.page);
    await check(opened, `page-first-${name}`);
    await opened.page.context().close();
  });
}

void test("a page is small", async () => {
  const sizes = await Promise.all(["", "page.js", "page.css"].map(async path => (await (await fetch(server.url + path)).arrayBuffer()).byteLength));
  const sum = sizes.reduce((a, b) => a + b, 0);
  assert.ok(sum < 150_000, `${sum} bytes`);
});

void test("ranked answers are explained one by one", async () => {
  const {page} = await server.open(browser);
  await explained(page);
  const second = page.locator(".ranked li").nth(1), text = await second.locator("bdi").innerText();
  await second.getByRole("button").click();
  await page.waitForFunction(() => document.querySelector("#answer .instead") !== null);
  assert.ok((await page.innerText("#answer .instead")).includes(text));
  assert.match(page.url(), /target=\d+%3A\d+/);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("#answer .explanation") !== null && document.querySelector("#answer .instead") === null);
  await page.context().close();
});

void test("typing, choosing and targets", async () => {
  const opened = await server.open(browser), {page} = opened;
  await page.getByLabel("Model", {exact: true}).selectOption("minilm-l6-sentiment");
  await page.waitForFunction(() => document.querySelector("#answer h2")?.textContent === "positive");
  await page.getByLabel("Text", {exact: true}).fill("Dull, dull, dull.");
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => document.querySelector("#answer h2")?.textContent === "negative");
  await page.getByLabel("Explain", {exact: true}).selectOption("positive");
  await page.locator("#answer .instead").waitFor();
  await page.getByLabel("Method", {exact: true}).selectOption("occlusion");
  await page.waitForFunction(() => document.querySelector("#answer .explanation .facts")?.parentElement?.textContent.includes("occlusion"));
  await check(opened, "page-typed");
  await page.context().close();
});

void test("samples bring a model that can read them", async () => {
  const opened = await server.open(browser), {page} = opened;
  await explained(page);
  const tweet = await page.locator("optgroup[label=Tweets] option").first().getAttribute("value");
  await page.getByLabel("Sample", {exact: true}).selectOption(tweet);
  await page.waitForFunction(() => /positive|negative/.test(document.querySelector("#answer h2")?.textContent ?? ""));
  const name = await page.locator("optgroup[label=Names] option").first().getAttribute("value");
  await page.getByLabel("Sample", {exact: true}).selectOption(name);
  await page.waitForFunction(() => document.querySelector("#answer")?.textContent.includes("Alexander the Great"));
  await check(opened, "page-entities");
  await page.context().close();
});

void test("models and methods are compared", async () => {
  const opened = await server.open(browser), {page} = opened;
  await explained(page);
  await page.getByText("Compare", {exact: true}).click();
  await page.getByLabel("minilm-l6-squad1").check();
  await page.locator("#answer .comparison").waitFor();
  await page.getByLabel("gradient-x-input").check();
  await page.waitForFunction(() => document.querySelectorAll("#answer .comparison .cell").length === 4);
  await check(opened, "page-compare");
  await page.context().close();
});

void test("long work shows progress and can be cancelled", async () => {
  const opened = await server.open(browser, link(slow)), {page} = opened;
  await page.waitForFunction(() => { const bar = document.querySelector("progress"); return bar !== null && bar.hasAttribute("value") && bar.value > 0; });
  await check(opened, "page-busy");
  await page.getByRole("button", {name: "Cancel"}).click();
  assert.match(await page.innerText(".notice"), /Cancelled/);
  await check(opened, "page-cancelled");
  const metrics = async (): Promise<string> => (await fetch(`${server.url}metrics`)).text();
  while (!/limn_work_running 0\n/.test(await metrics())) await page.waitForTimeout(20);
  assert.doesNotMatch(await metrics(), /limn_work_cancelled_total 0\n/);
  await page.context().close();
});

void test("a mistake says what to do", async () => {
  const opened = await server.open(browser, link({...review, method: "integrated-gradients", steps: "99999"}), {}, /422/), {page} = opened;
  await page.getByRole("alert").waitFor();
  assert.match(await page.innerText("[role=alert]"), /steps: found 99999, expected a whole number from 1 to 1000/);
  assert.equal(await page.getByLabel("Steps", {exact: true}).getAttribute("aria-invalid"), "true");
  await check(opened, "page-mistake");
  await page.context().close();
});

void test("a server that is busy, or gone, is told apart", async () => {
  const opened = await server.open(browser, "", {}, /503|ERR_CONNECTION_REFUSED/), {page} = opened;
  await explained(page);
  await page.route("**/v1/explain", route => route.fulfill({status: 503, headers: {"Retry-After": "7"}, contentType: "application/problem+json",
    body: JSON.stringify({type: "about:blank", title: "Service Unavailable", status: 503, detail: "too many requests are waiting"})}));
  await page.getByRole("button", {name: "Explain", exact: true}).click();
  await page.getByText("Try again in 7 s.").waitFor();
  await check(opened, "page-full");
  await page.unroute("**/v1/explain");
  await page.route("**/v1/explain", route => route.abort("connectionrefused"));
  await page.getByRole("button", {name: "Try again"}).click();
  await page.getByText("The server cannot be reached.").waitFor();
  await check(opened, "page-gone");
  await page.unroute("**/v1/explain");
  await page.getByRole("button", {name: "Try again"}).click();
  await explained(page);
  await page.context().close();
});

void test("no text is a state of its own", async () => {
  const opened = await server.open(browser, link({...review, text: ""}));
  await opened.page.getByText("No text yet").waitFor();
  await check(opened, "page-empty");
  await opened.page.context().close();
});

void test("what was not read is said, and can be read", async () => {
  const text = Array.from({length: 90}, (_, i) => `Scene ${i} is long and the actors are good but tired.`).join(" ");
  const opened = await server.open(browser, link({...review, text})), {page} = opened;
  await page.getByText("characters were not read").waitFor();
  await check(opened, "page-cut");
  await page.getByRole("button", {name: "Read all parts"}).click();
  await page.waitForFunction(() => document.querySelectorAll("#answer .collection .explanation").length >= 2);
  await check(opened, "page-parts");
  await page.context().close();
});

void test("a link gives the same view, and history keeps it", async () => {
  const fragment = link({...review, contrast: "negative", target: "positive", unit: "token"});
  const opened = await server.open(browser, fragment), {page} = opened;
  await explained(page);
  const before = await verdict(page);
  await page.getByLabel("Text", {exact: true}).fill("Something else.");
  await page.getByRole("button", {name: "Explain", exact: true}).click();
  await page.waitForFunction(() => document.querySelector("#answer .texts")?.textContent.includes("Something else"));
  await page.getByText("History", {exact: true}).click();
  await check(opened, "page-history");
  await page.locator(".past a").nth(1).click();
  await page.waitForFunction(() => document.querySelector("#answer .texts")?.textContent.includes("gorgeous"));
  assert.equal(await verdict(page), before);
  assert.match(page.url(), /contrast=negative/);
  await page.reload();
  await explained(page);
  assert.equal(await verdict(page), before);
  await page.getByText("History", {exact: true}).click();
  await page.getByRole("button", {name: "Forget all"}).click();
  assert.equal(await page.locator(".past a").count(), 0);
  await page.context().close();
});

void test("without storage the page works, and remembers nothing", async () => {
  const context = await browser.newContext(), page = await context.newPage();
  await page.addInitScript(() => { Object.defineProperty(window, "localStorage", {get: () => { throw new Error("forbidden"); }}); });
  await page.goto(server.url);
  await explained(page);
  await context.close();
});

void test("hostile texts are text", async () => {
  const markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  for (const [name, text] of [["markup", `${markup} A gorgeous film. \u202e\u2066 backwards`], ["word", "a".repeat(100_000)]] as const) {
    const opened = await server.open(browser, link({...review, text, target: name === "markup" ? "positive" : ""})), {page} = opened;
    await explained(page);
    assert.equal(await page.locator("#answer img, #answer script, #ask img, #ask script").count(), 0);
    if (name === "markup") assert.ok((await page.innerText("#answer .texts")).includes(markup));
    await check(opened, `page-hostile-${name}`, false);
    await page.context().close();
  }
});

void test("a megabyte of one word is read, and one more is refused", async () => {
  const opened = await server.open(browser, "", {}, /413/), {page} = opened;
  page.setDefaultTimeout(120_000); // laying out a word of a megabyte takes the browser a while
  await page.getByLabel("Model", {exact: true}).selectOption("minilm-l6-sentiment");
  await page.waitForFunction(() => document.querySelector("#answer h2")?.textContent === "positive");
  const fill = async (length: number): Promise<void> => {
    await page.getByLabel("Text", {exact: true}).evaluate((area, count) => {
      (area as HTMLTextAreaElement).value = "a".repeat(count);
      area.dispatchEvent(new Event("input"));
    }, length);
    await page.getByRole("button", {name: "Explain", exact: true}).click();
  };
  await fill(1_000_000);
  await page.waitForFunction(() => (document.querySelector("#answer .texts")?.textContent.length ?? 0) > 999_999);
  await fill(2_000_000);
  await page.getByText("at most 1048576 bytes").waitFor();
  await check(opened, "page-large", false);
  await page.context().close();
});

void test("a key is asked for where one is needed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "limn-")), file = join(folder, "keys");
  writeFileSync(file, "# ours\nopen sesame\n");
  const locked = await Server.start("-m", "minilm-l6-sentiment", "--api-key-file", file);
  try {
    const opened = await locked.open(browser, "", {}, /401/), {page} = opened;
    await page.getByRole("heading", {name: "This server asks for a key"}).waitFor();
    await check(opened, "page-key");
    await page.getByLabel("Key", {exact: true}).fill("open sesame");
    await page.getByRole("button", {name: "Use this key"}).click();
    await explained(page);
    await page.context().close();
  } finally {
    locked.stop();
    rmSync(folder, {recursive: true});
  }
});
