// The tabs whose views are in more.js, which is loaded when the first of them is opened.

import {element} from "../viewer/dom.js";
import {failureState} from "./failures.js";
import {showVisits} from "./history.js";
import {statement} from "./pane.js";
import {part} from "./parts.js";
import {remember} from "./past.js";
import {Failure, getText, setKey, type Served} from "./server.js";
import {shared} from "./shared.js";
import type {Home, OtherView, Place, Views} from "./views.js";

const titles: Readonly<Record<Place, string>> = {ask: "Ask – limn", tables: "Tables – limn"};

/** The views of more.js; undefined if it belongs to another version of the page: the policy allows only the right one, by its hash. */
async function load(): Promise<Views | undefined> {
  const handed: Window["limnPage"] = {shared}, code = await getText("more.js");
  window.limnPage = handed;
  // As the element's text, because not every browser applies hashes to scripts with an address.
  document.head.append(element("script", {}, code));
  return handed.views;
}

export class Elsewhere {
  private readonly into = part("other", HTMLElement);
  private readonly made = new Map<Place, OtherView>();
  private readonly home: Home;
  private views: Views | undefined;
  private at: Place | undefined;

  constructor(served: Served, note: (fragment: string, isNew: boolean) => void) {
    this.home = {
      served, note,
      remember: (link, title, said) => {
        if (link.length <= 4000) remember({link, title, said});
        showVisits();
      },
      say: text => { part("said-elsewhere", HTMLElement).textContent = text; },
    };
    part("skip", HTMLButtonElement).addEventListener("click", event => {
      if (!this.at) return;
      event.stopImmediatePropagation();
      this.into.focus();
    }, {capture: true});
  }

  /** Shows the page itself. */
  leave(): void {
    this.at = undefined;
    document.body.classList.remove("elsewhere");
    this.into.hidden = true;
  }

  /** @param given the fields of a link; undefined: the tab was chosen, and shows what it showed */
  async show(place: Place, given?: URLSearchParams): Promise<void> {
    this.at = place;
    document.body.classList.add("elsewhere");
    this.into.hidden = false;
    document.title = titles[place];
    if (!given) this.home.note(this.made.get(place)?.link() ?? `view=${place}`, true);
    let view = this.made.get(place);
    if (!view) {
      const known = await this.known(() => { void this.show(place, given ?? new URLSearchParams({view: place})); });
      if (this.at !== place || !known) return;
      view = this.made.get(place) ?? known[place](this.home);
      const isNew = !this.made.has(place);
      this.made.set(place, view);
      if (isNew) given ??= new URLSearchParams({view: place});
    }
    const said = part("said-elsewhere", HTMLElement);
    this.into.replaceChildren(view.element, said);
    if (given) view.show(given);
  }

  private async known(again: () => void): Promise<Views | undefined> {
    if (this.views) return this.views;
    const instead = (made: HTMLElement): void => { this.into.replaceChildren(made, part("said-elsewhere", HTMLElement)); };
    try {
      this.views = await load();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      instead(failureState(error, {again, withKey: key => { setKey(key); again(); }, shorter: () => undefined, ways: [], goThere: undefined}));
      return undefined;
    }
    if (!this.views) instead(statement("trouble", "The server has another version of this page", ["What you typed in the page is kept."], [["Load the page again", () => { location.reload(); }]]));
    return this.views;
  }
}
