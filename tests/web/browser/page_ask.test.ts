// The Ask tab: every state, its links, and what it asks of the server.

import assert from "node:assert/strict";
import {beforeEach, test} from "node:test";
import type {BrowserContextOptions, Page} from "playwright-core";
import {asking, found, passage, withCollection} from "./ask_server.js";
import {check} from "./browser.js";
import {refuse, usual} from "./page_server.js";
import {fragment, phone, refused, server, verdict, visit} from "./page_session.js";

beforeEach(() => {
  server.models = withCollection;
  server.behaviour = asking;
});

const answers = (page: Page): ReturnType<Page["locator"]> => page.locator(".found > .verdict h2");
const link = "view=ask&question=Who+came%3F";
const sizes: [string, BrowserContextOptions][] = [
  ["390", phone], ["1280x720", {viewport: {width: 1280, height: 720}}], ["1440x900", {viewport: {width: 1440, height: 900}}], ["dark", {viewport: {width: 1280, height: 720}, colorScheme: "dark"}],
];

for (const [size, options] of sizes) {
  test(`answers in their passages, explained: ${size}`, async () => {
    const opened = await visit(`${link}&explain=1&why=2`, options), {page} = opened;
    await page.locator(".found .explanation h3").first().waitFor();
    await page.locator(".similarity").waitFor();
    assert.deepEqual(await answers(page).allInnerTexts(), ["Ada", "Ada", "Grace"]);
    assert.deepEqual(await page.locator(".found").nth(2).locator("mark").allInnerTexts(), ["Grace"]);
    assert.ok((await page.innerText(".found:first-child .facts")).includes("a.txt · passage 2 of the search · BM25 2.5 · cosine 0.4"));
    assert.deepEqual(await page.locator(".stages .number").allInnerTexts(), ["4 ms", "30 ms"]);
    await check(opened, `ask-${size}`);
  });
}

test("without a collection there is no tab, and its link shows the page", async () => {
  server.models = {...withCollection, collections: []};
  server.behaviour = usual;
  const {page} = await visit(link);
  await verdict(page).waitFor();
  await page.getByText("This server has no collection to ask.").waitFor();
  assert.ok(await page.locator("#tab-ask").isHidden());
  assert.ok(await page.locator("#tab-tables").isVisible());
});

test("a question is asked, and the explanation is of the answer at its place", async () => {
  const opened = await visit("", {viewport: {width: 1280, height: 720}}), {page} = opened;
  await verdict(page).waitFor();
  await page.click("#tab-ask");
  await page.getByText("Ask your documents").waitFor();
  await page.getByText("This server has 2 collections.").waitFor();
  await check(opened, "ask-empty", false);
  await page.fill("#ask-question", "Who came?");
  await page.press("#ask-question", "Enter");
  await answers(page).first().waitFor();
  assert.deepEqual(server.asked.at(-1)?.request, {question: "Who came?", collection: "notes", retriever: "hybrid", model: "small-qa", no_explanation: true, top: 8});
  assert.equal(await page.locator(".passage mark").first().evaluate(mark => mark.previousSibling?.textContent), passage.slice(0, 38), "the second Ada is marked");
  await page.getByRole("button", {name: "Explain", exact: true}).first().click();
  await page.locator(".found:first-child .explanation").waitFor();
  // Tokens are words: [CLS] Who came? [SEP] Ada came first. Then <b>Grace</b> and Ada …
  assert.deepEqual(server.asked.at(-1)?.request, {model: "small-qa", question: "Who came?", context: passage, method: "gradient", target: "10:10"});
  assert.equal(fragment(page).get("explain"), "1");
  await page.getByRole("button", {name: "Why this passage"}).first().click();
  await page.locator(".similarity").waitFor();
  assert.deepEqual(await page.locator(".matched > p:first-of-type u").allInnerTexts(), ["came"]);
  assert.deepEqual(server.asked.at(-1)?.request, {model: "small-embedder", text: "Who came?", pair: passage});
  assert.deepEqual([fragment(page).get("explain"), fragment(page).get("why")], [null, "1"]);
  await page.getByRole("button", {name: "Why this passage"}).first().click();
  assert.equal(await page.locator(".similarity").count(), 0);
  await page.selectOption("#ask-collection", "letters");
  await page.waitForFunction(() => location.hash.includes("letters"));
  assert.equal(await page.inputValue("#ask-retriever"), "bm25");
  await page.goBack();
  await page.waitForFunction(() => location.hash.includes("notes"));
  await answers(page).first().waitFor();
  assert.equal(await page.inputValue("#ask-collection"), "notes");
  await page.click("#tab-explain");
  await verdict(page).waitFor();
  assert.ok(await page.locator(".ask-view").isHidden());
  assert.deepEqual(opened.faults, []);
});

test("no answer, added words, and passages without a reader", async () => {
  server.behaviour = (route, request, response) => (route === "/v1/ask" ? {...found(request), answered: false, no_answer_probability: 0.97} : asking(route, request, response));
  const opened = await visit(`${link}&feedback=2`), {page} = opened;
  await page.locator("#other").getByText("No answer in these documents").first().waitFor();
  await page.getByText("is 97% sure that none answers").waitFor();
  await page.getByText("1 word was searched for, too: engine").click();
  await page.getByText("from a passage that was found first").waitFor();
  await check(opened, "ask-no-answer", false);
  await page.selectOption("#ask-model", "none");
  await page.locator(".found > h2").getByText("Who <i>came</i>").waitFor();
  assert.deepEqual(server.asked.at(-1)?.route, "/v1/search");
  assert.deepEqual(await page.locator(".passage u").allInnerTexts(), ["came"]);
});

test("what this server does not have is said, and a refused request leads to its field", async () => {
  server.behaviour = (route, request, response) => (route === "/v1/ask" && "filter" in request ? refuse(response, 422, {detail: "filter: not an object", field: "filter", found: "not an object", expected: "fields with texts"}) : asking(route, request, response));
  const opened = await visit(`${link}&collection=gone&filter=nonsense`, {}, refused), {page} = opened;
  await page.getByText("That cannot be asked").first().waitFor();
  await check(opened, "ask-refused", false);
  await page.getByRole("button", {name: "Go to the field"}).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "ask-filter");
  await page.fill("#ask-filter", "");
  await page.press("#ask-filter", "Enter");
  await answers(page).first().waitFor();
});

test("a busy server is asked again, and a slow one can be left", async () => {
  let times = 0;
  server.behaviour = (route, request, response) => (route === "/v1/ask" && times++ === 0 ? refuse(response, 503, {detail: "too many requests are waiting"}, {"Retry-After": "1"}) : asking(route, request, response));
  const {page} = await visit(link, {}, refused);
  await page.getByText("The server is busy").first().waitFor();
  await answers(page).first().waitFor();
  server.behaviour = async (route, request, response) => {
    if (route === "/v1/ask") await new Promise(resolve => setTimeout(resolve, 5000));
    return asking(route, request, response);
  };
  await page.click(".asked-line button");
  await page.getByRole("button", {name: "Cancel"}).click();
  await page.getByText("Cancelled.").first().waitFor();
  assert.equal(await answers(page).count(), 3, "the previous answers stay");
});
