// Files that are uploaded on the Ask tab: what is sent, read, skipped and forgotten.

import assert from "node:assert/strict";
import {beforeEach, test} from "node:test";
import type {Page} from "playwright-core";
import {asking, withCollection} from "./ask_server.js";
import {check} from "./browser.js";
import {refuse, served, type Json} from "./page_server.js";
import {fragment, phone, refused, server, verdict, visit} from "./page_session.js";

const name = "temporary-0123456789abcdef0123456789abcdef";
const made: Json = {limn: 1, collection: name, documents: 2, passages: 3, embedder: "small-embedder", retrievers: ["hybrid", "bm25", "dense"], expires_in: 3600};
const skipped = [{name: "<i>c.pdf", reason: "the type .pdf is not read"}];
let kept = true; // whether the server still has the collection

const answers = (page: Page): ReturnType<Page["locator"]> => page.locator(".found > .verdict h2");
const files = [
  {name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("Ada came first. – é")}, {name: "<i>c.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x25, 0x50, 0xff, 0xfe])},
];

beforeEach(() => {
  kept = true;
  server.models = {...withCollection, limits: {...served.limits, uploads: 16, upload_files: 4, upload_bytes: 2048, upload_passages: 1000}};
  server.behaviour = (route, request, response) => {
    if (route === "/v1/collections") return {...made, skipped};
    if (route !== `/v1/collections/${name}`) return asking(route, request, response);
    return kept ? made : refuse(response, 404, {detail: "gone", field: "collection"});
  };
});

for (const [size, options] of [["1280x720", {viewport: {width: 1280, height: 720}}], ["390", phone]] as const) {
  test(`files are sent, and what was read and skipped is said: ${size}`, async () => {
    const opened = await visit("view=ask", options), {page} = opened;
    await page.getByText("Upload a few files to ask them").waitFor();
    await page.setInputFiles("#ask-files", files);
    await page.locator(".uploaded").getByText("Read: 2 documents in 3 passages.").waitFor();
    assert.deepEqual(server.asked.at(-1), {route: "/v1/collections", request: {documents: [{name: "a.txt", text: "Ada came first. – é"}, {name: "<i>c.pdf", base64: "JVD//g=="}]}});
    assert.deepEqual(await page.locator(".uploaded li").allInnerTexts(), ["<i>c.pdf: the type .pdf is not read"]);
    await page.getByText("in the server's memory only, listed nowhere, and gone 60 minutes after their last use").waitFor();
    assert.equal(await page.locator("#ask-collection option:checked").innerText(), "Your files: a.txt, <i>c.pdf");
    await check(opened, `ask-upload-${size}`);
    await page.fill("#ask-question", "Who came?");
    await page.press("#ask-question", "Enter");
    await answers(page).first().waitFor();
    assert.equal(server.asked.at(-1)?.request["collection"], name);
    assert.equal(fragment(page).get("collection"), name);
    await page.locator(".uploaded").getByText("Read: 2 documents in 3 passages.").waitFor();
  });
}

test("a question that is there already is asked of the files", async () => {
  const {page} = await visit("view=ask&question=Who+came%3F&collection=letters");
  await answers(page).first().waitFor();
  await page.setInputFiles("#ask-files", files);
  await page.waitForFunction(() => location.hash.includes("temporary-"));
  await answers(page).first().waitFor();
  assert.equal(server.asked.at(-1)?.request["collection"], name);
  await page.selectOption("#ask-collection", "notes");
  await page.waitForFunction(() => location.hash.includes("notes"));
  assert.equal(await page.locator(".uploaded").count(), 0, "what is said is of another collection");
});

test("files are forgotten on demand", async () => {
  const opened = await visit("view=ask"), {page} = opened;
  await page.locator("#ask-files").waitFor({state: "attached"});
  await page.setInputFiles("#ask-files", files);
  await page.getByRole("button", {name: "Forget them now"}).click();
  await page.getByText("The files are forgotten.").first().waitFor();
  assert.equal(server.asked.at(-1)?.route, `/v1/collections/${name}`);
  assert.deepEqual(await page.locator("#ask-collection option").allInnerTexts(), ["notes", "letters"]);
  assert.equal(fragment(page).get("collection"), null);
  assert.deepEqual(opened.faults, []);
});

test("a link to uploaded files works as long as the server has them", async () => {
  const {page} = await visit(`view=ask&question=Who+came%3F&collection=${name}`);
  await answers(page).first().waitFor();
  assert.equal(await page.locator("#ask-collection option:checked").innerText(), "Your files");
  kept = false;
  const opened = await visit(`view=ask&question=Who+came%3F&collection=${name}`, {}, refused);
  await opened.page.getByText("The files of this link are gone").first().waitFor();
  assert.ok(!server.asked.slice(-1).some(({route}) => route === "/v1/ask"), "no other documents are asked");
  await check(opened, "ask-upload-gone", false);
});

test("too much is said before it is sent, and what the server refuses is shown", async () => {
  const {page} = await visit("view=ask", {}, refused);
  await page.locator("#ask-files").waitFor({state: "attached"});
  await page.setInputFiles("#ask-files", [{name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(3000, "a")}]);
  await page.getByText("The files have 3 kB together; this server reads 2 kB at once.").first().waitFor();
  await page.setInputFiles("#ask-files", Array.from({length: 5}, (_, i) => ({name: `${i}.txt`, mimeType: "text/plain", buffer: Buffer.from("a")})));
  await page.getByText("5 files were chosen; this server reads 4 at once.").first().waitFor();
  assert.equal(server.asked.filter(({route}) => route === "/v1/collections").length, 0);
  server.behaviour = (_, __, response) => refuse(response, 422, {detail: "no documents", found: "no documents", expected: ".txt, .md", hint: "c.pdf: the type .pdf is not read"});
  await page.setInputFiles("#ask-files", files);
  await page.getByText("These files cannot be asked").first().waitFor();
  await page.getByText("c.pdf: the type .pdf is not read").waitFor();
});

test("files can be dropped, and a server without collections has the tab for them", async () => {
  server.models = {...server.models, collections: []};
  const {page} = await visit("");
  await verdict(page).waitFor();
  await page.click("#tab-ask");
  await page.fill("#ask-question", "Who came?");
  await page.press("#ask-question", "Enter");
  await page.getByText("No documents yet").first().waitFor();
  await page.locator(".ask-view").evaluate(view => {
    const data = new DataTransfer();
    data.items.add(new File(["Ada came first."], "a.txt"));
    view.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
  });
  await answers(page).first().waitFor();
  assert.equal(server.asked.at(-1)?.request["collection"], name);
});
