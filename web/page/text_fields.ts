// The texts: a sample, or what the user types.

import {option, optionsOf} from "./choice.js";
import {draft, keepDraft} from "./drafts.js";
import {part} from "./parts.js";
import {isEmbedding, isQuestion} from "./requests.js";
import {firstSample, samples, type Sample, type Texts} from "./samples.js";
import type {View} from "./state.js";

export class TextFields {
  readonly first = part("first", HTMLTextAreaElement);
  readonly second = part("second", HTMLTextAreaElement);
  private readonly list = part("sample", HTMLSelectElement);

  /** @param tasks the tasks whose samples are offered. @param models names of the server's models */
  constructor(tasks: ReadonlySet<string>, models: ReadonlySet<string>) {
    const offered = samples.filter(({task}) => tasks.has(task));
    this.list.replaceChildren(option("", "Your own text"), ...optionsOf(offered.map(({id, name, group, wrongFor}) => ({name: id, text: models.has(wrongFor) ? `✗ ${name} (the model is wrong here: see why)` : name, group}))));
  }

  /** @param edited called when a text was typed. @param chosen called when a sample was chosen, or none. */
  listen(edited: () => void, chosen: (sample: Sample | undefined) => void): void {
    for (const area of [this.first, this.second]) {
      area.addEventListener("input", () => {
        this.leaveSample();
        keepDraft({texts: this.texts(), pending: true});
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

  /** Brings back what the user typed; nothing if that is what the fields hold already. */
  showOwn(): void {
    this.put(draft()?.texts ?? ["", ""]);
    this.first.focus();
  }

  /** Puts texts into the fields as if they were typed. */
  type(texts: Texts): void {
    this.put(texts);
    (texts[1] ? this.second : this.first).dispatchEvent(new Event("input", {bubbles: true}));
  }

  /** Moves a text of one's own to where the task has it: the context of a question, or the text. @param question whether the new task answers questions */
  move(question: boolean): void {
    const [first, second] = this.texts();
    if (this.sampleId()) return;
    if (question && first && !second) this.put(["", first]);
    else if (!question && second) this.put([second, ""]);
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
    field.hidden = !question && !isEmbedding(task) && !this.second.value;
    part("second-name", HTMLLabelElement).replaceChildren(question ? "Context" : "Second text");
  }

  /** A modified sample counts as the user's own text. */
  private leaveSample(): void {
    if (this.sample() && !this.sampleId()) this.list.value = "";
  }
}
