// The options of the page in Chromium: controls come from the table that the server sends.

import assert from "node:assert/strict";
import {test} from "node:test";
import {check} from "./browser.js";
import {served} from "./page_server.js";
import {edit, idle, last, server, verdict, visit} from "./page_session.js";

test("More: the options of the method, sent as numbers and names", async () => {
  const opened = await visit("sample=review-3&method=integrated-gradients"), {page} = opened;
  await verdict(page).waitFor();
  await edit(page);
  await page.getByText("More", {exact: true}).click();
  assert.deepEqual(await page.locator("#options [name]").evaluateAll(fields => fields.map(field => field.getAttribute("name"))),
    ["explain", "layer", "reduce", "absolute", "normalize", "baseline", "steps", "tolerance", "max_steps", "unit", "word_score", "target", "contrast", "faithfulness", "max_length", "stride", "long_text"]);
  await page.fill("#option-steps", "20");
  await page.fill("#option-baseline", "mask");
  await page.selectOption("#option-explain", "probability");
  await page.selectOption("#option-unit", "sentence");
  await page.selectOption("#option-absolute", "yes");
  await page.click("#go");
  await page.waitForFunction(() => location.hash.includes("steps=20"));
  await idle(page);
  assert.deepEqual([last()["steps"], last()["baseline"], last()["explain"], last()["unit"], last()["absolute"]], [20, "mask", "probability", "sentence", true]);
  await check(opened, "page-more");
  await page.selectOption("#method", "gradient");
  await page.waitForFunction(() => !location.hash.includes("steps"));
  await idle(page);
  assert.equal(last()["steps"], undefined);
  assert.equal(last()["unit"], "sentence");
});

test("the server's table decides: an option that the page does not know becomes a control, and is sent", async () => {
  const {methods, options} = served, gradient = methods.find(({name}) => name === "gradient");
  server.models = {
    ...served, methods: [{...gradient, options: {made_up: "7", colours: "none"}}, {name: "invented", group: "imagination", summary: "It is not there.", one_pass: true, options: {}}],
    options: [...options, {name: "made_up", type: "count", help: "something new", minimum: 3, maximum: 9}, {name: "colours", type: "texts", help: "in words"},
      {name: "for_all", type: "choice", help: "of every method", values: ["a", "b"], default: "a"}],
  };
  const opened = await visit("sample=review-3&model=small-sentiment&made_up=5"), {page} = opened;
  await verdict(page).waitFor();
  assert.equal(last()["made_up"], 5);
  assert.deepEqual(await page.locator("#method optgroup").evaluateAll(groups => groups.map(group => group.getAttribute("label"))), ["Usual", "All methods"]);
  await edit(page);
  await page.getByText("More", {exact: true}).click();
  const field = page.locator("#option-made_up");
  assert.deepEqual(await field.evaluate(input => ["type", "min", "max", "step", "placeholder", "title"].map(name => input.getAttribute(name))), ["number", "3", "9", "1", "7", "something new"]);
  assert.equal(await page.getByLabel("Made up").inputValue(), "5");
  assert.equal(await page.locator("#option-steps").count(), 0);
  await field.fill("4");
  await page.fill("#option-colours", "red\n\nblue and green ");
  await page.selectOption("#option-for_all", "b");
  await page.click("#go");
  await page.waitForFunction(() => location.hash.includes("made_up=4"));
  await idle(page);
  assert.deepEqual([last()["made_up"], last()["colours"], last()["for_all"]], [4, ["red", "blue and green"], "b"]);
  await check(opened, "page-table");
  await page.selectOption("#method", "invented");
  await page.waitForFunction(() => location.hash.includes("invented"));
  await idle(page);
  assert.deepEqual([last()["method"], last()["made_up"], last()["for_all"]], ["invented", undefined, "b"]);
  assert.equal(await page.innerText("#method-says"), "It is not there.");
});

test("every method shows its options", async () => {
  for (const {name, options} of served.methods as unknown as {name: string; options: Record<string, string>}[]) {
    const {page} = await visit(`sample=review-3&model=small-sentiment&method=${name}`);
    await verdict(page).waitFor();
    await edit(page);
    await page.getByText("More", {exact: true}).click();
    await page.locator("#options [name]").first().waitFor();
    for (const option of Object.keys(options)) assert.equal(await page.locator(`#option-${option}`).count(), 1, `${name}: ${option}`);
    await page.context().close();
  }
});
