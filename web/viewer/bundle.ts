// Entry point of the bundle: `limn` for pages that embed the viewer; pages that limn wrote show their own data.

import {show, showEmbedded} from "./index.js";

Object.assign(globalThis, {limn: {show}});
showEmbedded();
