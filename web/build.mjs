// Compiles the viewer to viewer.js and viewer.css, and the server's page to page.html, in the given folder. The page is a single file,
// so that a browser need not wait for other files, except for the views of more.js, which it loads when one is opened.
// docs.css is the style of the server's documentation. policy.txt is their Content-Security-Policy. The output is reproducible.
import {build} from "esbuild";
import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
if (process.argv.length !== 3) throw new Error("usage: node build.mjs FOLDER");
const output = resolve(process.argv[2]);

const texts = {".jsonl": "text", ".txt": "text"};
const common = {absWorkingDir: here, bundle: true, minify: true, target: ["chrome110", "firefox115", "safari16.4"], legalComments: "none"};
const script = (from, to) => build({
  ...common, entryPoints: [join(here, from)], outfile: to, format: "iife", charset: "utf8", loader: texts,
});
const style = (from, to) => build({...common, entryPoints: [join(here, from)], outfile: to});

await script("viewer/bundle.ts", join(output, "viewer.js"));
await style("viewer/viewer.css", join(output, "viewer.css"));

/** The text of a bundle. @throws Error if it would end the element that contains it. */
async function inline(entry, more = {}) {
  const {outputFiles: [{text}]} = await build({...common, entryPoints: [join(here, entry)], write: false, ...more});
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${entry} would end the element that contains it`);
  return text.trim();
}
const hash = text => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
/** Leaves out the views of documents that no server sends, which only files of the command contain. */
const unserved = {name: "unserved", setup(builder) {
  builder.onResolve({filter: /^\.\/(report|heatmap)\.js$/}, ({path}) => ({path, namespace: "unserved"}));
  builder.onLoad({filter: /.*/, namespace: "unserved"}, () => ({contents: 'export function reportView() { throw new Error("not of a server"); } export {reportView as heatmapView};'}));
}};
const pageScript = await inline("page/main.ts", {format: "iife", charset: "utf8", loader: texts, plugins: [unserved]});
const pageStyle = await inline("page/page.css");

/** Replaces imports of the modules that page/shared.ts hands over, and puts style sheets into the script as text. */
const handedOver = {name: "handed-over", setup(builder) {
  const names = [...readFileSync(join(here, "page/shared.ts"), "utf8").matchAll(/"((?:viewer|page)\/\w+)":/g)].map(([, name]) => name);
  builder.onResolve({filter: /^\.\.?\/.*\.js$/}, ({path, resolveDir}) => {
    const name = relative(here, join(resolveDir, path)).replace(/\.js$/, "");
    return names.includes(name) ? {path: name, namespace: "handed-over"} : undefined;
  });
  builder.onLoad({filter: /.*/, namespace: "handed-over"}, ({path}) => ({contents: `module.exports = window.limnPage.shared[${JSON.stringify(path)}];`}));
  builder.onLoad({filter: /\.css$/}, async ({path}) => {
    const {outputFiles: [{text}]} = await build({...common, entryPoints: [path], write: false});
    return {contents: text.trim(), loader: "text"};
  });
}};
const moreScript = await inline("page/more.ts", {format: "iife", charset: "utf8", loader: texts, plugins: [handedOver]});
writeFileSync(join(output, "more.js"), moreScript);
const docsStyle = await inline("page/docs.css");
writeFileSync(join(output, "docs.css"), docsStyle);
writeFileSync(join(output, "page.html"), readFileSync(join(here, "page/page.html"), "utf8")
  .replace("<!-- style -->", () => `<style>${pageStyle}</style>`).replace("<!-- script -->", () => `<script>${pageScript}</script>`));
writeFileSync(join(output, "policy.txt"), `default-src 'none'; script-src ${hash(pageScript)} ${hash(moreScript)}; style-src ${hash(pageStyle)} ${hash(docsStyle)}; connect-src 'self'; ` +
  "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
