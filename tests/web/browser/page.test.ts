// Every state of the page in Chromium: it shows the right message and passes axe-core; a screenshot is taken.

import assert from "node:assert/strict";
import {test} from "node:test";
import type {BrowserContextOptions} from "playwright-core";
import {check} from "./browser.js";
import {event, refuse, usual} from "./page_server.js";
import {browser, edit, fragment, heading, idle, last, phone, refused, server, verdict, visit} from "./page_session.js";

const shapes: [string, BrowserContextOptions][] = [["", {}], ["-dark", {colorScheme: "dark"}], ["-phone", phone]];
for (const [suffix, options] of shapes) {
  test(`opens with a result${suffix}`, async () => {
    const opened = await visit("", options), {page} = opened;
    await verdict(page).waitFor();
    assert.equal(await page.inputValue("#first"), "Who ruled macedonia");
    assert.equal(last()["question"], "Who ruled macedonia");
    assert.equal(last()["method"], "gradient");
    assert.match(await page.innerText("#said"), /mattered most|pushed/);
    assert.deepEqual([fragment(page).get("sample"), fragment(page).get("model")], ["question-7", "small-qa"]);
    await check(opened, `page${suffix}`);
  });
}

test("a ranked answer is explained, and its link says so", async () => {
  const opened = await visit(), {page} = opened;
  await verdict(page).waitFor();
  assert.equal(await page.locator(".answers li").count(), 5);
  assert.equal(await page.locator(".answers [aria-current]").count(), 1);
  const second = page.locator(".answers li").nth(1), text = await second.locator("bdi").innerText();
  await second.getByRole("button").click();
  await page.locator(".answers li:nth-child(2)[aria-current]").waitFor();
  assert.ok(last()["answer"] === text || /^\d+:\d+$/.test(String(last()["target"])));
  await idle(page);
  await check(opened, "page-answer");
  const other = await visit(new URL(page.url()).hash.slice(1));
  await other.page.locator(".answers li:nth-child(2)[aria-current]").waitFor();
});

test("labels: choices of model, method and target take effect immediately; Back undoes them", async () => {
  const opened = await visit(), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  await page.selectOption("#sample", "tweet-2");
  await page.getByRole("region", {name: "Ranked labels"}).waitFor();
  assert.equal(last()["model"], "small-sentiment");
  await page.selectOption("#method", "integrated-gradients");
  await page.getByText("Against", {exact: true}).waitFor();
  await edit(page);
  await page.selectOption("#label", "negative");
  await page.getByText("Explained: negative").waitFor();
  assert.deepEqual([last()["method"], last()["target"]], ["integrated-gradients", "negative"]);
  await idle(page);
  await check(opened, "page-labels");
  await page.goBack();
  await page.locator(".answers li:first-child[aria-current]").waitFor();
  assert.equal(await page.inputValue("#label"), "");
  assert.equal(fragment(page).get("sample"), "tweet-2");
});

test("each entity has its explanation", async () => {
  const opened = await visit("sample=name-2"), {page} = opened;
  await page.getByRole("region", {name: "Entities"}).waitFor();
  const before = await verdict(page).innerText();
  await page.locator(".answers li").nth(1).getByRole("button").click();
  assert.notEqual(await verdict(page).innerText(), before);
  assert.equal(server.asked.length, 1);
  await check(opened, "page-entities");
  const second = await verdict(page).innerText();
  await page.locator("#shown mark.other").first().click();
  assert.notEqual(await verdict(page).innerText(), second, "an entity in the text explains itself");
  assert.equal(await verdict(page).innerText(), before);
  assert.equal(server.asked.length, 1);
  const chosen = await verdict(page).innerText();
  await page.reload();
  await verdict(page).waitFor();
  assert.equal(await verdict(page).innerText(), chosen, "the link says which");
});

test("typed text waits for Explain, or Ctrl and Enter", async () => {
  const {page} = await visit("sample=review-1");
  await verdict(page).waitFor();
  await edit(page);
  await page.fill("#first", "what a dull film");
  assert.equal(await page.inputValue("#sample"), "");
  assert.equal(server.asked.length, 1);
  await edit(page);
  await page.press("#first", "Control+Enter");
  await page.locator("#shown .texts").getByText("dull").waitFor();
  await page.waitForFunction(() => location.hash.includes("dull"));
  assert.equal(last()["text"], "what a dull film");
});

test("a preset is a method", async () => {
  const {page} = await visit("sample=review-3&method=preset:seed-classification");
  await verdict(page).waitFor();
  assert.equal(last()["preset"], "seed-classification");
  assert.equal(last()["method"], undefined);
  const presets = (): Promise<string[]> => page.locator("#preset option").evaluateAll(options => options.map(option => (option as HTMLOptionElement).value));
  assert.deepEqual(await presets(), ["", "seed-classification"]);
  await edit(page);
  await page.selectOption("#sample", "question-1"); // its models do not have the preset
  await idle(page);
  assert.deepEqual(await presets(), ["", "seed-qa"]);
  assert.deepEqual([await page.inputValue("#method"), last()["method"]], ["gradient", "gradient"]);
  const other = await visit("sample=question-7&method=preset:seed-classification");
  await other.page.getByText("“seed-classification” is not for a model that answers questions.").waitFor();
});

test("the first explanation is requested once, and again if it is not the one needed", async () => {
  const {page} = await visit("");
  await verdict(page).waitFor();
  await idle(page);
  assert.deepEqual(server.asked.map(({request}) => request["model"]), [undefined]); // before the page knows the models
  const other = await visit("sample=question-7&model=gone");
  await other.page.getByText("This server has no model “gone”.").waitFor();
  // The page sends both at almost the same time, on connections of their own.
  assert.deepEqual(server.asked.slice(1).map(({request}) => request["model"]).sort(), ["gone", "small-qa"]);
  assert.match(await other.page.innerText(".explanation > .facts"), /small-qa/);
});

for (const [suffix, options] of [...shapes, ["-narrow", {viewport: {width: 900, height: 700}}]] as typeof shapes) {
  test(`compares models and methods${suffix}`, async () => {
    const opened = await visit("sample=question-7", options), {page} = opened;
    await verdict(page).waitFor();
    await page.click("#tab-compare");
    await page.locator(".comparison").waitFor();
    await idle(page);
    await edit(page);
    for (const method of ["integrated-gradients", "occlusion"]) await page.uncheck(`#methods [value=${method}]`);
    await page.check("#models [value=other-qa]");
    await page.check("#methods [value=gradient-x-input]");
    await page.click("#go");
    await page.locator(".comparison").waitFor();
    await idle(page);
    assert.deepEqual([last()["models"], last()["methods"]], [["small-qa", "other-qa"], ["gradient", "gradient-x-input"]]);
    assert.equal(await page.locator(".comparison .cell").count(), 4);
    const row = async (i: number): Promise<string[]> => page.locator(".matrix tbody tr").nth(i).locator("td").allInnerTexts();
    assert.deepEqual([await row(0), await row(1), await row(2)], [["", "", "", ""], ["0.56", "", "", ""], ["0.56", "0.56", "", ""]]);
    assert.equal(await page.locator(".matrix td.w").first().getAttribute("title"), "Kendall’s τ-b 0.41");
    const outside = await page.locator(".figures > div").evaluateAll(boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).length);
    assert.equal(outside, 0, "what is in a column ends where it ends");
    assert.ok(await page.locator("#go").evaluate(button => innerWidth < 900 || button.getBoundingClientRect().bottom <= innerHeight), "the button is there");
    await check(opened, `page-compare${suffix}`);
  });
}

test("a long method shows progress and can be cancelled; the previous result stays", async () => {
  let leave: () => void = () => undefined;
  const gone = new Promise<void>(resolve => { leave = resolve; });
  server.behaviour = (route, request, response) => {
    if (request["method"] !== "occlusion") return usual(route, request, response);
    response.on("close", leave);
    event(response, "progress", {done: 37, total: 120});
    return undefined;
  };
  const opened = await visit("sample=review-3"), {page} = opened;
  await verdict(page).waitFor();
  const top = async (): Promise<number> => (await page.locator("#shown").boundingBox())?.y ?? -1, before = await top();
  await page.selectOption("#method", "occlusion");
  await page.getByText("30 %").waitFor();
  assert.equal(await page.locator("#progress").evaluate(bar => (bar as HTMLProgressElement).position), 37 / 120);
  assert.equal(await top(), before, "nothing moves");
  await check(opened, "page-busy");
  await page.click("#cancel");
  await page.getByText("Cancelled. The previous").waitFor();
  await verdict(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "result");
  await gone; // the server sees that the connection was closed
  await check(opened, "page-cancelled");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click("#copy");
  await page.locator("#doing", {hasText: "Link copied."}).waitFor();
  const copied = new URLSearchParams(new URL(await page.evaluate(() => navigator.clipboard.readText())).hash.slice(1));
  assert.equal(copied.get("method"), "integrated-gradients", "the link is to what is shown");
});

test("the first view while the server works, and cancelled", async () => {
  server.behaviour = () => undefined;
  const opened = await visit("sample=review-3&method=kernel-shap"), {page} = opened;
  await page.locator("#cancel").waitFor();
  await check(opened, "page-loading");
  await page.click("#cancel");
  assert.equal(await heading(page).innerText(), "Cancelled");
});

test("no text yet", async () => {
  const opened = await visit("model=small-sentiment&text="), {page} = opened;
  await heading(page).waitFor();
  assert.equal(await heading(page).innerText(), "Nothing to explain yet");
  assert.equal(server.asked.length, 0);
  await check(opened, "page-empty");
  await page.locator(".offers button").first().click();
  await verdict(page).waitFor();
});

test("a rejected request: the message, and a button that goes to the field", async () => {
  server.behaviour = (_, __, response) => refuse(response, 422, {detail: "layer: found '12', expected word, embeddings, or a number from 1 to 6", field: "layer", found: "'12'", expected: "word, embeddings, or the output of a layer from 1 to 6", hint: "the model has six layers"});
  const opened = await visit("sample=review-3&layer=12", {}, refused), {page} = opened;
  await heading(page).waitFor();
  assert.equal(await heading(page).innerText(), "That cannot be explained");
  assert.match(await page.innerText("#shown"), /layer from 1 to 6/);
  await check(opened, "page-refused");
  await page.getByRole("button", {name: "Go to the field"}).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "option-layer");
});

test("a problem in the middle of a stream", async () => {
  server.behaviour = (_, __, response) => {
    event(response, "progress", {done: 1, total: 2});
    event(response, "problem", {status: 500, title: "Internal Server Error", detail: "out of memory"}).end();
    return undefined;
  };
  const opened = await visit("sample=review-3"), {page} = opened;
  await heading(page).waitFor();
  assert.equal(await heading(page).innerText(), "The server failed");
  await check(opened, "page-failed");
});

test("too long for the server: the beginning is kept", async () => {
  server.behaviour = (route, request, response) => {
    const words = String(request["text"]).split(" ").length;
    if (words <= 8192) return usual(route, request, response);
    return refuse(response, 422, {detail: "", field: "text", found: `${words} tokens`, expected: "at most 8192", hint: "this server's limit"});
  };
  const opened = await visit("model=small-sentiment&text=", {}, refused), {page} = opened;
  await heading(page).waitFor();
  await edit(page);
  await page.fill("#first", "fine words ".repeat(5000).trim());
  await page.click("#go");
  await page.locator("h2").getByText("The text is too long for this server").waitFor();
  assert.match(await page.innerText("#shown"), /10000 tokens; the server accepts at most 8192/);
  await check(opened, "page-too-long");
  await page.getByRole("button", {name: "Keep the beginning"}).click();
  await verdict(page).waitFor();
  const kept = String(last()["text"]).trim().split(" ").length;
  assert.ok(kept > 7000 && kept <= 8192, String(kept));
});

test("too long for a server that closes the connection", async () => {
  server.behaviour = (route, request, response) => {
    if (String(request["text"]).length < 200_000) return usual(route, request, response);
    response.destroy();
    return undefined;
  };
  const {page} = await visit("model=small-sentiment&text=");
  await heading(page).waitFor();
  await edit(page);
  await page.fill("#first", "fine words ".repeat(30_000));
  await page.click("#go");
  await page.locator("h2").getByText("The text is too long for this server").waitFor();
  await page.getByRole("button", {name: "Keep the beginning"}).click();
  await verdict(page).waitFor();
});

test("truncated text: shows how much was not read, and can read all of it in windows", async () => {
  const opened = await visit("model=small-sentiment&text="), {page} = opened, text = Array.from({length: 700}, (_, i) => `word${i % 89}`).join(" ");
  await heading(page).waitFor();
  await edit(page);
  await page.fill("#first", text);
  await page.click("#go");
  await page.getByText("400 of 700 tokens (57%) were not read").waitFor();
  await check(opened, "page-cut", false);
  await page.getByRole("button", {name: "Read all windows"}).click();
  await page.locator(".collection").waitFor();
  await idle(page);
  const read = server.asked.filter(({route}) => route === "/v1/explain").slice(1).map(({request}) => String(request["text"]));
  assert.equal(read.join(""), text);
  assert.equal(await page.locator(".collection .explanation").count(), read.length);
  assert.equal(fragment(page).get("windows"), "1");
  await check(opened, "page-windows", false);
  await page.locator(".collection nav a").nth(1).click();
  assert.equal(fragment(page).get("windows"), "1", "a link of the viewer's leaves the address alone");
});

test("a busy server: the page retries after Retry-After", async () => {
  let times = 0;
  server.behaviour = (route, request, response) => (times++ === 0 ? refuse(response, 503, {detail: "too many requests are waiting"}, {"Retry-After": "1"}) : usual(route, request, response));
  const opened = await visit("sample=review-3", {}, refused), {page} = opened;
  await heading(page).waitFor();
  assert.equal(await heading(page).innerText(), "The server is busy");
  await check(opened, "page-server-busy");
  await verdict(page).waitFor();
});

test("the server does not answer, then answers again", async () => {
  const opened = await visit("sample=review-3", {}, /Failed to load resource|ERR_/), {page} = opened;
  await verdict(page).waitFor();
  await server.stop();
  try {
    await page.selectOption("#method", "attention");
    await heading(page).waitFor();
    assert.equal(await heading(page).innerText(), "The server does not answer");
    assert.equal(await page.inputValue("#first"), "The plot is thin and the jokes are old, yet the cast makes it a delight.");
    await check(opened, "page-away");
  } finally {
    await server.start();
  }
  await verdict(page).waitFor();
});

test("a key is requested, used, and not stored", async () => {
  server.key = "open sesame";
  const opened = await visit("sample=review-3", {}, refused), {page} = opened;
  await heading(page).waitFor();
  await check(opened, "page-key");
  await page.fill("#key", "open sesame");
  await page.press("#key", "Enter");
  await verdict(page).waitFor();
  assert.ok(!await page.evaluate(() => [localStorage, sessionStorage].map(kept => JSON.stringify(kept)).join().includes("sesame")));
});

test("history: listed, followed, cleared", async () => {
  const opened = await visit("sample=review-1"), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  await page.selectOption("#sample", "question-1");
  await page.getByRole("region", {name: "Ranked answers"}).waitFor();
  await idle(page);
  await edit(page);
  await page.getByText("History", {exact: true}).click();
  assert.equal(await page.locator(".visits li").count(), 2);
  await check(opened, "page-history");
  await page.locator(".visits a").nth(1).click();
  await page.getByRole("region", {name: "Ranked labels"}).waitFor();
  await page.reload();
  await verdict(page).waitFor();
  await edit(page);
  await page.getByText("History", {exact: true}).click();
  await page.getByRole("button", {name: "Clear history"}).click();
  assert.equal(await page.locator(".visits li").count(), 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

for (const [name, broken] of [
  ["blocked", "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"],
  ["full", "Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); }"],
  ["damaged", "localStorage.setItem('limn.history', '[{\"link\": 3}, null, {\"link\": \"javascript:alert(1)\", \"title\": \"<b>\", \"said\": \"x\"}]')"],
] as const) {
  test(`history that is ${name} breaks nothing`, async () => {
    const opened = await visit("", {}), {page, faults} = opened;
    await page.addInitScript(broken);
    await page.reload();
    await verdict(page).waitFor();
    await edit(page);
    await page.getByText("History", {exact: true}).click();
    for (const href of await page.locator(".visits a").evaluateAll(links => links.map(link => link.getAttribute("href") ?? ""))) assert.ok(href.startsWith("#"));
    assert.deepEqual(faults, []);
  });
}

const hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202Egnirts\u202C \u0007 \u001b[31m ]]> </textarea></style>&lt;b&gt; {{7*7}} `x`";
test("hostile texts are shown as plain text", async () => {
  const opened = await visit("model=small-sentiment&text="), {page} = opened;
  await heading(page).waitFor();
  await edit(page);
  await page.fill("#first", hostile);
  await page.click("#go");
  await verdict(page).waitFor();
  await idle(page);
  assert.ok((await page.innerText("#shown .texts")).includes("<script>alert(1)</script><img"));
  assert.equal(await page.locator("#shown script, #shown img").count(), 0);
  assert.equal(last()["text"], hostile);
  await check(opened, "page-hostile");
});

test("one word of a megabyte", async () => {
  const {page, faults} = await visit("model=small-sentiment&text=");
  await heading(page).waitFor();
  await page.locator("#first").evaluate(area => { (area as HTMLTextAreaElement).value = "a".repeat(1 << 20); });
  await page.click("#go");
  await verdict(page).waitFor();
  assert.equal(String(last()["text"]).length, 1 << 20);
  await page.click("#copy");
  await page.locator("#doing").getByText("The text is too long for a link.").waitFor();
  assert.ok(page.url().length < 200);
  assert.deepEqual(faults, []);
});

for (const [name, link] of [
  ["markup", `text=${encodeURIComponent("\"><svg onload=alert(1)>")}&model=${encodeURIComponent("<img src=x onerror=alert(1)>")}&method=${encodeURIComponent("<b>javascript:alert(1)")}`],
  ["prototypes", "text=x&__proto__=y&constructor=z&explain=__proto__&sample=__proto__&label=constructor"],
  ["nonsense", "%%%=%ff&&==&text=%E0%A4%A&model=&method=&steps=1e999&windows=1&compare=1"],
  ["sizes", `text=x&${Array.from({length: 300}, (_, i) => `model=m${i}&method=n${i}`).join("&")}&label=${"l".repeat(5000)}&seed=${"9".repeat(500)}`],
  ["no view", "javascript:alert(1)"],
] as const) {
  test(`a hostile link is harmless: ${name}`, async () => {
    const opened = await visit(link), {page} = opened;
    await page.locator("#shown h2, #shown h1").first().waitFor();
    await idle(page);
    assert.equal(await page.locator("#shown svg, #shown img, #shown b b").count(), 0);
    if (name === "markup") assert.match(await page.innerText("#notice"), /no model “<img src=x onerror=alert\(1\)>”/);
    await check(opened, `page-link-${name.replace(" ", "-")}`);
  });
}

test("keyboard only: past the controls to the words", async () => {
  const {page} = await visit("sample=review-3");
  await verdict(page).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "result");
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.classList.contains("texts"))) break;
  }
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator(".tip.shown").innerText(), /rank/);
});

// This server gets its samples wrong, so that the line that says so appears, too.
for (const [size, options] of [["", {viewport: {width: 1280, height: 720}}], ["-phone", phone]] as const) {
  for (const [speed, wait] of [["fast", 0], ["slow", 400]] as const) {
    test(`nothing moves while the page opens, and little data is loaded: ${speed}${size}`, async () => {
      const slowly = (): Promise<void> => new Promise(resolve => { setTimeout(resolve, wait); });
      server.behaviour = async (...all) => {
        await slowly();
        return usual(...all);
      };
      const context = await browser.newContext(options), page = await context.newPage();
      await page.route(/v1\/models/, async route => {
        await slowly();
        await route.continue();
      });
      await page.addInitScript(() => {
        interface Shift extends PerformanceEntry { value: number; sources: {node: Element | null}[] }
        const shifts = (globalThis as unknown as {shifts: string[]}).shifts = [] as string[];
        new PerformanceObserver(list => {
          for (const {value, sources} of list.getEntries() as Shift[]) shifts.push(`${value}: ${sources.map(({node}) => node?.id ?? node?.nodeName).join(" ")}`);
        }).observe({type: "layout-shift", buffered: true});
      });
      let bytes = 0;
      page.on("response", response => { if (/\/(page\.\w+)?$/.test(new URL(response.url()).pathname)) void response.body().then(body => { bytes += body.length; }); });
      await page.goto(server.address);
      await verdict(page).waitFor();
      await page.locator("#notice").waitFor();
      await page.waitForTimeout(200);
      assert.deepEqual(await page.evaluate(() => (globalThis as unknown as {shifts: string[]}).shifts), []);
      assert.ok(bytes > 50_000 && bytes < 180_000, `${bytes} bytes`);
    });
  }
}
