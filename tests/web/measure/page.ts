// Measures the time from the request to the first explanation on the screen, and the bytes that are loaded.
// tools/web.sh measure; LIMN_PROGRAM is the program.

import {spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";
import {launch} from "../browser/browser.js";

const visits = 20;
const server = spawn(process.env["LIMN_PROGRAM"] ?? "build/limn", ["serve", "--port", "0", "-m", "minilm-l6-qa", "-m", "minilm-l6-sentiment"], {
  stdio: ["ignore", "ignore", "pipe"], env: {...process.env, LIMN_MODELS: `${process.env["LIMN_SOURCE_DIR"] ?? "."}/models`},
});
let address = "";
for await (const line of createInterface({input: server.stderr})) {
  address = /"detail":"(http:[^"]*)"/.exec(line)?.[1] ?? "";
  if (address) break;
}
server.stderr.resume();

const browser = await launch(), times: number[] = [];
let bytes = 0;
for (let i = 0; i < visits; i++) {
  const context = await browser.newContext({viewport: {width: 1280, height: 860}}), page = await context.newPage();
  // Records when the first frame that shows the verdict has been drawn.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("#shown .explanation h2")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset["shown"] = String(performance.now()); }));
    }).observe(document, {subtree: true, childList: true});
  });
  await page.goto(address);
  await page.locator("html[data-shown]").waitFor();
  times.push(Number(await page.locator("html").getAttribute("data-shown")));
  bytes = await page.evaluate(() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).decodedBodySize, 0));
  await context.close();
}
await browser.close();
server.kill();
await once(server, "exit");

const sorted = times.slice(1).sort((a, b) => a - b), at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
console.log(`first view, explained: first visit ${times[0]?.toFixed(0) ?? ""} ms; then p50 ${at(0.5)} ms, p95 ${at(0.95)} ms of ${sorted.length}`);
console.log(`loaded, answers of the server included: ${(bytes / 1000).toFixed(1)} kB uncompressed`);
