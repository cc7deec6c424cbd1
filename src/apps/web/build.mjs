// Compiles the viewer to viewer.js and viewer.css in the first folder that is given, and the server's page to page.html, page.js and
// page.css in the second; the files are the same on every machine.
import {build} from "esbuild";
import {copyFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [viewer, page] = process.argv.slice(2).map(folder => resolve(folder));
if (!viewer || !page) throw new Error("usage: node build.mjs VIEWER-FOLDER PAGE-FOLDER");

const common = {absWorkingDir: here, bundle: true, minify: true, target: ["chrome110", "firefox115", "safari16.4"], legalComments: "none"};
const script = (from, to) => build({
  ...common, entryPoints: [join(here, from)], outfile: to, format: "iife", charset: "utf8", loader: {".jsonl": "text", ".txt": "text"},
});
const style = (from, to) => build({...common, entryPoints: [join(here, from)], outfile: to});

await script("viewer/bundle.ts", join(viewer, "viewer.js"));
await style("viewer/viewer.css", join(viewer, "viewer.css"));
await script("page/main.ts", join(page, "page.js"));
await style("page/page.css", join(page, "page.css"));
copyFileSync(join(here, "page/page.html"), join(page, "page.html"));
