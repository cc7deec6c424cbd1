// Entry point of the bundle: `limn` for pages that embed the viewer; pages that limn wrote show themselves.

import {show, showEmbedded} from "./index.js";

Object.assign(globalThis, {limn: {show}});
showEmbedded();
