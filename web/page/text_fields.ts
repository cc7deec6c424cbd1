// The texts: a sample, or what the user types.

import {option, optionsOf} from "./choice.js";
import {part} from "./parts.js";
import {isQuestion} from "./requests.js";
import {firstSample, samples, type Sample, type Texts} from "./samples.js";
import type {View} from "./state.js";

export class TextFields {
  readonly first = part("first", HTMLTextAreaElement);
  readonly second = part("second", HTMLTextAreaElement);
  private readonly list = part("sample", HTMLSelectElement);

  /** @param tasks the tasks whose samples are offered. */
  constructor(tasks: ReadonlySet<string>) {
    const offered = samples.filter(({task}) => tasks.has(task));
    this.list.replaceChildren(option("", "Your own text"), ...optionsOf(offered.map(({id, name, group}) => ({name: id, text: name, group}))));
  }

  /** @param edited called when a text was typed. @param chosen called when a sample was chosen, or none. */
  listen(edited: () => void, chosen: (sample: Sample | undefined) => void): void {
    for (const area of [this.first, this.second]) {
      area.addEventListener("input", () => {
        this.leaveSample();
        edited();
      });
    }
    this.list.addEventListener("change", () => { chosen(this.sample()); });
  }

  texts(): Texts {
    return [this.first.value, this.second.value];
  }

  /** The chosen sample. */
  sample(): Sample | undefined {
    return samples.find(({id}) => id === this.list.value);
  }

  /** The id of the sample with exactly these texts; empty if there is none. */
  sampleId(): string {
    const sample = this.sample(), [first, second] = this.texts();
    return sample && sample.texts[0] === first && sample.texts[1] === second ? sample.id : "";
  }

  show({sample, texts}: Pick<View, "sample" | "texts">): void {
    this.put(texts);
    this.list.value = sample;
  }

  put(texts: Texts): void {
    [this.first.value, this.second.value] = texts;
  }

  clear(): void {
    this.put(["", ""]);
    this.first.focus();
  }

  /** Chooses the first sample of a task. */
  showFirst(task: string): void {
    const sample = firstSample(task);
    this.show({sample: sample?.id ?? "", texts: sample?.texts ?? ["", ""]});
  }

  /** @param question whether the fields hold a question and its context */
  replaceLast(text: string, question: boolean): void {
    (question || this.second.value ? this.second : this.first).value = text;
    this.leaveSample();
  }

  /** Sets the names and sizes of the fields for a task. */
  arrange(task: string): void {
    const question = isQuestion(task), field = part("second-field", HTMLElement);
    part("first-name", HTMLLabelElement).textContent = question ? "Question" : "Text";
    this.first.rows = question ? 2 : 8;
    this.first.classList.toggle("long", !question);
    field.hidden = !question && !this.second.value;
    field.querySelector("label")?.replaceChildren(question ? "Context" : "Second text");
  }

  /** A modified sample counts as the user's own text. */
  private leaveSample(): void {
    if (this.sample() && !this.sampleId()) this.list.value = "";
  }
}
