// The page in Chromium with its own fake server; shared by the tests of the page.

import {after, afterEach, before} from "node:test";
import type {Browser, BrowserContextOptions, Page} from "playwright-core";
import {launch, type Opened} from "./browser.js";
import {PageServer, served, usual} from "./page_server.js";

export let browser: Browser;
export const server = new PageServer();
before(async () => {
  browser = await launch();
  await server.start();
});
after(async () => {
  await browser.close();
  await server.stop();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  server.behaviour = usual;
  server.key = "";
  server.models = served;
  server.asked = [];
});

export const phone = {viewport: {width: 390, height: 844}, hasTouch: true, deviceScaleFactor: 2};

/** @param expected messages of the browser that belong to the state, such as a refused request */
export async function visit(fragment = "", options: BrowserContextOptions = {}, expected: RegExp = /^$/): Promise<Opened> {
  const context = await browser.newContext({viewport: {width: 1280, height: 860}, ...options}), page = await context.newPage(), faults: string[] = [];
  page.setDefaultTimeout(60_000);
  page.on("console", message => { if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) faults.push(message.text()); });
  page.on("pageerror", error => { faults.push(error.message); });
  page.on("dialog", dialog => { faults.push("dialog"); void dialog.dismiss(); });
  page.on("request", request => { if (!request.url().startsWith(`${server.address}/`) && !request.url().startsWith("data:")) faults.push(request.url()); });
  await page.goto(`${server.address}/${fragment && `#${fragment}`}`);
  return {page, faults};
}

/** Opens the form, if it is folded. */
export async function edit(page: Page): Promise<void> {
  if (await page.locator("#ask.folded").count()) await page.click("#unfold");
}

export const refused = /Failed to load resource/;
export const verdict = (page: Page): ReturnType<Page["locator"]> => page.locator("#shown .explanation h2");
export const heading = (page: Page): ReturnType<Page["locator"]> => page.locator("#shown .statement h2");
export const fragment = (page: Page): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.slice(1));
export const idle = (page: Page): Promise<void> => page.locator("#result:not([aria-busy])").waitFor();
export const last = (): Record<string, unknown> => server.asked.at(-1)?.request ?? {};
