// What the page looks like: what is above the fold, what is side by side, and what colours and words mean.

import assert from "node:assert/strict";
import {test} from "node:test";
import type {BrowserContextOptions, Page} from "playwright-core";
import {check} from "./browser.js";
import {explanation} from "./page_server.js";
import {edit, idle, phone, server, verdict, visit} from "./page_session.js";

const sizes: [string, BrowserContextOptions][] = [
  ["390", phone], ["1280x720", {viewport: {width: 1280, height: 720}}], ["1366x768", {viewport: {width: 1366, height: 768}}], ["1440x900", {viewport: {width: 1440, height: 900}}],
];
const bottom = (page: Page, what: string): Promise<number> => page.locator(what).first().evaluate(one => one.getBoundingClientRect().bottom);
const height = (page: Page): Promise<number> => page.evaluate(() => innerHeight);
const background = (page: Page, what: string): Promise<string> => page.locator(what).first().evaluate(one => getComputedStyle(one).backgroundColor);

for (const [size, options] of sizes) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`after the first explanation the form is one line: ${size}, ${colorScheme}`, async () => {
      const opened = await visit("", {...options, colorScheme}), {page} = opened, isPhone = size === "390";
      await verdict(page).waitFor();
      assert.equal(await page.textContent("#unfold"), "Who ruled macedonia · edit");
      assert.ok(await bottom(page, "#ask") < 140, "one line");
      assert.ok(await page.locator("#first").isHidden());
      assert.ok(await bottom(page, "#shown .texts .w") < await height(page), "the first words are above the fold");
      assert.ok(await bottom(page, ".answers") < await bottom(page, "#shown .texts .w"), "the answers stand under the verdict");
      const [text, bars] = await Promise.all([page.locator("#shown .texts").boundingBox(), page.locator("#shown .strongest").boundingBox()]);
      assert.ok(text && bars);
      assert.equal(bars.x > text.x + text.width - 1, !isPhone, "the bars stand beside the text from 1200 px");
      await check(opened, `look-${size}-${colorScheme}`, false);
      await page.click("#unfold");
      await page.locator("#first").waitFor();
      if (!isPhone) {
        assert.ok(await bottom(page, "#go") <= await height(page), "the button is whole");
        assert.equal(await page.evaluate(() => document.activeElement?.id), "first");
      }
      await check(opened, `look-open-${size}-${colorScheme}`, false);
      await page.click("#fold");
      assert.ok(await page.locator("#first").isHidden());
    });
  }
}

test("Explain folds the form, other choices leave it open", async () => {
  const {page} = await visit("sample=review-1");
  await verdict(page).waitFor();
  await edit(page);
  await page.selectOption("#label", "negative");
  await page.getByText("Explained: negative").waitFor();
  assert.ok(await page.locator("#first").isVisible());
  await page.fill("#first", "a dull film");
  await page.press("#first", "Control+Enter");
  await page.locator("#ask.folded").waitFor();
  assert.equal(await page.textContent("#unfold"), "a dull film · edit");
});

test("answers that overlap are one chip with variants", async () => {
  server.behaviour = (_, request) => {
    const json = explanation(request) as {prediction: object};
    const answers = [["Macedonia was", 0, 13, 0.4], ["Macedonia", 0, 9, 0.08], ["an ancient", 14, 24, 0.06], ["was", 10, 13, 0.02]]
      .map(([answer, begin, end, probability]) => ({answer, begin, end, probability, start_token: 5, end_token: 5}));
    return {...json, prediction: {...answers[0], null_probability: 0.02, answers}};
  };
  const opened = await visit(), {page} = opened;
  await verdict(page).waitFor();
  assert.deepEqual((await page.locator(".answers li:visible").allInnerTexts()).map(text => text.replace(/\s+/g, " ").trim()), ["Macedonia was 50% and 2 variants", "an ancient 6.0%"]);
  await page.getByRole("button", {name: "and 2 variants"}).click();
  assert.deepEqual((await page.locator(".answers li.variant:visible").allInnerTexts()).map(text => text.replace(/\s+/g, " ").trim()), ["Macedonia 8.0%", "was 2.0%"]);
  await check(opened, "look-variants", false);
});

test("one line in words; formula and settings are in a fold, with a line for a paper", async () => {
  const opened = await visit("sample=review-3&method=gradient", {permissions: ["clipboard-read", "clipboard-write"]}), {page} = opened;
  await verdict(page).waitFor();
  assert.equal(await page.innerText(".meaning"), "Darker: positive depends more on this word.");
  assert.ok(!(await page.innerText("#shown")).includes("F ="));
  server.behaviour = (_, request) => ({...explanation(request), value: 3, baseline_value: 0.25, completeness_error: 0.004,
    method: {name: "integrated-gradients", preset: null, baseline: "pad", steps: 27, reduce: "sum", normalize: "none", seed: 0, signed: true}});
  await page.selectOption("#method", "integrated-gradients");
  await page.getByText(/^Blue speaks for positive, orange against; together .* of 2\.75\.$/).waitFor();
  assert.deepEqual(await page.locator(".legend .range .number").allInnerTexts(), ["against positive ◀", "▶ for positive"]);
  await page.getByText("How this was computed").click();
  await page.locator(".computed div").first().waitFor();
  const rows = await page.locator(".computed div").evaluateAll(divs => divs.map(div => [...div.children].map(child => child.textContent)));
  for (const row of [["Model", "small-sentiment"], ["Baseline", "pad"], ["Steps", "27"], ["Seed", "0"], ["Completeness error", "0.004"], ["F(x) − F(baseline)", "2.75"]]) {
    assert.deepEqual(rows.find(([name]) => name === row[0]), row);
  }
  await check(opened, "look-computed");
  await page.getByRole("button", {name: "Copy this line"}).click();
  await page.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
    "Computed with limn: integrated-gradients on small-sentiment; baseline pad, steps 27, reduce sum, normalize none, seed 0, completeness error 0.004; F = logit of positive = 3.");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`one colour means one thing: ${colorScheme}`, async () => {
    const opened = await visit("sample=review-3&method=gradient", {colorScheme}), {page} = opened;
    await verdict(page).waitFor();
    const violet = colorScheme === "light" ? [122, 30, 160] : [196, 120, 255], blue = colorScheme === "light" ? [0, 80, 200] : [64, 140, 255];
    assert.equal(await background(page, ".strongest .bar span"), `rgb(${violet.join(", ")})`);
    assert.equal(await page.locator(".texts .w:not(.m)").count(), 0);
    assert.match(await page.innerText(".meaning"), colorScheme === "light" ? /^Darker: / : /^Brighter: /);
    await page.selectOption("#method", "integrated-gradients");
    await page.getByText("Against", {exact: true}).waitFor();
    assert.equal(await background(page, ".strongest .bar:not(.against) span"), `rgb(${blue.join(", ")})`);
    assert.equal(await page.locator(".texts .w.m").count(), 0);
    await page.click("#tab-compare");
    await page.locator(".comparison").waitFor();
    await idle(page);
    assert.equal(await page.locator(".comparison .method").count(), await page.locator(".comparison .method .scale").count(), "a legend for each row");
    assert.equal(await page.locator(".comparison .method .scale").count(), 3);
    assert.deepEqual(await page.locator(".comparison .method .range").allInnerTexts().then(texts => texts.map(text => text.replace(/\s+/g, " ").trim())),
      ["matters less more", "against positive ◀ ▶ for positive", "against positive ◀ ▶ for positive"]);
    await check(opened, `look-colours-${colorScheme}`);
  });
}

test("Compare is a tab with three methods: the verdict once, time and passes, words below each other, the finding in a sentence", async () => {
  const opened = await visit("sample=review-3"), {page} = opened;
  await verdict(page).waitFor();
  await page.focus("#tab-explain");
  await page.keyboard.press("ArrowRight");
  await page.locator(".comparison").waitFor();
  await idle(page);
  assert.equal(await page.getAttribute("#tab-compare", "aria-selected"), "true");
  const request = server.asked.at(-1)?.request;
  assert.deepEqual(request?.["methods"], ["gradient", "integrated-gradients", "occlusion"]);
  assert.equal(await page.locator(".cell .verdict:not(.unseen)").count(), 1, "the verdict is said once");
  assert.equal(await page.locator(".figures").count(), 0, "no bars for a single model");
  assert.deepEqual(await page.locator(".method > span:first-child").allInnerTexts(), ["gradient · 12 ms, 1 pass", "integrated-gradients · 12 ms, 1 pass", "occlusion · 12 ms, 1 pass"]);
  const left = (cell: number): Promise<number[]> => page.locator(".cell").nth(cell).locator(".excerpt .w").evaluateAll(all => all.map(one => one.getBoundingClientRect().left));
  const columns = await left(0);
  assert.ok(columns.length > 10);
  assert.deepEqual([await left(1), await left(2)], [columns, columns]);
  assert.match(await page.innerText(".finding"), /^gradient and integrated-gradients agree most, 0\.56\.$/);
  await check(opened, "look-compare");
});

test("the picture is copied from the toolbar", async () => {
  const {page} = await visit("sample=review-3", {permissions: ["clipboard-read", "clipboard-write"]});
  await verdict(page).waitFor();
  await page.click("#picture");
  await page.locator("#doing", {hasText: "Picture copied."}).waitFor();
  assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read()).flatMap(item => item.types)), ["image/png"]);
});

test("every label has an (i) with one sentence, by pointer, keyboard and tap", async () => {
  const opened = await visit("", {hasTouch: true}), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  const fields = page.locator("#ask .field:visible");
  assert.equal(await fields.count(), 7);
  assert.equal(await fields.locator(".info").count(), 7);
  await page.locator("#method-field .info").focus();
  await page.locator(".tip.shown").getByText(/^How the scores/).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#model-field .info").tap();
  await page.locator(".tip.shown").getByText(/whose prediction is explained/).waitFor();
  await check(opened, "look-info", false);
});

test("a sample that the model gets wrong says so, and what would be right", async () => {
  const opened = await visit("sample=review-2&model=small-sentiment&method=gradient"), {page} = opened; // this server finds everything positive
  await verdict(page).waitFor();
  assert.equal(await page.innerText("#notice"), "The model is wrong here: right would be “negative”. The colours show which words misled it.");
  await check(opened, "look-wrong", false);
  const right = await visit("sample=review-1&model=small-sentiment&method=gradient");
  await verdict(right.page).waitFor();
  await idle(right.page);
  assert.ok(await right.page.locator("#notice").isHidden());
});
