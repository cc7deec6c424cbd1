// Compiles the viewer to viewer.js and viewer.css in the folder that is given; the files are the same on every machine.
import {build} from "esbuild";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node build.mjs FOLDER");

await build({
  entryPoints: {viewer: join(here, "viewer/bundle.ts")},
  outfile: join(folder, "viewer.js"),
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome110", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
});
await build({
  entryPoints: [join(here, "viewer/viewer.css")],
  outfile: join(folder, "viewer.css"),
  absWorkingDir: here,
  minify: true,
  target: ["chrome110", "firefox115", "safari16.4"],
  legalComments: "none",
});
