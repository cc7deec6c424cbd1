// A limn server for the tests of its page, and pages opened from it.

import {spawn, type ChildProcess} from "node:child_process";
import {createInterface} from "node:readline";
import type {Browser, BrowserContextOptions} from "playwright-core";
import type {Opened} from "./browser.js";

export class Server {
  private constructor(private readonly process: ChildProcess, readonly url: string) {}

  static async start(...options: string[]): Promise<Server> {
    const child = spawn(process.env["LIMN_PROGRAM"] ?? "build/limn", ["serve", "--port", "0", "--quiet", ...options], {stdio: ["ignore", "ignore", "pipe"]});
    const lines: string[] = [];
    for await (const line of createInterface({input: child.stderr})) {
      lines.push(line);
      const event = line.startsWith("{") ? JSON.parse(line) as {event?: string; detail?: string} : {};
      if (event.event === "listening" && event.detail) return new Server(child, event.detail);
    }
    throw new Error(`limn serve did not start: ${lines.join("\n")}`);
  }

  stop(): void {
    this.process.kill("SIGTERM");
  }

  /** The page with a fragment, or another path. Requests to any other place are faults. */
  async open(browser: Browser, fragment = "", options: BrowserContextOptions = {}, allowed: RegExp = /^$/): Promise<Opened> {
    const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options}), page = await context.newPage(), faults: string[] = [];
    page.on("console", message => { if (["error", "warning"].includes(message.type()) && !allowed.test(message.text())) faults.push(message.text()); });
    page.on("pageerror", error => { faults.push(error.message); });
    page.on("dialog", dialog => {
      faults.push("dialog");
      void dialog.dismiss();
    });
    page.on("request", request => { if (!request.url().startsWith(this.url) && !/^(data|blob):/.test(request.url())) faults.push(request.url()); });
    await page.goto(this.url + fragment);
    return {page, faults};
  }
}

/** What the page asks by, as its link has it. */
export const link = (values: Record<string, string>): string => `#${new URLSearchParams(values).toString()}`;
