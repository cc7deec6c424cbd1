// The modules of the page that more.js uses. It contains none of them: web/build.mjs replaces its imports of them by what
// is handed over here, so that they are loaded once and their state (the key, ids) exists once.

import * as dom from "../viewer/dom.js";
import * as viewer from "../viewer/index.js";
import * as json from "../viewer/json.js";
import * as numbers from "../viewer/numbers.js";
import * as palette from "../viewer/palette.js";
import * as save from "../viewer/save.js";
import * as summary from "../viewer/summary.js";
import * as text from "../viewer/text.js";
import * as textRuns from "../viewer/text_runs.js";
import * as choice from "./choice.js";
import * as failures from "./failures.js";
import * as info from "./info.js";
import * as methodNames from "./method_names.js";
import * as pane from "./pane.js";
import * as server from "./server.js";
import * as table from "./table.js";

export const shared = {
  "viewer/dom": dom, "viewer/index": viewer, "viewer/json": json, "viewer/numbers": numbers, "viewer/palette": palette, "viewer/save": save,
  "viewer/summary": summary, "viewer/text": text, "viewer/text_runs": textRuns, "page/choice": choice, "page/failures": failures, "page/info": info,
  "page/method_names": methodNames, "page/pane": pane, "page/server": server, "page/table": table,
};
