// Edits the text where it is shown, with its heat. What is typed goes to the form's fields; the form stays as it is.

import {visible} from "../viewer/text.js";
import type {Texts} from "./samples.js";

interface Caret {
  text: number;
  offset: number; // UTF-16 units
}

/** Longer texts are edited in the form. */
const longest = 20_000;

const shownText = (element: Element): string => {
  const copy = element.cloneNode(true) as Element;
  for (const other of copy.querySelectorAll(".label, .special")) other.remove();
  return copy.textContent;
};

export class InPlace {
  private on = false;

  /**
   * @param shown where explanations are shown. @param texts what the fields hold. @param typed called with what they should
   * hold. @param submit called on Ctrl and Enter
   */
  constructor(private readonly shown: HTMLElement, private readonly texts: () => Texts, private readonly typed: (texts: Texts) => void, private readonly submit: () => void) {}

  get isOn(): boolean {
    return this.on;
  }

  /** Starts or ends editing. @return false if this text cannot be edited in place */
  toggle(): boolean {
    this.on = !this.on;
    if (!this.on) {
      for (const element of this.elements()) element.removeAttribute("contenteditable");
      return true;
    }
    this.on = this.attach();
    this.elements()[0]?.focus();
    return this.on;
  }

  /** Runs `show`, which shows another explanation of the edited text; the caret stays where it is. */
  keepCaret(show: () => void): void {
    const caret = this.on ? this.caret() : undefined;
    show();
    if (!this.on) return;
    this.on = this.attach();
    if (caret && this.on) this.place(caret);
  }

  private elements(): HTMLElement[] {
    return [...this.shown.querySelectorAll<HTMLElement>(".explanation .holder .text")];
  }

  private attach(): boolean {
    const texts = this.texts().filter((text, i) => i === 0 || text), elements = this.elements();
    // A text that is not shown as it is (control characters, cut, folded) cannot be read back.
    if (elements.length !== texts.length || texts.some((text, i) => visible(text) !== text || text.length > longest || shownText(elements[i] ?? this.shown) !== text)) return false;
    elements.forEach((element, i) => {
      try {
        element.contentEditable = "plaintext-only";
      } catch {
        return;
      }
      element.setAttribute("role", "textbox");
      element.setAttribute("aria-multiline", "true");
      element.setAttribute("aria-label", elements.length === 1 ? "Text" : i === 0 ? "First text or question" : "Second text or context");
      element.spellcheck = false;
      for (const label of element.querySelectorAll<HTMLElement>(".label")) label.contentEditable = "false";
      element.addEventListener("input", () => {
        const [first = "", second = ""] = this.elements().map(shownText);
        this.typed([first, second]);
      });
      element.addEventListener("keydown", event => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.submit();
      });
    });
    return elements.every(element => element.isContentEditable);
  }

  private caret(): Caret | undefined {
    const selection = document.getSelection(), text = this.elements().findIndex(element => element.contains(selection?.focusNode ?? null));
    const element = this.elements()[text];
    if (!selection?.focusNode || !element) return undefined;
    const range = document.createRange();
    range.setStart(element, 0);
    range.setEnd(selection.focusNode, selection.focusOffset);
    const holder = document.createElement("div");
    holder.append(range.cloneContents());
    return {text, offset: shownText(holder).length};
  }

  private place({text, offset}: Caret): void {
    const element = this.elements()[text];
    if (!element) return;
    element.focus({preventScroll: true});
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, node => (node.parentElement?.closest(".label, .special") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    let left = offset;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const {length} = node.textContent ?? "";
      if (left <= length) {
        document.getSelection()?.collapse(node, left);
        return;
      }
      left -= length;
    }
  }
}
