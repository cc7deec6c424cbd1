// The views that are loaded when they are opened. web/build.mjs compiles this to more.js.

import {askView} from "./ask.js";
import style from "./more.css";
import {tablesView} from "./tables.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

if (window.limnPage) window.limnPage.views = {ask: askView, tables: tablesView};
