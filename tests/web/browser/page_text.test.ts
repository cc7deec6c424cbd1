// The text and what is shown for it: typed, edited where it is shown, kept over a refresh, moved to another task.

import assert from "node:assert/strict";
import {test} from "node:test";
import type {Page} from "playwright-core";
import {check} from "./browser.js";
import {explanation, served, usual} from "./page_server.js";
import {edit, fragment, idle, last, phone, server, verdict, visit} from "./page_session.js";

const type = async (page: Page, text: string): Promise<void> => {
  await edit(page);
  await page.fill("#first", text);
};

for (const [suffix, options] of [["", {}], ["-dark", {colorScheme: "dark"}], ["-phone", phone]] as const) {
  test(`the old verdict dims as soon as the text differs${suffix}`, async () => {
    const opened = await visit("sample=review-1&model=small-sentiment&method=integrated-gradients", options), {page} = opened;
    await verdict(page).waitFor();
    const before = await page.inputValue("#first"), colour = (): Promise<string> => verdict(page).evaluate(one => getComputedStyle(one).color), bright = await colour();
    await type(page, `${before} Or is it?`);
    assert.equal(await page.innerText("#changed"), suffix === "-phone" ? "Text has changed · Explain" : "Text has changed · Explain, Ctrl+Enter");
    assert.notEqual(await colour(), bright);
    await check(opened, `text-stale${suffix}`, false);
    await page.fill("#first", before);
    await page.locator("#changed").waitFor({state: "hidden"});
    assert.equal(await colour(), bright, "the text is again the one that is explained");
    await page.fill("#first", "Quite another film.");
    await page.waitForTimeout(900);
    assert.equal(server.asked.length, 1, "this method waits for the button");
    await page.click("#again");
    await page.locator("#shown .texts").getByText("another").waitFor();
    assert.ok(await page.locator("#changed").isHidden());
    assert.equal(last()["text"], "Quite another film.");
  });
}

test("methods of one pass explain by themselves after a pause in typing", async () => {
  const {page} = await visit("sample=review-1&model=small-sentiment&method=gradient");
  await verdict(page).waitFor();
  await edit(page);
  await page.fill("#first", "");
  const before = server.asked.length, lengths = await page.evaluate(() => history.length);
  for (const letter of "A dull film") await page.locator("#first").pressSequentially(letter, {delay: 20});
  assert.equal(server.asked.length, before, "not while typing");
  await page.locator("#shown .texts").getByText("dull").waitFor();
  await idle(page);
  assert.deepEqual([server.asked.length, last()["text"]], [before + 1, "A dull film"]);
  assert.equal(fragment(page).get("text"), "A dull film");
  assert.equal(await page.evaluate(() => history.length), lengths, "Back does not go through every pause");
  assert.ok(await page.locator("#first").isVisible(), "the form stays open");
});

test("the text is edited where it is shown; the caret stays", async () => {
  const opened = await visit("sample=review-1&model=small-sentiment&method=gradient"), {page} = opened;
  await verdict(page).waitFor();
  await page.click("#edit");
  const text = page.getByRole("textbox", {name: "Text", exact: true});
  await text.waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Not");
  await page.locator("#changed").waitFor();
  assert.match(await page.inputValue("#first"), / Not$/);
  await page.waitForFunction(() => location.hash.includes("+Not"));
  await idle(page);
  await page.keyboard.type(" so.");
  await page.waitForFunction(() => location.hash.includes("Not+so."));
  await idle(page);
  assert.match(String(last()["text"]), /[a-z.] Not so\.$/);
  assert.equal(await text.innerText(), await page.inputValue("#first"));
  assert.ok(await page.locator("#first").isHidden(), "the form stays folded");
  await check(opened, "text-in-place", false);
  await page.click("#edit");
  assert.equal(await page.locator("[contenteditable]").count(), 0);
});

test("a question and its context are edited where they are shown, but not a text that is shown otherwise", async () => {
  const {page} = await visit("");
  await verdict(page).waitFor();
  await page.click("#edit");
  await page.getByRole("textbox", {name: "First text or question"}).press("End");
  await page.keyboard.type("n");
  await page.waitForFunction(() => location.hash.includes("macedonian"));
  assert.equal(last()["question"], "Who ruled macedonian");
  assert.ok(String(last()["context"]).startsWith("Macedonia was"), "the label of the answer is not part of the text");
  assert.ok(!String(last()["context"]).includes("answer"));
  const other = await visit(`model=small-sentiment&text=${encodeURIComponent("a bell \u0007 rings")}`);
  await verdict(other.page).waitFor();
  await other.page.click("#edit");
  await other.page.locator("#first").waitFor();
  assert.equal(await other.page.locator("[contenteditable]").count(), 0);
});

test("a draft survives a refresh, of any length; choosing a sample does not lose it", async () => {
  const {page} = await visit("sample=review-1&model=small-sentiment&method=integrated-gradients");
  await verdict(page).waitFor();
  const long = `${"A long review. ".repeat(60_000)}The end.`;
  await type(page, long);
  await page.reload();
  await page.locator("#changed").waitFor();
  assert.equal(await page.inputValue("#first"), long);
  await edit(page);
  await page.selectOption("#sample", "review-2");
  await page.waitForFunction(() => location.hash.includes("review-2"));
  await idle(page);
  assert.ok((await page.inputValue("#first")).startsWith("Two hours"));
  await page.selectOption("#sample", "");
  assert.equal(await page.inputValue("#first"), long);
  await page.locator("#changed").waitFor();
  await page.click("#go");
  await page.waitForFunction(() => !location.hash.includes("review-2"));
  await idle(page);
  await page.reload();
  await verdict(page).waitFor();
  assert.equal(await page.inputValue("#first"), long, "also if it is too long for the address");
  assert.equal(String(last()["text"]), long);
});

test("a text moves to Context when a question model is chosen, and back", async () => {
  const {page} = await visit("model=small-sentiment&text=The+bridge+was+built+by+Ada.");
  await verdict(page).waitFor();
  await page.selectOption("#model", "small-qa");
  assert.deepEqual([await page.inputValue("#first"), await page.inputValue("#second")], ["", "The bridge was built by Ada."]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "first");
  await page.fill("#first", "Who built it?");
  await page.locator("#shown .texts").getByText("Ada").waitFor();
  await page.selectOption("#model", "small-sentiment");
  await page.waitForFunction(() => location.hash.includes("small-sentiment"));
  await idle(page);
  assert.equal(last()["text"], "The bridge was built by Ada.");
});

test("LIME shows that it explains the probability, and the logit can be chosen", async () => {
  const lime = {name: "lime", group: "perturbation", summary: "A linear model.", one_pass: false, options: {explain: "probability", samples: "1000"}};
  server.models = {...served, methods: [...served.methods, lime]};
  server.behaviour = (route, request, response) => request["method"] === "lime" ? {...explanation(request), target: {explain: request["explain"] ?? "probability", label: "positive"}} : usual(route, request, response);
  const opened = await visit("sample=review-1&model=small-sentiment&method=lime"), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  await page.getByText("More", {exact: true}).click();
  const choices = await page.locator("#option-explain option").evaluateAll(all => all.map(one => [(one as HTMLOptionElement).value, one.textContent]));
  assert.deepEqual(choices[0], ["", "probability"]);
  assert.ok(choices.some(([value]) => value === "logit"));
  await page.selectOption("#option-explain", "logit");
  await page.click("#go");
  await page.waitForFunction(() => location.hash.includes("explain=logit"));
  await idle(page);
  assert.equal(last()["explain"], "logit");
  await page.getByText("How this was computed").click();
  await page.getByText("F = logit of positive").first().waitFor();
});

for (const [suffix, options] of [["", {}], ["-phone", phone]] as const) {
  test(`a word is dropped, masked and replaced where it is shown, compared with before, and brought back${suffix}`, async () => {
    server.behaviour = (_, request) => {
      const json = explanation(request), dull = String(request["text"]).includes("dull");
      return {...json, target: {explain: "logit", label: dull ? "negative" : "positive"}, prediction: dull ? {label: "negative", index: 0, probability: 0.8, probabilities: {negative: 0.8, positive: 0.2}} : {label: "positive", index: 1, probability: 0.9, probabilities: {negative: 0.1, positive: 0.9}}};
    };
    const opened = await visit("model=small-sentiment&method=gradient&text=A+long+and+dull+film", options), {page} = opened;
    await verdict(page).getByText("negative").waitFor();
    const word = (text: string): ReturnType<Page["locator"]> => page.locator("#shown .texts .w", {hasText: text});
    const top = await page.locator("#shown .texts").boundingBox();
    await word("dull").click();
    await check(opened, `text-word-menu${suffix}`, false);
    await page.getByRole("button", {name: "Drop", exact: true}).click();
    await verdict(page).getByText("positive").waitFor();
    assert.equal(last()["text"], "A long and film");
    assert.equal(await page.textContent(".remark"), "Without “dull”: negative 80% → positive 90%");
    assert.equal((await page.locator("#shown .texts").boundingBox())?.y, top?.y, "the text stays where it is");
    assert.ok(await page.getByRole("button", {name: "Undo"}).isVisible());
    await check(opened, `text-word-dropped${suffix}`, false);
    await word("film").click();
    await page.getByRole("textbox", {name: "Replace “film” by"}).fill("dull book");
    await page.keyboard.press("Enter");
    await verdict(page).getByText("negative").waitFor();
    assert.equal(last()["text"], "A long and dull book");
    await page.getByRole("button", {name: "Undo"}).click();
    await page.locator("#shown .texts").getByText("film").waitFor();
    await idle(page);
    assert.equal(last()["text"], "A long and dull film");
    assert.equal(await page.locator(".remark").count(), 0);
  });
}

test("a word is masked by keyboard; Escape closes the menu", async () => {
  const {page} = await visit("model=small-sentiment&method=gradient&text=A+long+film");
  await verdict(page).waitFor();
  await page.focus("#shown .texts");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator(".word-menu").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".word-menu").count(), 0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("button", {name: "Mask", exact: true}).press("Enter");
  await page.locator("#shown .texts").getByText("[MASK]").waitFor();
  assert.equal(last()["text"], "A [MASK] film");
});

for (const [suffix, options] of [["", {}], ["-phone", phone]] as const) {
  test(`of a long text, the passage with the answer is in view, and the rest is a button; ranked answers lead to theirs${suffix}`, async () => {
    const filler = "nothing of note happened here ".repeat(1000), context = `${filler}Anna came. ${filler}Bert left.`, place = (text: string): number => context.indexOf(text);
    server.behaviour = (_, request) => {
      const at = [place("Anna"), place("Bert")], chosen = request["answer"] === "Bert" ? 1 : 0;
      const tokens = at.map((begin, i) => ({token: ["anna", "bert"][i], id: 9, sequence: 1, begin, end: begin + 4, word: i, special: false, score: 1 - i / 2}));
      const answers = at.map((begin, i) => ({answer: ["Anna", "Bert"][i], begin, end: begin + 4, start_token: i, end_token: i, probability: 0.6 - i / 4}));
      return {...explanation(request), tokens, words: tokens.map(({begin, end, score}) => ({text: "", sequence: 1, begin, end, score})),
        prediction: {...answers[0], null_probability: 0.02, confidence: null, answers}, target: {explain: "logit", start_token: chosen, end_token: chosen}, warnings: []};
    };
    const opened = await visit("", options), {page} = opened;
    await verdict(page).waitFor();
    await edit(page);
    await page.fill("#second", context);
    await page.fill("#first", "Who came?");
    await page.click("#go");
    await page.locator("#shown .rest").first().waitFor();
    const inView = (text: string): Promise<boolean> => page.locator("#shown mark", {hasText: text}).evaluate(one => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= innerHeight);
    assert.ok(await inView("Anna"), "without scrolling");
    const texts = await page.locator("#shown .rest").allInnerTexts(), [before = "", after = ""] = texts;
    assert.match(before, /^29,\d{3} characters before$/);
    assert.match(after, /^28,\d{3} characters after$/);
    await check(opened, `text-folded${suffix}`, false);
    await page.getByRole("button", {name: /^Bert/}).click();
    await page.locator(".answers li:nth-child(2)[aria-current]").waitFor();
    await idle(page);
    assert.ok(await inView("Bert"), "its place");
    await page.locator("#shown .rest").first().click();
    assert.equal(await page.locator("#shown .rest").count(), 0);
    assert.equal(await page.locator("#shown .text").nth(1).evaluate(one => [...one.childNodes].map(node => (node instanceof Element && node.matches("mark") ? node.querySelector(".w")?.textContent : node.textContent)).join("")), context);
    assert.ok(await page.locator("#shown mark .w.m", {hasText: "Anna"}).evaluate(one => Number((one as HTMLElement).style.getPropertyValue("--a")) > 0), "with its heat");
  });
}
