// The left pane: text, model, method, target; the rest under More.

import {button, element} from "../viewer/dom.js";
import {shortNumber} from "../viewer/numbers.js";
import {applies, findMethod, knobs, methods, presetName, presetOf, valuesOf, type Knob} from "./methods.js";
import {isQuestion} from "./requests.js";
import {firstSample, samples, type Texts} from "./samples.js";
import type {Model, Served} from "./server.js";
import type {View} from "./state.js";

/** An element of page.html. */
export function part<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`page.html has no ${id}`);
  return found;
}

export const taskNames: Readonly<Record<string, string>> = {
  "question-answering": "answers questions", "sequence-classification": "labels a text",
  "token-classification": "finds names", "masked-lm": "fills gaps",
};

const option = (value: string, text = value): HTMLOptionElement => element("option", {value}, text);

function grouped<T extends {group: string}>(rows: readonly T[], make: (row: T) => HTMLOptionElement): HTMLOptGroupElement[] {
  return [...new Set(rows.map(({group}) => group))].map(group =>
    element("optgroup", {label: group}, ...rows.filter(row => row.group === group).map(make)));
}

const checked = (from: HTMLElement): string[] =>
  [...from.querySelectorAll<HTMLInputElement>("input:checked")].map(box => box.value);

export class Controls {
  private readonly form = part("ask", HTMLFormElement);
  private readonly sample = part("sample", HTMLSelectElement);
  private readonly first = part("first", HTMLTextAreaElement);
  private readonly second = part("second", HTMLTextAreaElement);
  private readonly model = part("model", HTMLSelectElement);
  private readonly models = part("models", HTMLFieldSetElement);
  private readonly method = part("method", HTMLSelectElement);
  private readonly methods = part("methods", HTMLFieldSetElement);
  private readonly label = part("label", HTMLSelectElement);
  private readonly answer = part("answer", HTMLInputElement);
  private readonly compared = part("compared", HTMLInputElement);
  private readonly more = part("more", HTMLDetailsElement);
  private readonly knobs = part("knobs", HTMLElement);
  private listed = ""; // the task whose methods are listed
  private set: Record<string, string> = {};
  private windows = false;
  private entity = 0;

  /** @param submit called when there is something to do: at once for a choice, and when Explain is pressed for a text. */
  constructor(private readonly served: Served, private readonly submit: () => void) {
    const tasks = new Set(served.models.map(({task}) => task));
    this.sample.replaceChildren(option("", "Your own text"), ...grouped(samples.filter(({task}) => tasks.has(task)), ({id, name}) => option(id, name)));
    this.model.replaceChildren(...served.models.map(({name, task, parameters}) => {
      const says = [taskNames[task] ?? task, parameters ? shortNumber(parameters) : ""].filter(Boolean).join(", ");
      return option(name, `${name} (${says})`);
    }));
    this.form.addEventListener("submit", event => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
    });
    this.sample.addEventListener("change", () => { this.choseSample(); });
    this.model.addEventListener("change", () => { this.choseModel(); });
    this.method.addEventListener("change", () => { this.choseMethod(); });
    this.methods.addEventListener("change", () => { this.listKnobs(); });
    this.label.addEventListener("change", () => {
      delete this.set["target"];
      this.listKnobs();
      this.now();
    });
    this.answer.addEventListener("input", () => {
      delete this.set["target"];
      this.listKnobs();
    });
    this.compared.addEventListener("change", () => {
      this.arrange();
      if (!this.compared.checked) this.now();
    });
    for (const area of [this.first, this.second]) area.addEventListener("input", () => { this.edited(); });
    this.more.addEventListener("toggle", () => { if (!this.knobs.firstChild) this.listKnobs(); });
    this.knobs.addEventListener("change", event => {
      const field = event.target;
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) this.set[field.name] = field.value;
    });
  }

  get task(): string {
    return this.chosenModel()?.task ?? "";
  }

  texts(): Texts {
    return [this.first.value, this.second.value];
  }

  view(): View {
    const texts = this.texts(), several = this.compared.checked;
    const label = this.label.hidden ? "" : this.label.value, answer = isQuestion(this.task) ? this.answer.value.trim() : "";
    return {
      sample: samples.find(one => one.id === this.sample.value && one.texts[0] === texts[0] && one.texts[1] === texts[1])?.id ?? "",
      texts, compared: several, label, answer, entity: this.entity, windows: this.windows,
      models: several ? checked(this.models) : [this.model.value],
      methods: several ? checked(this.methods) : [this.method.value],
      knobs: {...this.set},
    };
  }

  /** Shows a view as far as this server can; what it cannot is said in the list that comes back. */
  show(view: View): string[] {
    const unknown: string[] = [], models = view.models.filter(name => this.served.models.some(one => one.name === name));
    const sample = samples.find(({id}) => id === view.sample);
    for (const name of view.models) if (!models.includes(name)) unknown.push(`This server has no model “${name}”.`);
    const first = this.served.models.find(({name}) => name === models[0]) ?? this.served.models.find(({task}) => task === sample?.task) ??
      this.served.models.find(({task}) => isQuestion(task) === Boolean(view.texts[1])) ?? this.served.models[0];
    this.model.value = first?.name ?? "";
    this.listMethods();
    [this.first.value, this.second.value] = view.texts;
    this.sample.value = view.sample;
    this.compared.checked = view.compared;
    this.windows = view.windows;
    this.entity = view.entity;
    this.set = {...view.knobs};
    const {methods: known, presets} = this.served, suitable = this.presets();
    const named = view.methods.filter(name => known.includes(name) || suitable.includes(presetOf(name) ?? ""));
    for (const name of view.methods) {
      const preset = presetOf(name) ?? "";
      if (!named.includes(name)) unknown.push(presets.includes(preset) ? `“${preset}” is not for a model that ${taskNames[this.task] ?? "does this"}.` : `This server has no method “${name}”.`);
    }
    this.method.value = named[0] ?? "gradient";
    this.arrange(models, named);
    this.label.value = view.label;
    if (this.label.selectedIndex < 0) this.label.selectedIndex = 0;
    this.answer.value = view.answer;
    return unknown;
  }

  /** Explains another label, answer or position than before. */
  aim(target: {label?: string; answer?: string; position?: string}): void {
    delete this.set["target"];
    if (target.position !== undefined) this.set["target"] = target.position;
    this.label.value = target.label ?? "";
    this.answer.value = target.answer ?? "";
    this.listKnobs();
    this.submit();
  }

  readWindows(): void {
    this.windows = true;
    this.submit();
  }

  /** Which of several entities is shown. */
  chooseEntity(index: number): void {
    this.entity = index;
  }

  replaceLastText(text: string): void {
    (isQuestion(this.task) || this.second.value ? this.second : this.first).value = text;
    this.edited();
    this.submit();
  }

  /** Whether a message is about something that one can change here. */
  hasField(name: string): boolean {
    return this.isKnob(name) || this.field(name) !== undefined;
  }

  goTo(name: string): void {
    if (this.isKnob(name)) {
      this.more.open = true;
      this.listKnobs();
    }
    this.field(name)?.focus();
  }

  private isKnob(name: string): boolean {
    return knobs.some(knob => knob.name === name) && applies(name, this.chosenMethods(), this.task);
  }

  private field(name: string): HTMLElement | undefined {
    const texts: Record<string, HTMLElement> = {
      text: this.first, question: this.first, context: this.second, pair: this.second, model: this.model, method: this.method,
      preset: this.method, answer: this.answer, target: this.label.hidden ? this.answer : this.label,
    };
    return this.knobs.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`) ?? texts[name];
  }

  private chosenModel(): Model | undefined {
    return this.served.models.find(({name}) => name === this.model.value);
  }

  private chosenMethods(): string[] {
    return this.compared.checked ? checked(this.methods) : [this.method.value];
  }

  /** A choice takes effect at once, but a comparison is many explanations and waits for the button. */
  private now(): void {
    if (!this.compared.checked) this.submit();
  }

  private edited(): void {
    const chosen = samples.find(({id}) => id === this.sample.value);
    if (chosen && (chosen.texts[0] !== this.first.value || chosen.texts[1] !== this.second.value)) this.sample.value = "";
    this.windows = false;
    this.entity = 0;
  }

  private choseSample(): void {
    const chosen = samples.find(({id}) => id === this.sample.value);
    if (!chosen) {
      this.first.value = this.second.value = "";
      this.first.focus();
      return;
    }
    if (chosen.task !== this.task) this.model.value = this.served.models.find(({task}) => task === chosen.task)?.name ?? "";
    this.put(chosen.texts);
    this.now();
  }

  private choseModel(): void {
    const chosen = samples.find(({id}) => id === this.sample.value), task = this.task;
    if (chosen && chosen.task !== task) {
      const other = firstSample(task);
      this.sample.value = other?.id ?? "";
      this.put(other?.texts ?? ["", ""]);
    } else {
      this.arrange();
    }
    this.now();
  }

  private choseMethod(): void {
    // What was set for one method may mean nothing for another.
    this.set = Object.fromEntries(Object.entries(this.set).filter(([name]) => applies(name, [this.method.value], this.task)));
    this.listKnobs();
    this.now();
  }

  private put(texts: Texts): void {
    [this.first.value, this.second.value] = texts;
    this.answer.value = "";
    this.windows = false;
    this.entity = 0;
    delete this.set["target"];
    this.arrange();
  }

  /** Those for the model's task. */
  private presets(): string[] {
    return this.served.presets.filter(name => this.served.presetTasks[name]?.includes(this.task) ?? true);
  }

  private listMethods(): void {
    const before = this.method.value;
    this.listed = this.task;
    const own = methods.filter(({name}) => this.served.methods.includes(name));
    const others = this.served.methods.filter(name => !findMethod(name)).map(name => ({name, group: "Others"}));
    const presets = this.presets().map(name => ({name: presetName(name), group: "As other systems compute it"}));
    this.method.replaceChildren(...grouped([...own, ...others, ...presets], ({name}) => option(name, presetOf(name) ?? name)));
    this.method.value = before;
    if (this.method.selectedIndex < 0) this.method.value = "gradient";
  }

  /** What is there depends on the model's task and on whether one compares. */
  private arrange(models?: readonly string[], named?: readonly string[]): void {
    const task = this.task, question = isQuestion(task), several = this.compared.checked, model = this.chosenModel();
    if (task !== this.listed) this.listMethods();
    part("first-name", HTMLLabelElement).textContent = question ? "Question" : "Text";
    this.first.rows = question ? 2 : 8;
    this.first.classList.toggle("long", !question);
    part("second-field", HTMLElement).hidden = !question && !this.second.value;
    part("second-field", HTMLElement).querySelector("label")?.replaceChildren(question ? "Context" : "Second text");
    part("model-field", HTMLElement).hidden = part("method-field", HTMLElement).hidden = several;
    this.models.hidden = this.methods.hidden = !several;
    if (several) this.fillBoxes(this.models, "Models", this.served.models.filter(one => one.task === task).map(({name}) => name),
      models?.length ? models : [this.model.value, ...checked(this.models)]);
    if (several) this.fillBoxes(this.methods, "Methods", this.served.methods,
      named?.length ? named : [this.method.value, ...checked(this.methods)]);
    const labels = task === "sequence-classification" ? (model?.labels ?? []) : [], before = this.label.value;
    this.label.replaceChildren(option("", "what the model says"), ...labels.map(name => option(name)));
    this.label.value = labels.includes(before) ? before : "";
    this.label.hidden = question;
    this.answer.hidden = !question;
    part("target-name", HTMLLabelElement).htmlFor = question ? "answer" : "label";
    part("target-field", HTMLElement).hidden = !question && !labels.length;
    part("go", HTMLButtonElement).textContent = several ? "Compare" : "Explain";
    this.listKnobs();
  }

  private fillBoxes(into: HTMLFieldSetElement, legend: string, names: readonly string[], chosen: readonly string[]): void {
    into.replaceChildren(element("legend", {}, legend), ...names.map(name =>
      element("label", {class: "check"}, element("input", {type: "checkbox", value: name, checked: chosen.includes(name)}), ` ${name}`)));
  }

  /** What is not seen is not made: the first sight comes sooner. */
  private listKnobs(): void {
    const chosen = this.chosenMethods(), task = this.task;
    part("method-says", HTMLElement).textContent = findMethod(this.method.value)?.says ?? "The scores of that system, as it computes them.";
    if (!this.more.open) {
      this.knobs.replaceChildren();
      return;
    }
    this.knobs.replaceChildren(...knobs.filter(({name}) => applies(name, chosen, task)).map(knob => this.knobField(knob, chosen)));
    if (Object.values(this.set).some(Boolean)) {
      this.knobs.append(button("Back to the usual", () => {
        this.set = {};
        this.listKnobs();
      }));
    }
  }

  private knobField(knob: Knob, chosen: readonly string[]): HTMLElement {
    const {name, label, usual, suggestions, step = "1", most} = knob, given = this.set[name] ?? "", id = `knob-${name}`;
    const field = element("div", {class: "knob"}, element("label", {for: id}, label));
    const values = name === "contrast" ? this.chosenModel()?.labels : knob.flag ? ["true"] : knob.values && valuesOf(name, this.served.choices[name] ?? knob.values, chosen);
    if (values) {
      const select = element("select", {id, name}, option("", usual), ...values.filter(value => value !== usual).map(value => option(value, knob.flag ?? value)));
      select.value = given;
      field.append(select);
      return field;
    }
    const text = suggestions !== undefined;
    const entry = element("input", {id, name, placeholder: usual, ...(text ? {type: "text"} : {type: "number", min: 0, max: most && this.served[most], step}), ...(suggestions?.length && {list: `${id}-list`})});
    entry.value = given;
    field.append(entry);
    if (suggestions?.length) field.append(element("datalist", {id: `${id}-list`}, ...suggestions.map(value => option(value))));
    return field;
  }
}
