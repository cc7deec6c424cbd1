import {element} from "../viewer/dom.js";
import type {Home, OtherView} from "./views.js";
export const tablesView = (home: Home): OtherView => ({element: element("p", {}, "Tables"), show: () => { home.say("Tables"); }, link: () => "view=tables"});
