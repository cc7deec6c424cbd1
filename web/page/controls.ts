// The left pane: text, model, method and target, with the other options under More.

import {shortNumber} from "../viewer/numbers.js";
import type {Aim} from "./answers.js";
import {Choice, option, type Entry} from "./choice.js";
import {Fold} from "./fold.js";
import {addInfos} from "./info.js";
import {aboutText, type Costs} from "./cost.js";
import {common, defaultMethodOf, presetText, type Common} from "./method_names.js";
import {OptionFields} from "./option_fields.js";
import {part} from "./parts.js";
import {isGaps, isQuestion} from "./requests.js";
import {samples, type Sample, type Texts} from "./samples.js";
import type {Model, Served} from "./server.js";
import type {View} from "./state.js";
import {headingOf, presetName, presetOf} from "./table.js";
import {Tabs} from "./tabs.js";
import {TargetField} from "./target_field.js";
import {TextFields} from "./text_fields.js";
import type {Place} from "./views.js";

/** What a comparison compares at first. */
const usuallyCompared = ["gradient", "integrated-gradients", "occlusion"];

/** What the models of each task do. */
const taskNames: Readonly<Record<string, string>> = {
  "question-answering": "answers questions", "sequence-classification": "labels a text",
  "token-classification": "finds names", "masked-lm": "fills gaps", "sentence-embedding": "compares texts",
};

function modelEntry({name, task, parameters}: Model): Entry {
  const details = [taskNames[task] ?? task, parameters ? shortNumber(parameters) : ""].filter(Boolean).join(", ");
  return {name, text: `${name} (${details})`};
}

export class Controls {
  private readonly form = part("ask", HTMLFormElement);
  private readonly tabs: Tabs;
  readonly fold: Fold;
  private readonly text: TextFields;
  private readonly models = new Choice("model", "Models");
  private readonly methods = new Choice("method", "Methods");
  private readonly preset = part("preset", HTMLSelectElement);
  private readonly target = new TargetField();
  private readonly options: OptionFields;
  private listed = ""; // the task whose methods are listed
  private windows = false;
  private entity = 0;

  /**
   * @param submit called when there is something to explain: immediately after a choice, and for a text when Explain is
   * pressed. @param edited called when a text was typed. @param leave called when a tab of another view is chosen
   */
  constructor(private readonly served: Served, private readonly submit: (pressed: boolean) => void, private readonly edited: () => void, private readonly costs: Costs, private readonly leave: (place: Place) => void) {
    this.tabs = new Tabs(["explain", "compare", ...(served.asks ? ["ask" as const] : []), "tables"], () => { this.choseTab(); });
    this.fold = new Fold(() => {
      // On a phone, a focus would open the keyboard over the form.
      if (matchMedia("(min-width: 900px)").matches) this.text.first.focus();
    });
    addInfos();
    this.text = new TextFields(new Set(served.models.map(({task}) => task)), new Set(served.models.map(({name}) => name)));
    this.models.list(served.models.map(modelEntry));
    this.options = new OptionFields(served.table, () => ({methods: this.chosen(), task: this.task, labels: this.model()?.labels ?? []}));
    this.listen();
  }

  private listen(): void {
    this.preset.addEventListener("change", () => { this.choseMethod(); });
    this.form.addEventListener("submit", event => {
      event.preventDefault();
      this.submit(true);
    });
    this.form.addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(true);
    });
    this.text.listen(() => {
      this.startOver();
      this.edited();
    }, sample => { this.choseSample(sample); });
    this.models.listen(() => { this.choseModel(); });
    this.methods.listen(() => {
      this.preset.value = "";
      this.choseMethod();
    }, () => { this.options.list(); });
    const otherTarget = (): void => {
      this.options.clear("target");
      this.options.list();
    };
    this.target.listen(() => {
      otherTarget();
      this.now();
    }, otherTarget);
  }

  get task(): string {
    return this.model()?.task ?? "";
  }

  texts(): Texts {
    return this.text.texts();
  }

  view(): View {
    return {
      sample: this.text.sampleId(), texts: this.text.texts(), models: this.models.names(), methods: this.chosen(),
      compared: this.isCompared, ...this.target.view(), options: this.options.values(), entity: this.entity, windows: this.windows,
    };
  }

  /** Shows a view as far as this server supports it. @return sentences about what it does not support */
  show(view: View): string[] {
    const models = view.models.filter(name => this.served.models.some(one => one.name === name));
    const missing = view.models.filter(name => !models.includes(name)).map(name => `This server has no model “${name}”.`);
    this.models.one.value = this.modelFor(view, models[0])?.name ?? "";
    this.listMethods();
    this.text.show(view);
    this.tabs.show(view.compared ? "compare" : "explain");
    this.windows = view.windows;
    this.entity = view.entity;
    this.options.show(view.options);
    const suitable = this.presets(), methods = view.methods.filter(name => Boolean(this.served.table.method(name)) || suitable.includes(presetOf(name) ?? ""));
    missing.push(...view.methods.filter(name => !methods.includes(name)).map(name => this.whyNot(name)));
    const preset = presetOf(methods[0] ?? "");
    this.preset.value = preset ?? "";
    this.methods.one.value = preset === undefined ? methods[0] ?? defaultMethodOf(this.task) : defaultMethodOf(this.task);
    if (this.methods.one.selectedIndex < 0) this.methods.one.selectedIndex = 0;
    this.arrange(models, methods);
    this.target.show(view);
    return missing;
  }

  /** The model with this name, or the first that suits the view's texts. */
  private modelFor(view: View, name: string | undefined): Model | undefined {
    const {models} = this.served, sample = samples.find(({id}) => id === view.sample);
    return models.find(model => model.name === name) ?? models.find(({task}) => task === sample?.task) ??
      models.find(({task}) => isQuestion(task) === Boolean(view.texts[1])) ?? models[0];
  }

  private whyNot(method: string): string {
    const preset = presetOf(method) ?? "";
    return this.served.presets.some(({name}) => name === preset) ? `“${preset}” is not for a model that ${taskNames[this.task] ?? "has this task"}.`
      : `This server has no method “${method}”.`;
  }

  /** Marks the tab of a place that a link leads to. @return whether this server has it */
  goElsewhere(place: Place): boolean {
    const has = place === "tables" || this.served.asks;
    if (has) this.tabs.show(place);
    return has;
  }

  /** Puts texts into the fields as if they were typed. */
  type(texts: Texts): void {
    this.text.type(texts);
  }

  /** Whether the chosen method explains in one pass, so that it need not wait for a button. */
  get isQuick(): boolean {
    return !this.isCompared && !this.windows && this.chosen().every(name => this.served.table.method(name)?.isShort === true);
  }

  /** Sets a target other than the prediction. */
  aim({label, answer, position}: Aim): void {
    this.options.clear("target");
    if (position !== undefined) this.options.show({...this.options.values(), target: position});
    this.target.show({...(label !== undefined && {label}), ...(answer !== undefined && {answer})});
    this.options.list();
    this.submit(false);
  }

  readWindows(): void {
    this.windows = true;
    this.submit(false);
  }

  /** Chooses which of several entities is shown. */
  chooseEntity(index: number): void {
    this.entity = index;
  }

  replaceLastText(text: string): void {
    this.text.replaceLast(text, isQuestion(this.task));
    this.startOver();
    this.submit(true);
  }

  /** Whether there is a form field for the request field that a message names. */
  hasField(name: string): boolean {
    return this.options.has(name) || this.field(name) !== undefined;
  }

  goTo(name: string): void {
    this.fold.fold(false);
    if (this.options.has(name)) this.options.open();
    this.field(name)?.focus();
  }

  private field(name: string): HTMLElement | undefined {
    const {first, second} = this.text;
    const own: Record<string, HTMLElement> = {
      text: first, question: first, context: second, pair: second, model: this.models.one, method: this.methods.one, preset: this.methods.one,
      answer: this.target.answerField, target: this.target.field,
    };
    return this.options.field(name) ?? own[name];
  }

  private model(): Model | undefined {
    return this.served.models.find(({name}) => name === this.models.one.value);
  }

  /** A choice takes effect immediately, except in a comparison, whose many explanations wait for the button. */
  private now(): void {
    if (!this.isCompared) this.submit(false);
  }

  /** Forgets windows and entities, which belong to the previous text. */
  private startOver(): void {
    this.windows = false;
    this.entity = 0;
  }

  private get isCompared(): boolean {
    return this.tabs.mode === "compare";
  }

  private choseTab(): void {
    const {mode} = this.tabs;
    if (mode === "ask" || mode === "tables") {
      this.leave(mode);
      return;
    }
    this.startOver();
    this.arrange();
    this.submit(true);
  }

  private choseSample(sample: Sample | undefined): void {
    if (!sample) {
      this.text.showOwn();
      this.otherText();
      this.edited();
      return;
    }
    if (sample.task !== this.task) this.models.one.value = this.served.models.find(({task}) => task === sample.task)?.name ?? "";
    this.text.put(sample.texts);
    this.otherText();
    this.now();
  }

  private choseModel(): void {
    const sample = this.text.sample();
    if (sample && sample.task !== this.task) {
      this.text.showFirst(this.task);
      this.otherText();
    } else {
      if (isQuestion(this.task) !== isQuestion(this.listed)) this.text.move(isQuestion(this.task));
      this.arrange();
      if (!this.text.texts()[0]) this.goTo("question");
    }
    this.now();
  }

  private choseMethod(): void {
    // Options of one method may be meaningless for another.
    this.options.dropOthers();
    this.showSummary();
    this.options.list();
    this.now();
  }

  private otherText(): void {
    this.target.clearAnswer();
    this.startOver();
    this.options.clear("target");
    this.arrange();
  }

  /** Names of the presets for the model's task. */
  private presets(): string[] {
    return this.served.presets.filter(({tasks}) => tasks?.includes(this.task) ?? true).map(({name}) => name);
  }

  private usual(): Common[] {
    return common.filter(({name}) => this.served.table.method(name));
  }

  private unusual(): string[] {
    return this.served.table.methods.map(({name}) => name).filter(name => !common.some(one => one.name === name));
  }

  private listMethods(): void {
    const before = this.methods.one.value, wasDefault = before === defaultMethodOf(this.listed), preset = this.preset.value;
    this.listed = this.task;
    const usual = this.usual();
    this.methods.list([...usual.map(({name, text, good}) => ({name, text: `${text}: ${good}${this.costText(name)}`, group: "Usual"})),
      ...this.unusual().map(name => ({name, text: `${headingOf(name)}${this.costText(name)}`, group: usual.length ? "All methods" : undefined}))]);
    this.methods.one.value = wasDefault || !before ? defaultMethodOf(this.task) : before;
    if (this.methods.one.selectedIndex < 0) this.methods.one.selectedIndex = 0;
    const presets = this.presets();
    this.preset.replaceChildren(option("", "limn"), ...presets.map(name => option(name, presetText(name))));
    this.preset.value = presets.includes(preset) ? preset : "";
  }

  private costText(method: string): string {
    const seconds = this.costs.seconds(method, this.options.values());
    return seconds === undefined ? "" : ` · ${aboutText(seconds)}`;
  }

  /** Shows what each method costs on the text that was just explained. */
  showCosts(): void {
    this.listMethods();
    this.showSummary();
  }

  /** Sets an option, as if it were chosen under More. */
  setOption(name: string, value: string): void {
    this.options.show({...this.options.values(), [name]: value});
    this.options.list();
  }

  /** The chosen method, or all that are ticked; a preset is chosen like a method. */
  private chosen(): string[] {
    return this.isCompared || !this.preset.value ? this.methods.names() : [presetName(this.preset.value)];
  }

  private showSummary(): void {
    part("method-says", HTMLElement).textContent = this.preset.value ? "Scores as this system computes them." : [this.served.table.method(this.methods.one.value)?.summary, this.costs.seconds(this.methods.one.value, this.options.values()) !== undefined && `${this.costText(this.methods.one.value).slice(3)} on this text.`].filter(Boolean).join(" ");
  }

  /** Shows the fields for the model's task, and for a comparison or not. @param models, methods what is compared; by default what was checked before */
  private arrange(models?: readonly string[], methods?: readonly string[]): void {
    const task = this.task, several = this.isCompared;
    if (task !== this.listed) this.listMethods();
    this.text.arrange(task);
    if (several) {
      this.models.showSeveral(this.served.models.filter(one => one.task === task).map(({name}) => ({name})), models, []);
      this.methods.showSeveral([...this.usual().map(({name, text}) => ({name, text})), ...this.unusual().map(name => ({name, text: headingOf(name), group: "All methods"}))], methods, usuallyCompared);
    } else {
      this.models.showOne();
      this.methods.showOne();
    }
    this.target.arrange(task, task === "sequence-classification" ? (this.model()?.labels ?? []) : []);
    if (isGaps(task)) part("method-field", HTMLElement).hidden = true;
    part("preset-field", HTMLElement).hidden = isGaps(task) || several || this.presets().length === 0;
    part("go", HTMLButtonElement).textContent = several ? "Compare" : "Explain";
    this.fold.show(this.text.texts()[0]);
    this.showSummary();
    this.options.list();
  }
}
