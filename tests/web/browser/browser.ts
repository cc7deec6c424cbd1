// Opens pages from disk in Chromium, checks them with axe-core and takes screenshots.

import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {chromium, type Browser, type BrowserContextOptions, type Page} from "playwright-core";

const source = process.env["LIMN_SOURCE_DIR"] ?? ".";
const screenshots = process.env["LIMN_SCREENSHOTS"] ?? "screenshots";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const script = readFileSync(join(source, "web/dist/viewer.js"), "utf8");
const style = readFileSync(join(source, "web/dist/viewer.css"), "utf8");
const hash = (text: string): string => createHash("sha256").update(text).digest("base64");

export const data = (name: string): unknown => {
  const text = readFileSync(join(source, "tests/web/data", name), "utf8");
  if (name.endsWith(".txt")) return text;
  return name.endsWith(".jsonl") ? text.trim().split("\n").map(line => JSON.parse(line) as unknown) : JSON.parse(text);
};

export async function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"];
  return chromium.launch({
    ...(executablePath !== undefined && {executablePath}),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** The page that limn writes around JSON; tests/render/html_test.cc compares limn's own with the same parts. */
function shell(json: unknown): string {
  const policy = `default-src 'none'; style-src 'sha256-${hash(style)}'; script-src 'sha256-${hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>limn</title><style>${style}</style></head><body class="limn-page"><main id="limn"></main>` +
    `<script type="application/json" id="limn-data">${JSON.stringify(json).replaceAll("<", "\\u003c")}</script><script>${script}</script></body></html>`;
}

export interface Opened {
  page: Page;
  /** Errors, warnings, dialogs and foreign requests of the page. */
  faults: string[];
}

export async function open(browser: Browser, name: string, json: unknown, options: BrowserContextOptions = {}): Promise<Opened> {
  mkdirSync(screenshots, {recursive: true});
  const file = join(screenshots, `${name}.html`);
  writeFileSync(file, shell(json));
  return openFile(browser, file, options);
}

export async function openFile(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({viewport: {width: 1100, height: 900}, ...options}), page = await context.newPage(), faults: string[] = [];
  page.setDefaultTimeout(60_000); // on a busy machine, opening a file can take longer than 10 s
  page.on("console", message => { if (message.type() === "error" || message.type() === "warning") faults.push(message.text()); });
  page.on("pageerror", error => { faults.push(error.message); });
  page.on("dialog", dialog => { faults.push("dialog"); void dialog.dismiss(); });
  page.on("request", request => { if (!/^(file|data|blob):/.test(request.url())) faults.push(request.url()); });
  await page.goto(pathToFileURL(file).href);
  return {page, faults};
}

/** The violations that axe-core finds in a page. */
export async function violations(page: Page): Promise<string[]> {
  // The policy allows no other script, so axe is injected through the debugger.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Axe { run(): Promise<{violations: {id: string; nodes: {html: string; failureSummary?: string}[]}[]}> }
    const {violations: found} = await (globalThis as unknown as {axe: Axe}).axe.run();
    return found.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(node => `${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`).join(" | ")}`);
  });
}

/** Checks axe-core's rules, that the browser reported nothing, and that nothing is wider than the page; takes a screenshot. */
export async function check({page, faults}: Opened, name: string, full = true): Promise<void> {
  assert.deepEqual(faults, [], name);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
  await page.screenshot({path: join(screenshots, `${name}.png`), fullPage: full});
  assert.deepEqual(await violations(page), [], name);
}
