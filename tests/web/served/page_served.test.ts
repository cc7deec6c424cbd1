// The page with limn's own server. LIMN_PROGRAM is the program; without it these tests are skipped.

import assert from "node:assert/strict";
import {spawn, type ChildProcess} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import {samples} from "../../../web/page/samples.js";
import {readTable} from "../../../web/page/table.js";
import {check, launch, type Opened} from "../browser/browser.js";

const program = process.env["LIMN_PROGRAM"];
const options = program ? {} : {skip: "LIMN_PROGRAM does not say where limn is"};
const models = ["minilm-l6-qa", "minilm-l6-squad1", "minilm-l6-sentiment", "minilm-l6-ner"];

interface Running {
  process: ChildProcess;
  address: string;
}

async function start(models: readonly string[], ...more: string[]): Promise<Running> {
  const server = spawn(program ?? "", ["serve", "--port", "0", ...more, ...models.flatMap(model => ["-m", model])], {
    stdio: ["ignore", "ignore", "pipe"], env: {...process.env, LIMN_MODELS: `${process.env["LIMN_SOURCE_DIR"] ?? "."}/models`},
  });
  let address = "";
  for await (const line of createInterface({input: server.stderr})) {
    address = /"detail":"(http:[^"]*)"/.exec(line)?.[1] ?? "";
    if (address) break;
  }
  server.stderr.resume();
  return {process: server, address};
}

async function end({process: server}: Running): Promise<void> {
  server.kill();
  await once(server, "exit");
}

let server: Running | undefined, address = "", browser: Browser;
before(async () => {
  if (!program) return;
  // So much time that the page never warns that a method would not finish, however busy this machine is.
  server = await start(models, "--timeout", "86400");
  ({address} = server);
  browser = await launch();
}, {timeout: 60_000});
after(async () => {
  if (!server) return;
  await browser.close();
  await end(server);
});

async function visit(fragment = "", address_ = address, expected = /^$/): Promise<Opened> {
  const context = await browser.newContext({viewport: {width: 1280, height: 860}}), page = await context.newPage(), faults: string[] = [];
  page.setDefaultTimeout(240_000); // a server with sanitizers takes ten times as long as usual
  page.on("console", message => { if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) faults.push(message.text()); });
  page.on("pageerror", error => { faults.push(error.message); });
  page.on("request", request => { if (!request.url().startsWith(address_) && !request.url().startsWith("data:")) faults.push(request.url()); });
  await page.goto(address_ + (fragment && `#${fragment}`));
  return {page, faults};
}

const verdict = (page: Page): ReturnType<Page["locator"]> => page.locator("#shown .explanation h2").first();
const idle = (page: Page): Promise<void> => page.locator("#result:not([aria-busy])").waitFor();
const post = (route: string, request: unknown): Promise<Response> =>
  fetch(address + route, {method: "POST", body: JSON.stringify(request), headers: {"Content-Type": "application/json"}});

test("every sample is explained as it opens", options, async () => {
  let checked = 0;
  for (const {id, task, texts, wrongFor} of samples.filter(sample => sample.task !== "masked-lm")) {
    const opened = await visit(`sample=${id}`), {page} = opened;
    await verdict(page).waitFor();
    assert.ok((await page.innerText("#shown .texts")).includes(texts[0].split(" ")[0] ?? ""), id);
    assert.ok(task !== "question-answering" || await page.locator(".answers li").count() > 0, id);
    assert.equal(await page.locator("#notice").getByText("The model is wrong here").count(), wrongFor ? 1 : 0, `${id} is marked in the list as the model judges it`);
    checked++;
    assert.deepEqual(opened.faults, []);
    if (["question-7", "tweet-2", "name-2"].includes(id)) await check(opened, `served-${id}`);
    await page.context().close();
  }
  assert.equal(checked, 9 + 6 + 4 + 3);
});

test("each ranked answer has its explanation", options, async () => {
  const {page} = await visit("sample=question-7"), rows = page.locator(".answers li");
  await verdict(page).waitFor();
  await page.locator(".answers .variants").first().click();
  const count = await rows.count();
  assert.ok(count > 2, String(count));
  for (let i = 1; i < count; i++) {
    await rows.nth(i).getByRole("button").click();
    await page.locator(`.answers li:nth-child(${i + 1})[aria-current]`).waitFor();
    await idle(page);
  }
  await page.context().close();
});

test("a long method streams its progress and can be cancelled", options, async () => {
  const opened = await visit("sample=question-5"), {page} = opened;
  await verdict(page).waitFor();
  await page.selectOption("#method", "kernel-shap");
  await page.locator("#doing").getByText(/\d %/).waitFor();
  await page.click("#cancel");
  await page.getByText("Cancelled. The previous").waitFor();
  const metrics = async (): Promise<string> => (await fetch(`${address}metrics`)).text();
  for (let i = 0; i < 100 && /limn_running[^\n]* [1-9]/.test(await metrics()); i++) await page.waitForTimeout(50);
  await page.selectOption("#method", "gradient-x-input");
  await page.getByText("Against", {exact: true}).waitFor();
  assert.deepEqual(opened.faults, []);
  await page.context().close();
});

test("a method that takes too long is announced, stopped in time, and done with a smaller setting", options, async () => {
  const short = await start(["minilm-l6-sentiment"], "--timeout", "1", "--cache-mb", "0");
  try {
    const text = "The film was long, the second half dull, and the end a delight. ".repeat(4).trim();
    const opened = await visit(`model=minilm-l6-sentiment&method=gradient&text=${encodeURIComponent(text)}`, short.address, /Failed to load resource/), {page} = opened;
    await verdict(page).waitFor();
    await page.click("#go"); // costs follow from the fastest explanation, and the first one is slow
    await idle(page);
    await page.selectOption("#method", "kernel-shap");
    await page.locator("h2").getByText(/^Kernel SHAP would take ≈ \d+ s$/).waitFor();
    await page.getByRole("button", {name: "Try it anyway"}).click();
    await page.locator("h2").getByText("It took too long for this server").waitFor();
    await check(opened, "served-too-long", false);
    await page.getByRole("button", {name: /^Use \d+ samples \(≈ \d+ m?s\)$/}).click();
    await page.locator("#shown .explanation, #shown .trouble").first().waitFor();
    assert.match(page.url(), /samples=\d+/);
  } finally {
    await end(short);
  }
});

test("a text of several windows is read to its end", options, async () => {
  const sentence = "The café’s film was long 🎬, the second half dull, and the end a delight. ", text = sentence.repeat(60).trim();
  const whole = await visit(`model=minilm-l6-sentiment&method=gradient-x-input&text=${encodeURIComponent(text)}`);
  await whole.page.getByText(/^The text was read in \d+ windows\. The heat shows all of them/).waitFor();
  assert.equal(await whole.page.locator(".warning").count(), 0);
  assert.doesNotMatch(await whole.page.locator("#shown").innerText(), /not read/);
  await whole.page.context().close();
  const opened = await visit(`model=minilm-l6-sentiment&long_text=beginning&text=${encodeURIComponent(text)}`), {page} = opened;
  await page.locator(".cut").waitFor();
  await check(opened, "served-cut", false);
  const parts: string[] = [];
  page.on("request", request => { if (request.url().endsWith("/v1/explain")) parts.push((JSON.parse(request.postData() ?? "{}") as {text: string}).text); });
  await page.getByRole("button", {name: "Read all windows"}).click();
  await page.locator(".collection").waitFor();
  await idle(page);
  assert.equal(parts.join(""), text);
  assert.ok(parts.length > 2);
  assert.equal(await page.locator(".cut, .warning").count(), 0, "no window is cut");
  await check(opened, "served-windows", false);
  await page.context().close();
});

test("a context of several windows is read to its end, and the windows overlap", options, async () => {
  const filler = "Nothing of interest was written about that year in any of the towns along the river. ".repeat(60);
  const context = `${filler}The bridge was built by Ada Byron in 1841. ${filler}`.trim();
  const {page} = await visit(`model=minilm-l6-qa&text=${encodeURIComponent("Who built the bridge?")}&with=${encodeURIComponent(context)}`);
  await page.locator(".cut").waitFor();
  assert.match(await verdict(page).innerText(), /Ada Byron/);
  await page.getByRole("button", {name: "Explain all windows"}).click();
  await page.locator(".collection").waitFor();
  await idle(page);
  assert.match(await page.locator(".collection nav").innerText(), /Ada Byron/);
  assert.equal(await page.locator(".cut, .warning").count(), 0);
  await page.context().close();
});

test("what changes the verdict, what suffices for it, and where heads looked", options, async () => {
  for (const sample of ["question-7", "review-3", "name-2"]) {
    const opened = await visit(`sample=${sample}`), {page} = opened;
    await verdict(page).waitFor();
    await page.getByText("What would change the verdict").click();
    await page.getByRole("heading", {name: /^\d+ tokens? replaced, and it (says|does not say) something else$/}).waitFor();
    await page.getByText("What suffices for the verdict").click();
    await page.getByRole("heading", {name: sample === "question-7" ? "No token can be removed" : /^\d+ tokens? removed, and it says the same$/}).waitFor();
    await page.getByText("Where every head looked").click();
    await page.getByText("6 layers of 12 heads").waitFor();
    assert.deepEqual(opened.faults, [], sample);
    await page.context().close();
  }
});

test("models and methods side by side", options, async () => {
  const opened = await visit("sample=question-7&model=minilm-l6-qa&model=minilm-l6-squad1&method=gradient&method=gradient-x-input&method=occlusion&compare=1"), {page} = opened;
  await page.locator(".comparison").waitFor();
  await idle(page);
  assert.equal(await page.locator(".comparison .cell").count(), 6);
  await check(opened, "served-compare");
  await page.context().close();
});

test("texts longer than the server accepts", options, async () => {
  const {page} = await visit("model=minilm-l6-sentiment&method=gradient-x-input&text=");
  await page.locator(".statement h2").waitFor();
  // Words that are read in many windows, and a single unknown word.
  for (const [text, shown] of [["fine words ".repeat(5000), ".cut"], ["a".repeat(1_500_000), ".explanation"]] as const) {
    if (await page.locator("#ask.folded").count()) await page.click("#unfold");
    await page.fill("#first", text);
    await page.click("#go");
    await page.locator("h2").getByText("The text is too long for this server").waitFor();
    await page.getByRole("button", {name: "Keep the beginning"}).click();
    await page.locator(`#shown ${shown}`).waitFor();
  }
  await page.context().close();
});

test("the server accepts every option that the page shows for a method", options, async () => {
  const json = await (await fetch(`${address}v1/models`)).json() as Record<string, unknown>, table = readTable(json);
  assert.equal(table.methods.length, 19);
  assert.ok((json["presets"] as unknown[]).length > 0);
  const values: Record<string, string> = {steps: "2", samples: "8", tolerance: "0.5", sigma: "0.1", window: "1", head: "1", seed: "1", layer: "1", max_steps: "9", present: "0.4", features: "2", kernel_width: "9", stability: "0.9", exact: "true", absolute: "true", background: "A film.\nNo film.", baseline: "mask"};
  for (const {name, options: own} of table.methods) {
    const set = Object.fromEntries(Object.keys(own).map(option => [option, table.value(option, values[option] ?? table.option(option)?.values[0] ?? "")]));
    const response = await post("v1/explain", {model: "minilm-l6-sentiment", text: "A fine film.", method: name, ...set});
    assert.equal(response.status, 200, `${name}: ${await response.text()}`);
  }
});
