// The tabs Ask and Tables with limn's own server, a collection of the demonstration's paragraphs and its models.

import assert from "node:assert/strict";
import {execFileSync, spawn, type ChildProcess} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {after, before, test} from "node:test";
import type {Browser} from "playwright-core";
import {check, launch, type Opened} from "../browser/browser.js";

const program = process.env["LIMN_PROGRAM"], source = process.env["LIMN_SOURCE_DIR"] ?? ".";
const options = program ? {} : {skip: "LIMN_PROGRAM does not say where limn is"};
const env = {...process.env, LIMN_MODELS: join(source, "models")};

let server: ChildProcess | undefined, address = "", browser: Browser, folder = "";
before(async () => {
  if (!program) return;
  folder = mkdtempSync(join(tmpdir(), "limn-"));
  const collection = join(folder, "paragraphs.limn");
  execFileSync(program, ["index", join(source, "tools/demo/paragraphs.jsonl"), "-o", collection], {env, stdio: "ignore"});
  server = spawn(program, ["serve", "--port", "0", "-m", "minilm-l6-qa", "-m", "minilm-l6-sentiment", "-m", "all-minilm-l6-v2", "--collection", collection], {env, stdio: ["ignore", "ignore", "pipe"]});
  if (!server.stderr) throw new Error("no log");
  for await (const line of createInterface({input: server.stderr})) {
    address = /"detail":"(http:[^"]*)"/.exec(line)?.[1] ?? "";
    if (address) break;
  }
  server.stderr.resume();
  browser = await launch();
}, {timeout: 120_000});
after(async () => {
  if (!server) return;
  await browser.close();
  server.kill();
  await once(server, "exit");
  rmSync(folder, {recursive: true});
});

async function visit(fragment: string): Promise<Opened> {
  const page = await (await browser.newContext({viewport: {width: 1280, height: 720}})).newPage(), faults: string[] = [];
  page.setDefaultTimeout(240_000);
  page.on("console", message => { if (["error", "warning"].includes(message.type())) faults.push(message.text()); });
  page.on("pageerror", error => { faults.push(error.message); });
  await page.goto(`${address}#${fragment}`);
  return {page, faults};
}

test("an answer from the paragraphs, explained, and why its passage was found", options, async () => {
  const opened = await visit(`view=ask&question=${encodeURIComponent("In which stadium was Super Bowl 50 played?")}&explain=1`), {page} = opened;
  await page.locator(".found .explanation").first().waitFor();
  assert.match(await page.locator(".found h2").first().innerText(), /Levi's Stadium/);
  assert.ok(await page.locator(".found:first-child .texts mark").count() > 0);
  await page.getByRole("button", {name: "Why this passage"}).first().click();
  await page.locator(".similarity").waitFor();
  assert.match(await page.innerText(".matched > p"), /Super, Bowl, 50/);
  await check(opened, "served-ask");
  await page.fill("#ask-question", "Who invented the telephone?");
  await page.press("#ask-question", "Enter");
  await page.locator("#other h2").getByText("No answer in these documents").waitFor();
  await page.context().close();
});

test("uploaded files are asked, and forgotten", options, async () => {
  const opened = await visit("view=ask"), {page} = opened;
  await page.locator("#ask-files").waitFor({state: "attached"});
  await page.setInputFiles("#ask-files", [
    {name: "metals.txt", mimeType: "text/plain", buffer: Buffer.from("Gallium melts in the hand, since it becomes liquid at 30 degrees. Iron does not.")},
    {name: "scan.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x25, 0x50, 0xff])}]);
  await page.locator(".uploaded").getByText("Read: 1 document in 1 passage.").waitFor();
  assert.deepEqual(await page.locator(".uploaded li").allInnerTexts(), ["scan.pdf: the type .pdf is not read"]);
  await page.fill("#ask-question", "Which metal melts in the hand?");
  await page.press("#ask-question", "Enter");
  await page.locator(".found h2").first().getByText("Gallium").waitFor();
  await page.getByRole("button", {name: "Why this passage"}).first().click();
  await page.locator(".similarity").waitFor();
  const link = page.url();
  await page.getByRole("button", {name: "Forget them now"}).click();
  await page.getByText("The files are forgotten.").first().waitFor();
  assert.deepEqual(opened.faults, []);
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByText("The files of this link are gone").first().waitFor();
  await page.context().close();
});

test("a table is predicted, and its wrong row is explained", options, async () => {
  const opened = await visit("view=tables"), {page} = opened;
  await page.locator(".source").waitFor();
  await page.fill("#table-text", "Review;Label\nA gorgeous, witty film.;positive\nA dull mess.;negative\nThe best film of the year.;negative\n");
  await page.getByRole("button", {name: "Read it"}).click();
  await page.getByRole("button", {name: "Predict 3 rows"}).click();
  await page.getByRole("button", {name: "Predict again"}).waitFor();
  assert.equal(await page.innerText(".figures-line"), "67% right · 2 right, 1 wrong");
  assert.match(await page.locator(".rows .row-line").first().innerText(), /^3\s+The best film/);
  await page.locator(".rows .row-line").first().click();
  await page.locator(".why-row .explanation").waitFor();
  await page.getByText("Words of each class").click();
  await page.locator(".class-lists").waitFor();
  await check(opened, "served-tables");
  await page.context().close();
});
