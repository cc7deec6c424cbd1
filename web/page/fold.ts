// The form in one line: what is explained, and a button that opens the form. It folds when there is something to show.

import {shorten} from "../viewer/text.js";
import {part} from "./parts.js";

export class Fold {
  private readonly form = part("ask", HTMLFormElement);
  private readonly button = part("unfold", HTMLButtonElement);
  private readonly line = part("fold-text", HTMLElement);
  private readonly done = part("fold", HTMLButtonElement);

  /** @param opened called when the user opens the form */
  constructor(opened: () => void) {
    this.button.addEventListener("click", () => {
      this.fold(false);
      opened();
    });
    this.done.addEventListener("click", () => {
      this.fold(true);
      this.button.focus();
    });
  }

  get isFolded(): boolean {
    return this.form.classList.contains("folded");
  }

  fold(folds: boolean): void {
    this.form.classList.toggle("folded", folds);
    document.body.classList.toggle("wide", folds);
  }

  /** @param text the question or the text */
  show(text: string): void {
    this.line.textContent = shorten(text, 120) || "(no text)";
  }
}
