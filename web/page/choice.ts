// A choice of models or methods: a list to choose one, or checkboxes to choose several for a comparison.

import {element} from "../viewer/dom.js";
import {part} from "./parts.js";

export interface Entry {
  name: string;
  text?: string; // its label; by default its name
  group?: string | undefined;
}

export const option = (value: string, text = value): HTMLOptionElement => element("option", {value}, text);

const entryOption = ({name, text}: Entry): HTMLOptionElement => option(name, text);

/** The options of a list, with one heading per group. */
export function optionsOf(entries: readonly Entry[]): HTMLElement[] {
  return [...new Set(entries.map(({group}) => group))].flatMap(group => {
    const own = entries.filter(entry => entry.group === group).map(entryOption);
    return group === undefined ? own : [element("optgroup", {label: group}, ...own)];
  });
}

export class Choice {
  readonly one: HTMLSelectElement;
  private readonly several: HTMLFieldSetElement;
  private readonly field: HTMLElement;

  /** @param kind id of an element of page.html, which also has `${kind}-field` and `${kind}s`. */
  constructor(kind: "model" | "method", private readonly legend: string) {
    this.one = part(kind, HTMLSelectElement);
    this.several = part(`${kind}s`, HTMLFieldSetElement);
    this.field = part(`${kind}-field`, HTMLElement);
  }

  /** @param chosen called when an entry is chosen. @param checked called when a checkbox changes. */
  listen(chosen: () => void, checked: () => void = () => undefined): void {
    this.one.addEventListener("change", chosen);
    this.several.addEventListener("change", checked);
  }

  list(entries: readonly Entry[]): void {
    this.one.replaceChildren(...optionsOf(entries));
  }

  /** The chosen names: one, or all that are checked. */
  names(): string[] {
    return this.several.hidden ? [this.one.value] : this.checked();
  }

  showOne(): void {
    this.field.hidden = false;
    this.several.hidden = true;
  }

  /**
   * Entries with a group are behind a fold of its name, which is open if one of them is checked.
   * @param chosen names to check; by default those that were checked, and at first the one that was chosen and the usual ones
   */
  showSeveral(entries: readonly Entry[], chosen: readonly string[] = [], usual: readonly string[] = []): void {
    const before = this.checked(), checked = chosen.length ? chosen : before.length ? before : [...new Set([this.one.value, ...usual])].slice(0, Math.max(1, usual.length));
    this.field.hidden = true;
    this.several.hidden = false;
    const box = ({name, text}: Entry): HTMLElement => element("label", {class: "check"}, element("input", {type: "checkbox", value: name, checked: checked.includes(name)}), ` ${text ?? name}`);
    const folds = [...new Set(entries.map(({group}) => group))].filter(group => group !== undefined).map(group => {
      const own = entries.filter(entry => entry.group === group), isOpen = own.some(({name}) => checked.includes(name));
      return element("details", {open: isOpen}, element("summary", {}, group), element("div", {class: "checks"}, ...own.map(box)));
    });
    this.several.replaceChildren(element("legend", {}, this.legend), element("div", {class: "checks"}, ...entries.filter(({group}) => group === undefined).map(box)), ...folds);
  }

  private checked(): string[] {
    return [...this.several.querySelectorAll<HTMLInputElement>("input:checked")].map(box => box.value);
  }
}
