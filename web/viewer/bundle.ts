// The script of the bundle: `limn` for pages that embed the viewer; a page that limn wrote shows itself.

import {show, showEmbedded} from "./index.js";

Object.assign(globalThis, {limn: {show}});
showEmbedded();
