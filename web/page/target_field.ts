// The target: the label or the answer to explain, if it is not the predicted one.

import {option} from "./choice.js";
import {part} from "./parts.js";
import {isQuestion} from "./requests.js";
import type {View} from "./state.js";

export class TargetField {
  private readonly label = part("label", HTMLSelectElement);
  private readonly answer = part("answer", HTMLInputElement);

  /** @param chosen called when a label was chosen. @param edited called when an answer was typed. */
  listen(chosen: () => void, edited: () => void): void {
    this.label.addEventListener("change", chosen);
    this.answer.addEventListener("input", edited);
  }

  /** Shows the field for the task: labels can be chosen, answers typed. @param labels the model's labels */
  arrange(task: string, labels: readonly string[]): void {
    const question = isQuestion(task), before = this.label.value;
    this.label.replaceChildren(option("", "what the model says"), ...labels.map(name => option(name)));
    this.label.value = labels.includes(before) ? before : "";
    this.label.hidden = question;
    this.answer.hidden = !question;
    part("target-name", HTMLLabelElement).htmlFor = question ? "answer" : "label";
    part("target-field", HTMLElement).hidden = !question && !labels.length;
  }

  /** The visible element. */
  get field(): HTMLElement {
    return this.label.hidden ? this.answer : this.label;
  }

  get answerField(): HTMLElement {
    return this.answer;
  }

  view(): Pick<View, "label" | "answer"> {
    return this.label.hidden ? {label: "", answer: this.answer.value.trim()} : {label: this.label.value, answer: ""};
  }

  /** Shows a target; ignores a label that the model does not have. */
  show({label = "", answer = ""}: Partial<Pick<View, "label" | "answer">>): void {
    this.label.value = label;
    if (this.label.selectedIndex < 0) this.label.selectedIndex = 0;
    this.answer.value = answer;
  }

  clearAnswer(): void {
    this.answer.value = "";
  }
}
