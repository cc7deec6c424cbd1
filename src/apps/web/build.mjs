// Compiles the viewer to viewer.js and viewer.css, and the server's page to page.js and page.css; the files are the same on every machine.
import {build} from "esbuild";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [viewer, page] = process.argv.slice(2).map(folder => resolve(folder));
if (!viewer || !page) throw new Error("usage: node build.mjs VIEWER_FOLDER PAGE_FOLDER");

const target = ["chrome110", "firefox115", "safari16.4"];
for (const [from, to] of [["viewer/bundle.ts", join(viewer, "viewer.js")], ["page/page.ts", join(page, "page.js")]]) {
  await build({
    entryPoints: [join(here, from)],
    outfile: to,
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: "iife",
    target,
    charset: "utf8",
    legalComments: "none",
  });
}
for (const [from, to] of [["viewer/viewer.css", join(viewer, "viewer.css")], ["page/page.css", join(page, "page.css")]]) {
  await build({
    entryPoints: [join(here, from)],
    outfile: to,
    absWorkingDir: here,
    bundle: true,
    minify: true,
    target,
    legalComments: "none",
  });
}
