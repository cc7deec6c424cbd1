// Methods with plain names, what they cost on this text, and what happens if one would not finish in time.

import assert from "node:assert/strict";
import {test} from "node:test";
import type {BrowserContextOptions, Page} from "playwright-core";
import {asking} from "./ask_server.js";
import {check} from "./browser.js";
import {event, explanation, refuse, served, usual, type Json} from "./page_server.js";
import {edit, fragment, heading, idle, last, phone, server, verdict, visit} from "./page_session.js";

const labels = (page: Page, group: string): Promise<string[]> => page.locator(`#method optgroup[label="${group}"] option`).allTextContents();
/** One pass of the gradient takes 30 ms. */
const timed = (): void => {
  server.behaviour = (_, request) => ({...explanation(request), seconds: 0.03, passes: 1});
};

test("the usual methods come first, with what they are good for and their cost on this text; none is listed twice", async () => {
  timed();
  const opened = await visit("sample=review-1&model=small-sentiment&method=gradient"), {page} = opened;
  await verdict(page).waitFor();
  await page.locator("#method option", {hasText: "≈"}).first().waitFor({state: "attached"});
  const first = await labels(page, "Usual"), rest = await labels(page, "All methods");
  assert.deepEqual(first, [
    "Gradient: which words matter at all, at once · ≈ 30 ms", "Gradient × input: for and against, at once, roughly · ≈ 30 ms",
    "Integrated Gradients: for and against, in shares that add up · ≈ 2 s", // 62 passes of 30 ms
    "Occlusion: what happens without a word · ≈ 60 ms", // 4 words and the whole, predictions only: 5 · 0.4 · 30 ms
    "Kernel SHAP: fair shares of the words · ≈ 190 ms", // 4 words have 16 masks: 16 · 0.4 · 30 ms = 192 ms
  ]);
  assert.deepEqual(rest, ["Attention · ≈ 24 ms"]);
  const names = await page.locator("#method option").evaluateAll(all => all.map(one => (one as HTMLOptionElement).value));
  assert.equal(new Set(names).size, names.length);
  assert.match(await page.locator("#method-says").textContent() ?? "", /≈ 30 ms on this text\.$/);
  await edit(page);
  await check(opened, "methods-list", false);
});

test("labels open with Integrated Gradients, questions with the gradient; a choice of one's own stays", async () => {
  const {page} = await visit("sample=review-3");
  await verdict(page).waitFor();
  assert.equal(last()["method"], "integrated-gradients");
  await page.selectOption("#model", "small-qa");
  await page.waitForFunction(() => location.hash.includes("small-qa"));
  await idle(page);
  assert.equal(last()["method"], "gradient");
  await page.selectOption("#method", "occlusion");
  await page.waitForFunction(() => location.hash.includes("occlusion"));
  await page.selectOption("#model", "small-sentiment");
  await page.waitForFunction(() => location.hash.includes("small-sentiment"));
  await idle(page);
  assert.equal(last()["method"], "occlusion");
});

test("presets are a second list, named after their systems", async () => {
  server.models = {...served, presets: ["captum-saliency", "allennlp-ig", "a-new-one"], preset_tasks: {}};
  const opened = await visit("sample=review-3"), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  assert.deepEqual(await page.locator("#preset option").allTextContents(), ["limn", "Captum 0.9: saliency", "AllenNLP 2.10: ig", "a-new-one"]);
  await page.selectOption("#preset", "captum-saliency");
  await page.waitForFunction(() => location.hash.includes("preset%3Acaptum-saliency"));
  await idle(page);
  assert.deepEqual([last()["preset"], last()["method"]], ["captum-saliency", undefined]);
  await check(opened, "methods-preset", false);
  await page.selectOption("#method", "occlusion");
  await page.waitForFunction(() => location.hash.includes("method=occlusion"));
  await idle(page);
  assert.deepEqual([last()["preset"], last()["method"], await page.inputValue("#preset")], [undefined, "occlusion", ""]);
});

test("a method that will not finish is announced before it starts, with a smaller setting", async () => {
  server.models = {...served, limits: {...served.limits, seconds: 60}};
  server.behaviour = (_, request) => ({...explanation(request), seconds: 0.3, passes: 1});
  const words = Array.from({length: 40}, (_, i) => `word${i}`).join("+");
  const opened = await visit(`model=small-sentiment&method=gradient&text=${words}`), {page} = opened;
  await verdict(page).waitFor();
  await page.selectOption("#method", "kernel-shap");
  await heading(page).waitFor();
  assert.equal(await heading(page).innerText(), "Kernel SHAP would take ≈ 2 min"); // 1002 · 0.4 · 0.3 s
  assert.match(await page.innerText("#shown"), /stops after 60 s/);
  assert.equal(server.asked.length, 1, "it was not started");
  await check(opened, "methods-too-slow", false);
  await page.getByRole("button", {name: /^Use 240 samples \(≈ 29 s\)$/}).click();
  await page.waitForFunction(() => location.hash.includes("samples=240"));
  await verdict(page).waitFor();
  assert.deepEqual([last()["method"], last()["samples"]], ["kernel-shap", 240]);
  assert.equal(fragment(page).get("samples"), "240");
});

test("it is tried anyway, times out, and the same is offered", async () => {
  server.models = {...served, limits: {...served.limits, seconds: 60}};
  server.behaviour = (route, request, response): Json | undefined | Promise<Json | undefined> => {
    if (request["method"] !== "kernel-shap") return {...explanation(request), seconds: 0.3, passes: 1};
    if (request["samples"] !== undefined) return usual(route, request, response);
    return refuse(response, 422, {detail: "the work: found more time than one request may take", found: "more time than one request may take", expected: "less", hint: ""});
  };
  const opened = await visit(`model=small-sentiment&method=gradient&text=${Array.from({length: 40}, (_, i) => `word${i}`).join("+")}`, {}, /Failed to load resource/), {page} = opened;
  await verdict(page).waitFor();
  await page.selectOption("#method", "kernel-shap");
  await page.getByRole("button", {name: "Try it anyway"}).click();
  await page.locator("h2").getByText("It took too long for this server").waitFor();
  await check(opened, "methods-timed-out", false);
  await page.getByRole("button", {name: /^Use 240 samples/}).click();
  await verdict(page).waitFor();
  assert.equal(last()["samples"], 240);
});

test("progress has its total from the first event", async () => {
  server.behaviour = (route, request, response) => {
    if (request["method"] !== "kernel-shap") return usual(route, request, response);
    event(response, "progress", {done: 0, total: 1002});
    return undefined;
  };
  const {page} = await visit("sample=review-1&model=small-sentiment&method=gradient");
  await verdict(page).waitFor();
  await page.selectOption("#method", "kernel-shap");
  await page.getByText(/ 0 %/).waitFor();
  assert.equal(await page.locator("#progress").evaluate(bar => (bar as HTMLProgressElement).max), 1002);
});

test("methods that draw samples show their strongest scores so far, with standard errors", async () => {
  const words = [["A", 0.01, 0.02], ["gorgeous", 1.234, 0.1], ["witty", -2.5, 0.25], ["a", 0, 0.1], ["film", 0.3, 0.0512], ["of", 0.1, 0.1]]
    .map(([text, score, standard_error], i) => ({text, sequence: 0, begin: i, end: i + 1, score, standard_error}));
  server.behaviour = (route, request, response) => {
    if (request["method"] !== "kernel-shap") return usual(route, request, response);
    event(response, "progress", {done: 500, total: 1000, words});
    event(response, "progress", {done: 600, total: 1000});
    return undefined;
  };
  const opened = await visit("sample=review-1&model=small-sentiment&method=gradient"), {page} = opened;
  await verdict(page).waitFor();
  await page.selectOption("#method", "kernel-shap");
  await page.getByText("60 % · so far witty −2.50 ± 0.25, gorgeous 1.23 ± 0.10, film 0.300 ± 0.051, of 0.100 ± 0.100").waitFor();
  await check(opened, "methods-so-far", false);
});

for (const [suffix, options] of [["", {}], ["-dark", {colorScheme: "dark"}], ["-phone", phone]] as [string, BrowserContextOptions][]) {
  test(`what changes the verdict, what suffices for it, and where heads looked are computed when their folds open${suffix}`, async () => {
    const opened = await visit("sample=review-3&method=gradient", options), {page} = opened;
    await verdict(page).waitFor();
    assert.equal(server.asked.length, 1);
    await page.getByText("What would change the verdict").click();
    await page.getByRole("heading", {name: "1 token replaced, and it says something else"}).waitFor();
    assert.deepEqual([server.asked.at(-1)?.route, last()["kind"], last()["model"], last()["text"]], ["/v1/attack", "hotflip", "small-sentiment", "The plot is thin and the jokes are old, yet the cast makes it a delight."]);
    await page.getByText("What suffices for the verdict").click();
    await page.getByRole("heading", {name: "1 token removed, and it says the same"}).waitFor();
    await page.getByText("Where every head looked").click();
    await page.getByRole("heading", {name: "Every head"}).waitFor();
    assert.equal(server.asked.at(-1)?.route, "/v1/attention");
    await check(opened, `methods-looks${suffix}`);
  });
}

test("a masked language model fills the gaps; other words can be put into them", async () => {
  server.models = {...served, models: [...served.models, {name: "small-gaps", task: "masked-lm", labels: [], parameters: 1e6}]};
  const opened = await visit("sample=mask-1"), {page} = opened;
  await verdict(page).getByText("paris").waitFor();
  assert.deepEqual([server.asked.at(-1)?.route, last()["model"], last()["text"]], ["/v1/predict", "small-gaps", "The capital of France is [MASK]."]);
  assert.equal(await page.locator("#shown .text").innerText(), "The capital of France is paris50%.");
  await page.getByRole("button", {name: "<b>lyon 20%"}).click();
  assert.equal(await page.locator("#shown .text").innerText(), "The capital of France is <b>lyon20%.");
  assert.deepEqual(await page.locator(".look summary").allInnerTexts(), ["Where every head looked"]);
  await edit(page);
  assert.ok(await page.locator("#method-field").isHidden());
  await check(opened, "methods-gaps", false);
  await page.fill("#first", "[MASK] and [MASK]");
  await page.click("#go");
  await page.getByRole("region", {name: "Gap 2"}).waitFor();
  assert.equal(await page.locator("#shown .text").innerText(), "paris50% and paris25%");
  await page.click("#unfold");
  await page.fill("#first", "no gap");
  await page.click("#go");
  await page.getByText("write [MASK] where").waitFor();
});

test("a model that embeds texts needs two; pointing at a word of one lights up its partners in the other", async () => {
  const model = {name: "small-embedder", task: "sentence-embedding", labels: [], parameters: 1e6};
  server.models = {...served, models: [model, ...served.models]};
  server.behaviour = (route, request, response) => (route === "/v1/explain"
    ? {...explanation({...request, model: "small-sentiment"}), model: model.name, task: model.task, prediction: {cosine: 0.4}, target: {explain: "logit"}} : asking(route, request, response));
  const opened = await visit("model=small-embedder&text=A+witty+film"), {page} = opened;
  await page.getByText("Enter two texts").waitFor();
  assert.equal(await page.locator("#second-name").innerText(), "Second text");
  await page.fill("#second", "A funny movie");
  await page.click("#go");
  await verdict(page).waitFor();
  assert.deepEqual(await page.locator(".look > summary").allInnerTexts(), ["Which words go together", "Where every head looked"]);
  await page.getByText("Which words go together").click();
  const texts = page.locator(".similarity .text");
  await texts.nth(1).waitFor();
  assert.deepEqual([last()["text"], last()["pair"]], ["A witty film", "A funny movie"]);
  await texts.first().locator(".w", {hasText: "film"}).hover();
  await page.getByText("“film” goes with “movie”").waitFor();
  const heats = await texts.nth(1).locator(".w").evaluateAll(words => words.map(word => getComputedStyle(word).backgroundColor));
  assert.equal(heats.filter(color => !/, 0\)$/.test(color)).length, 1, heats.join(" "));
  await check(opened, "methods-embedder", false);
});

test("a second look says why it failed and is tried again; another explanation cancels it", async () => {
  let tries = 0;
  const seen = {left: false};
  server.behaviour = (route, request, response) => {
    if (route !== "/v1/attack") return usual(route, request, response);
    tries++;
    if (tries === 1) return refuse(response, 422, {detail: "this model is not attacked"});
    response.on("close", () => { seen.left = true; });
    event(response, "progress", {done: 1, total: 4});
    return undefined;
  };
  const {page} = await visit("sample=review-3&model=small-sentiment&method=gradient", {}, /Failed to load resource/);
  await verdict(page).waitFor();
  await page.getByText("What would change the verdict").click();
  await page.getByText("this model is not attacked").waitFor();
  await page.getByRole("button", {name: "Try again"}).click();
  await page.getByText("Working … 25 %").waitFor();
  await page.selectOption("#method", "occlusion");
  await page.waitForFunction(() => location.hash.includes("occlusion"));
  await idle(page);
  for (let i = 0; i < 100 && !seen.left; i++) await page.waitForTimeout(50);
  assert.ok(seen.left, "the server is told");
});
