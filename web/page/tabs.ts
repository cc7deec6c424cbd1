// What the page does with a text: explain it, or compare models and methods on it.

import {part} from "./parts.js";

export type Mode = "explain" | "compare";
const modes: readonly Mode[] = ["explain", "compare"];

export class Tabs {
  private readonly tabs = modes.map(mode => part(`tab-${mode}`, HTMLButtonElement));
  private chosen: Mode = "explain";

  /** @param changed called when the user chooses another tab */
  constructor(changed: () => void) {
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
      tab.setAttribute("aria-selected", String(modes[i] === mode));
      tab.tabIndex = modes[i] === mode ? 0 : -1;
    });
  }
}
