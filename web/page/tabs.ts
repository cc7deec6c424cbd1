// What the page does: explain a text, compare models and methods on it, ask documents, or read a table.

import {part} from "./parts.js";
import type {Place} from "./views.js";

export type Mode = "explain" | "compare" | Place;

export class Tabs {
  private readonly tabs: readonly HTMLButtonElement[];
  private chosen: Mode = "explain";

  /** @param modes the tabs that this server has. @param changed called when the user chooses another tab */
  constructor(private readonly modes: readonly Mode[], changed: () => void) {
    this.tabs = modes.map(mode => part(`tab-${mode}`, HTMLButtonElement));
    for (const tab of this.tabs) tab.hidden = false;
    part("tabs", HTMLElement).classList.add("known");
    this.tabs.forEach((tab, i) => {
      const choose = (at: number): void => {
        const mode = modes[(at + modes.length) % modes.length] ?? "explain";
        if (mode === this.chosen) return;
        this.show(mode);
        this.tabs[modes.indexOf(mode)]?.focus();
        changed();
      };
      tab.addEventListener("click", () => { choose(i); });
      tab.addEventListener("keydown", event => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (step) choose(i + step);
      });
    });
  }

  get mode(): Mode {
    return this.chosen;
  }

  show(mode: Mode): void {
    this.chosen = mode;
    this.tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(this.modes[i] === mode));
      tab.tabIndex = this.modes[i] === mode ? 0 : -1;
    });
  }
}
