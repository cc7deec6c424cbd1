// Pointer, keys, touch, dragging and saving, and long or hostile texts.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import type {Browser, Page} from "playwright-core";
import {check, data, launch, open, openFile, violations} from "./browser.js";
import * as samples from "./samples.js";

let browser: Browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const tip = (page: Page): Promise<string> => page.innerText(".tip.shown");
const word = (page: Page, text: string): ReturnType<Page["locator"]> => page.locator(".texts .w", {hasText: new RegExp(`^${text}$`)}).first();

test("pointing at a word shows its numbers and moves nothing", async () => {
  const opened = await open(browser, "hover", data("question.json"), {reducedMotion: "reduce"}), {page} = opened;
  const height = await page.evaluate(() => {
    (globalThis as unknown as {shift: number}).shift = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) (globalThis as unknown as {shift: number}).shift += (entry as unknown as {value: number}).value;
    }).observe({type: "layout-shift"});
    return document.documentElement.scrollHeight;
  });
  await word(page, "Achaemenid").hover();
  const question = data("question.json") as {words: {text: string; score: number}[]; tokens: {token: string}[]};
  const found = question.words.find(one => one.text === "Achaemenid");
  assert.ok(found);
  const rank = 1 + question.words.filter(one => Math.abs(one.score) > Math.abs(found.score)).length;
  const total = question.words.reduce((sum, one) => sum + Math.abs(one.score), 0);
  assert.equal(await tip(page), ["Achaemenid",
    `score ${found.score.toFixed(2)} · share ${(100 * found.score / total).toFixed(1)}% · rank ${rank} of ${question.words.length}`,
    "tokens ac ##hae ##men ##id", ...(await tip(page)).split("\n").slice(3)].join("\n"));
  assert.match(await tip(page), /start .*%, end .*%$/);
  assert.equal(await page.locator(".bars li.lit").count(), 1);
  await check(opened, "hover", false);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), height);
  assert.equal(await page.evaluate(() => (globalThis as unknown as {shift: number}).shift), 0);
  await page.mouse.move(5, 5);
  assert.equal(await page.locator(".tip.shown").count(), 0);
});

test("the tooltip of a word of a short text covers none of its lines, and shows a standard error", async () => {
  const json = data("question.json") as {words: {text: string; standard_error?: number}[]};
  const {page} = await open(browser, "tip", {...json, words: json.words.map(one => (one.text === "Achaemenid" ? {...one, standard_error: 0.125} : one))}, {reducedMotion: "reduce"});
  const parts = page.locator(".texts .w"), count = await parts.count();
  assert.ok(count > 40);
  for (let i = 0; i < count; i += 5) {
    await parts.nth(i).hover();
    const covered = await page.evaluate(() => {
      const tip = document.querySelector(".tip.shown")?.getBoundingClientRect();
      return [...document.querySelectorAll(".texts .w")].filter(one => [...one.getClientRects()].some(box => !tip || (box.left < tip.right && tip.left < box.right && box.top < tip.bottom && tip.top < box.bottom))).map(one => one.textContent);
    });
    assert.deepEqual(covered, [], `at word ${i}`);
  }
  await word(page, "Achaemenid").hover();
  assert.match(await tip(page), /score [\d.]+ ± 0\.1[23]/);
});

test("the answer is outlined and labelled in its context", async () => {
  const {page} = await open(browser, "outline", data("question.json"));
  const marks = page.locator(".texts mark");
  assert.equal(await marks.count(), 1);
  assert.equal(await marks.innerText(), "Achaemenid Persiaanswer 99%");
  assert.equal(await marks.evaluate(mark => getComputedStyle(mark).outlineStyle), "solid");
});

test("arrow keys move between the words and announce them", async () => {
  const {page} = await open(browser, "keys", data("signed.json"));
  await page.locator(".texts").focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await tip(page), /^A\nscore/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  assert.match(await tip(page), /^gorgeous\n/);
  assert.match(await page.innerText("[aria-live]"), /^gorgeous, score .* rank \d+ of \d+/);
  await page.keyboard.press("End");
  assert.match(await tip(page), /^\.\n/);
  await page.keyboard.press("Home");
  assert.match(await tip(page), /^A\n/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".tip.shown").count(), 0);
});

test("in a text from right to left, the left arrow moves forward", async () => {
  const {page} = await open(browser, "keys-rtl", data("right_to_left.json"));
  await page.locator(".texts").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  assert.match(await tip(page), /^זה\n/);
});

test("a tap shows a word's numbers", async () => {
  const {page} = await open(browser, "tap", data("signed.json"), {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true});
  await word(page, "witty").tap();
  assert.match(await tip(page), /^witty\nscore/);
});

test("the switch shows special tokens and subwords", async () => {
  const opened = await open(browser, "subwords", data("question.json")), {page} = opened;
  assert.equal(await page.locator(".texts .special").count(), 0);
  await page.locator(".switch input").check();
  assert.deepEqual(await page.locator(".texts .special").allInnerTexts().then(texts => texts.map(text => text.trim())), ["[CLS]", "[SEP]", "[SEP]"]);
  await page.locator(".texts .w", {hasText: "men"}).first().hover();
  assert.match(await tip(page), /^##men · id \d+\nscore/);
  await page.mouse.move(5, 5);
  await check(opened, "subwords");
});

test("every token: a chart with a brush, and a table", async () => {
  const opened = await open(browser, "every-token", data("question.json")), {page} = opened;
  await page.getByText("Every token", {exact: true}).click();
  await page.locator("tbody tr").first().waitFor({state: "attached"});  // built when it is first opened
  const tokens = (data("question.json") as {tokens: unknown[]}).tokens.length;
  assert.equal(await page.locator("tbody tr").count(), tokens);
  const brush = page.locator(".brush");
  assert.equal(await brush.getAttribute("aria-valuetext"), `Tokens 1 to 48 of ${tokens}`);
  await brush.focus();
  await page.keyboard.press("End");
  assert.equal(await brush.getAttribute("aria-valuetext"), `Tokens ${tokens - 47} to ${tokens} of ${tokens}`);
  const box = await brush.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 0.1 * box.width, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 10, {steps: 4});
  await page.mouse.up();
  const [first, last] = [Math.round(0.1 * tokens) + 1, Math.round(0.5 * tokens)];
  const shown = /Tokens (\d+) to (\d+)/.exec(await brush.getAttribute("aria-valuetext") ?? "");
  assert.ok(Math.abs(Number(shown?.[1]) - first) <= 1 && Math.abs(Number(shown?.[2]) - last) <= 1, shown?.[0]);
  await page.locator(".large").hover({position: {x: 60, y: 60}});
  assert.ok(await page.locator(".w.lit").count() > 0);
  await check(opened, "every-token");
});

test("PNG, SVG, CSV and JSON are saved, and copied", async () => {
  const opened = await open(browser, "save", data("question.json"), {permissions: ["clipboard-read", "clipboard-write"]}), {page} = opened;
  await page.getByText("Save or copy").click();
  const files: Record<string, Buffer> = {};
  for (const name of ["PNG", "SVG", "CSV", "JSON"]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: `Save as ${name}`}).click()]);
    assert.equal(download.suggestedFilename(), `limn.${name.toLowerCase()}`);
    files[name] = readFileSync(await download.path());
  }
  assert.deepEqual(JSON.parse(files["JSON"]?.toString() ?? ""), data("question.json"));
  const words = (data("question.json") as {words: {text: string; begin: number; end: number; sequence: number; score: number}[]}).words, first = words[0];
  const said = (data("question.json") as {prediction: {answer: string; probability: number}}).prediction;
  const rows = files["CSV"]?.toString().split("\r\n") ?? [];
  assert.equal(rows[0], "row,label,probability,target,explanation,sequence,word,begin,end,score,error");
  assert.equal(rows[1], `0,${said.answer},${said.probability},${said.answer},0,${first?.sequence},${first?.text},${first?.begin},${first?.end},${first?.score},`);
  assert.equal(rows.length, words.length + 2);
  const svg = files["SVG"]?.toString() ?? "";
  assert.match(svg, />Macedonia</);
  assert.doesNotMatch(svg, /Save or copy|foreignObject/);
  assert.equal(files["PNG"]?.subarray(1, 4).toString(), "PNG");
  assert.equal(files["PNG"].readUInt32BE(16), 2 * (736 + 32)); // the same in every window
  for (const name of ["CSV", "PNG"]) {
    await page.getByRole("button", {name: `Copy as ${name}`}).click();
    await page.getByText(`${name} copied.`).waitFor();
  }
  assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read()).flatMap(item => item.types)), ["image/png"]);
  await check(opened, "save");
  const drawn = await open(browser, "drawing", {}, {});
  await drawn.page.setContent(svg);
  await drawn.page.locator("svg").screenshot({path: join(process.env["LIMN_SCREENSHOTS"] ?? ".", "saved-svg.png")});
});

test("in a comparison the same word lights up everywhere", async () => {
  const opened = await open(browser, "comparison-open", data("comparison.jsonl")), {page} = opened;
  for (const cell of await page.locator(".input").first().locator("summary .excerpt").all()) await cell.click();
  await page.locator(".cell .texts .w", {hasText: /^Persia$/}).first().hover();
  const lit = await page.locator(".w.lit").evaluateAll(parts => parts.filter(part => part.checkVisibility()).map(part => part.textContent));
  assert.deepEqual(lit, ["Persia", "Persia", "Persia", "Persia"]);
  assert.equal((await tip(page)).split("\n").length, 5);
  await check(opened, "comparison-open");
});

test("in a textual heatmap, the other tokens take the colours of the token's row", async () => {
  const opened = await open(browser, "heatmap-hover", samples.heatmap()), {page} = opened, rows = samples.heatmap()["heatmap"] as number[][];
  const alphas = (): Promise<(number | undefined)[]> => page.locator(".texts [data-u]").evaluateAll(parts =>
    parts.map(part => Number((part as HTMLElement).style.getPropertyValue("--a"))));
  await page.locator(".texts [data-u='5']").hover();
  assert.deepEqual(await alphas(), rows[5]?.map(value => Number((0.85 * value).toFixed(3))));
  await page.locator(".texts [data-u='5']").click();
  await page.mouse.move(5, 5);
  assert.match(await page.innerText(".said-now"), /^For “and”/);
  await check(opened, "heatmap-hover");
});

test("attention: heads can be chosen, and tokens show what they attend to", async () => {
  const opened = await open(browser, "attention-head", samples.attention()), {page} = opened;
  await page.getByRole("button", {name: "layer 2, head 6"}).click();
  await page.locator(".from [data-t='3']").hover();
  assert.match(await page.innerText(".said-now"), /^“cat” looks most at “\[CLS\]”|^“sat” looks most at “\[CLS\]”/);
  const numbers = await page.locator(".to .number").allInnerTexts();
  const {weights, tokens} = samples.attention() as {weights: string; tokens: unknown[]}, count = tokens.length;
  const root = atob(weights).charCodeAt(((1 * 6 + 5) * count + 3) * count) / 255;
  assert.equal(numbers[0], `${Math.round(100 * root * root)}%`);
  await check(opened, "attention-head");
});

test("one word of a megabyte, and 5,000 tokens", async t => {
  const word1M = "x".repeat(1 << 20);
  const huge = await open(browser, "one-word", samples.plain(word1M, () => 1));
  assert.equal(await huge.page.locator(".texts .w").first().evaluate(part => part.textContent.length), 1 << 20);
  assert.deepEqual(huge.faults, []);
  await huge.page.context().close();
  const opened = await open(browser, "long", samples.long(5000)), {page} = opened;
  page.setDefaultTimeout(120_000); // a click waits for two frames, which take seconds on a busy machine
  const times = await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise(resolve => { requestAnimationFrame(() => { setTimeout(() => { resolve(performance.now()); }, 0); }); });
    const json: unknown = JSON.parse(document.getElementById("limn-data")?.textContent ?? ""), target = document.getElementById("limn");
    let start = performance.now();
    if (target) (globalThis as unknown as {limn: {show(target: HTMLElement, json: unknown): void}}).limn.show(target, json);
    document.querySelector<HTMLElement>(".texts .rest")?.click();
    const build = performance.now() - start;
    const render = await frame() - start, hovers: number[] = [];
    for (const part of [...document.querySelectorAll(".texts [data-u]")].filter((_, i) => i % 251 === 0)) {
      await frame();
      start = performance.now();
      part.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
      hovers.push(performance.now() - start);
    }
    hovers.sort((a, b) => a - b);
    return {build, render, hover: hovers[hovers.length >> 1] ?? 0, slowest: hovers.at(-1) ?? 0};
  });
  t.diagnostic(`5,000 tokens: built ${times.build.toFixed(0)} ms, first frame ${times.render.toFixed(0)} ms, hover ${times.hover.toFixed(2)} ms (slowest ${times.slowest.toFixed(1)} ms)`);
  assert.equal(await page.locator(".texts .w").count(), 5000);
  await page.getByText("Every token", {exact: true}).click();
  await page.locator("tbody tr").nth(5001).waitFor(); // rows are added in parts
  assert.equal(await page.locator("tbody tr").count(), 5002);
  await page.getByRole("button", {name: "All"}).click();
  await page.screenshot({path: join(process.env["LIMN_SCREENSHOTS"] ?? ".", "long.png")});
  await page.locator(".chart").screenshot({path: join(process.env["LIMN_SCREENSHOTS"] ?? ".", "long-chart.png")});
});

test("hostile texts are shown as plain text", async () => {
  const {page, faults} = await open(browser, "hostile-words", data("hostile.json"));
  const hostile = data("hostile.json") as {input: {text: string}};
  const shown = await page.locator(".text").evaluate(text => text.textContent);
  assert.equal(shown.replace("␇", "\u0007").replace("␛", "\u001b").replace("<U+202E>", "\u202e").replace("<U+202C>", "\u202c"), hostile.input.text);
  assert.equal(await page.locator("main script, main img, main style, main textarea").count(), 0);
  const nasty = samples.plain("</script><script>document.title='gone'</script>", () => 1, {model: "<img src=x onerror=document.title='gone'>",
    prediction: {label: "<b>bold</b>", index: 0, probability: 1, probabilities: {"<b>bold</b>": 1}}, warnings: ["<i>cut</i> \u202e"]});
  const other = await open(browser, "hostile-fields", nasty);
  assert.equal(await other.page.title(), "limn");
  assert.equal(await other.page.locator("main b, main i:not([class]), main img").count(), 0);
  assert.deepEqual([...faults, ...other.faults], []);
});

test("every hostile text is shown verbatim, in every view", async () => {
  const explanations = samples.hostileTexts.map(text => samples.plain(text, i => 1 / (i + 1), {model: text, warnings: [text]}));
  const opened = await open(browser, "hostile-list", explanations), {page} = opened;
  const shown = await page.locator(".text").evaluateAll(texts => texts.map(text => text.textContent));
  const seen = (text: string): string => text.replace(/\r\n/g, "\n").replace(/[\0-\u0008\u000b-\u001f]/g, control => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/[\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g, control => `<U+${control.charCodeAt(0).toString(16).toUpperCase()}>`);
  assert.deepEqual(shown, samples.hostileTexts.map(seen));
  assert.equal(await page.title(), "limn");
  assert.equal(await page.locator("main script, main img, main b, main svg, main h1:not(:has(+ .collection))").count(), 0);
  await check(opened, "hostile-list");
  const cells = explanations.slice(0, 12), models = cells.map((_, i) => ({model: samples.hostileTexts[i], parameters: 1, bytes: 1}));
  for (const [name, json] of [
    ["hostile-comparison", {limn: 1, models, explanations: cells, correlations: [{a: 0, b: 1, words: 1, kendall: null, spearman: -0.5}], expected: "<b>x</b>"}],
    ["hostile-attack", {...samples.flips(), model: "<b>x</b>", toward: "<i>y</i>", output: {text: "<script>alert(1)</script>\u202e"}}],
    ["hostile-attention", {...samples.attention(), input: {text: "<img src=x onerror=alert(1)>"}}],
    ["hostile-heatmap", {...samples.heatmap(), warnings: ["<u>cut</u>"]}],
  ] as const) {
    const other = await open(browser, name, json);
    assert.equal(await other.page.locator("main b, main i, main u, main script, main img").count(), 0, name);
    assert.deepEqual(other.faults, [], name);
    await other.page.context().close();
  }
});

test("embedded in a page: theme, heading level and file name; other JSON is rejected", async () => {
  const {page} = await open(browser, "embedded", data("signed.json"), {colorScheme: "light"});
  const refused = await page.evaluate(json => {
    const {limn} = globalThis as unknown as {limn: {show(target: HTMLElement, json: unknown, options?: unknown): void}};
    const first = document.createElement("div"), second = document.createElement("div");
    document.body.append(first, second);
    limn.show(first, json, {theme: "dark", heading: 4, special: true, name: "why"});
    try {
      limn.show(second, {a: 1});
    } catch (error) {
      return String(error);
    }
    return "";
  }, data("signed.json"));
  assert.match(refused, /not limn's JSON/);
  const dark = page.locator(".limn[data-theme=dark]");
  assert.equal(await dark.evaluate(root => getComputedStyle(root).backgroundColor), "rgb(17, 17, 17)");
  assert.equal(await dark.locator("h4").innerText(), "positive");
  assert.equal(await dark.locator(".texts .special").count(), 2);
  await dark.getByText("Save or copy").click();
  const [download] = await Promise.all([page.waitForEvent("download"), dark.getByRole("button", {name: "Save as CSV"}).click()]);
  assert.equal(download.suggestedFilename(), "why.csv");
});

test("a comparison's picture shows what is visible, and nothing else", async () => {
  const {page} = await open(browser, "comparison-picture", data("comparison.jsonl"));
  await page.getByText("Save or copy").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", {name: "Save as SVG"}).click()]);
  const svg = readFileSync(await download.path(), "utf8");
  assert.equal(svg.match(/>minilm-l6-squad1</g)?.length, 1 + 2 + 1); // the column heading, two rows of the matrix, the finding
  // Excerpts have two lines; their hidden lines must not be drawn over the content below.
  const lines = [...svg.matchAll(/<text [^>]*y="([\d.]+)"/g)].map(match => Number(match[1])), height = Number(/height="(\d+)"/.exec(svg)?.[1]);
  const bottom = await page.locator(".correlations").evaluate(table => table.getBoundingClientRect().bottom - (table.parentElement?.getBoundingClientRect().top ?? 0));
  assert.ok(lines.every(y => y < height) && Math.abs(height - bottom - 32) < 8, `${height} ${bottom}`);
});

test("no motion with prefers-reduced-motion", async () => {
  const {page} = await open(browser, "still", data("question.json"), {reducedMotion: "reduce"});
  assert.equal(await page.locator(".tip").evaluate(element => getComputedStyle(element).transitionDuration), "0s");
});

test("text on every heat has a contrast of 4.5 : 1 in both themes", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const {page} = await open(browser, `contrast-${colorScheme}`, samples.plain(Array.from({length: 101}, (_, i) => `w${i}`).join(" "), i => (i - 50) / 50), {colorScheme});
    const least = await page.locator(".texts .w").evaluateAll((parts, dark) => {
      const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
      if (!canvas) return 0;
      const luminance = (colors: string[]): number => {
        for (const color of colors) {
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
        }
        const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(c => (c <= 10 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      return Math.min(...parts.map(part => {
        const style = getComputedStyle(part), page = dark ? "#111" : "#fff";
        const [one, other] = [luminance([page, style.backgroundColor]) + 0.05, luminance([style.color]) + 0.05];
        return Math.max(one, other) / Math.min(one, other);
      }));
    }, colorScheme === "dark");
    assert.ok(least >= 4.45, `${colorScheme}: ${least}`); // the canvas rounds to steps of 1/255
  }
});

test("axe-core detects a violation", async () => {
  const opened = await open(browser, "axe", data("signed.json"));
  await opened.page.evaluate(() => { document.body.append(document.createElement("img"), document.createElement("button")); });
  const found = await violations(opened.page);
  assert.deepEqual(found.map(text => text.split(":")[0]).filter(id => id === "image-alt" || id === "button-name").sort(), ["button-name", "image-alt"]);
});

const program = process.env["LIMN_PROGRAM"];
test("the page that the command writes shows itself, with and without JavaScript", {skip: !program && "LIMN_PROGRAM is not set"}, async () => {
  if (!program) return;
  const folder = mkdtempSync(join(tmpdir(), "limn-")), file = join(folder, "why.html");
  assert.ok(existsSync(program));
  execFileSync(program, ["show", join(process.env["LIMN_SOURCE_DIR"] ?? ".", "tests/web/data/signed.json"), "-o", file]);
  const opened = await openFile(browser, file);
  await word(opened.page, "gorgeous").hover();
  assert.match(await tip(opened.page), /^gorgeous/);
  await opened.page.mouse.move(5, 5);
  await check(opened, "export");
  const plain = await openFile(browser, file, {javaScriptEnabled: false});
  assert.match(await plain.page.innerText("main"), /positive 93%[\s\S]*A gorgeous, witty film[\s\S]*pushed most/);
  await plain.page.screenshot({path: join(process.env["LIMN_SCREENSHOTS"] ?? ".", "export-without-javascript.png")});
  const color = await plain.page.locator(".w", {hasText: "dull"}).evaluate(part => getComputedStyle(part).backgroundColor);
  assert.match(color, /^rgba\(228, 112, 0, 0\.85\)$/);
  await opened.page.emulateMedia({media: "print"});
  assert.equal(await opened.page.locator(".tools").isVisible(), false);
});

test("many explanations are shown fifty at a time", async () => {
  const one = data("signed.json") as {input: {text: string}};
  const explanations = Array.from({length: 120}, (_, i) => ({...one, input: {text: `${one.input.text} ${i}`}}));
  const opened = await open(browser, "pages", {explanations}), {page} = opened, pager = page.locator(".pager").first();
  const shown = (): Promise<number> => page.locator(".collection .explanation").count();
  assert.equal(await page.locator("h1").innerText(), "120 explanations");
  assert.equal(await shown(), 50);
  assert.equal(await pager.locator(".number").innerText(), "1–50 of 120");
  assert.ok(await pager.getByRole("button", {name: "Previous"}).isDisabled());
  await check(opened, "pages");
  await pager.getByRole("button", {name: "Next"}).click();
  assert.equal(await page.locator(".collection nav li").first().innerText().then(text => text.includes(`${one.input.text} 50`)), true);
  await page.locator(".pager").last().getByRole("button", {name: "Last"}).click();
  assert.equal(await shown(), 20);
  assert.equal(await pager.locator(".number").innerText(), "101–120 of 120");
  assert.ok(await pager.getByRole("button", {name: "Next"}).isDisabled());
  await pager.getByRole("button", {name: "First"}).click();
  assert.equal(await shown(), 50);
});

test("comparisons of many inputs are shown page by page", async () => {
  const [one] = data("comparison.jsonl") as Record<string, unknown>[];
  const opened = await open(browser, "comparison-pages", {comparisons: Array.from({length: 120}, (_, row) => ({...one, row}))}), {page} = opened;
  const cells = (one?.["explanations"] as unknown[]).length, step = Math.min(50, Math.floor(200 / cells)), pager = page.locator(".pager").first();
  assert.equal(await page.locator(".input").count(), step);
  assert.equal(await pager.locator(".number").innerText(), `1–${step} of 120`);
  await check(opened, "comparison-pages", false);
  await pager.getByRole("button", {name: "Last"}).click();
  assert.equal(await page.locator(".input").count(), 120 % step || step);
  assert.ok(await page.evaluate(() => document.activeElement?.tagName === "H1"));
});

test("in a report, the head of a column of numbers is above its numbers, on the right", async () => {
  const cell = (text: string, number?: number): unknown => ({text, number, rows: []});
  const table = {title: "Words of each class", note: "", columns: ["word", "mean score", "row"], rows: [[cell("witty", undefined), cell("12.5", 12.5), {text: "", rows: [1]}], [cell("dull"), cell("-"), cell("none")]]};
  const opened = await open(browser, "report", {limn: 1, report: {title: "Reviews", headline: "2 rows", method: "gradient", tables: [table], examples: []}}), {page} = opened;
  const aligned = await page.locator(".report tr").evaluateAll(rows => rows.map(row => [...row.children].map(one => getComputedStyle(one).textAlign)));
  assert.deepEqual(aligned, Array.from({length: 3}, () => ["start", "end", "start"]));
  const edge = (text: string): Promise<number> => page.evaluate(sought => {
    const range = document.createRange(), walker = document.createTreeWalker(document.querySelector(".report") ?? document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (walker.currentNode.textContent === sought) range.selectNodeContents(walker.currentNode);
    return range.getBoundingClientRect().right;
  }, text);
  assert.ok(Math.abs(await edge("mean score") - await edge("12.5")) < 1, "the right edges of head and numbers");
  await check(opened, "report");
});
