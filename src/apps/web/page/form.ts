// The left pane: the text, the model, the method, and the rest under More, in the order of thought.

import {button, details, element, freshId} from "../viewer/dom.js";
import {shorten} from "../viewer/text.js";
import type {Model, Offer} from "./api.js";
import {groups} from "./samples.js";
import {clearHistory, emptyState, history, type State} from "./state.js";

/** Settings that are passed on as they are. */
interface Setting {
  name: string;
  label: string;
  kind: "choice" | "count" | "number" | "text" | "flag";
}
const settings: Setting[] = [
  {name: "preset", label: "Preset", kind: "choice"},
  {name: "explain", label: "What is explained", kind: "choice"},
  {name: "unit", label: "Unit", kind: "choice"},
  {name: "normalize", label: "Normalize", kind: "choice"},
  {name: "reduce", label: "Reduce", kind: "choice"},
  {name: "layer", label: "Layer", kind: "text"},
  {name: "baseline", label: "Baseline", kind: "text"},
  {name: "absent", label: "In place of a unit", kind: "choice"},
  {name: "steps", label: "Steps", kind: "count"},
  {name: "samples", label: "Samples", kind: "count"},
  {name: "seed", label: "Seed", kind: "count"},
  {name: "max_length", label: "Tokens read at once", kind: "count"},
  {name: "null_threshold", label: "No-answer threshold", kind: "number"},
  {name: "always_answer", label: "Always answer", kind: "flag"},
];
export const settingNames: ReadonlySet<string> = new Set(settings.map(setting => setting.name));

/** The fields of a request that the state stands for. */
export function requestOf(state: State, task: string): Record<string, unknown> {
  const body: Record<string, unknown> = task === "question-answering"
    ? {question: state.first, context: state.second}
    : {text: state.first, ...(state.second && {pair: state.second})};
  for (const name of ["target", "answer", "contrast"] as const) if (state[name]) body[name] = state[name];
  for (const {name, kind} of settings) {
    const value = state.more.get(name);
    if (value) body[name] = kind === "count" || kind === "number" ? Number(value) : kind === "flag" ? true : value;
  }
  return body;
}

interface Actions {
  run(): void;
  choose(fragment: string): void;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function labelled(text: string, control: Control, note = ""): HTMLElement {
  control.id ||= freshId("field");
  return element("div", {class: "field"}, element("label", {for: control.id}, text, note && element("span", {class: "note"}, ` ${note}`)), control);
}

function select(options: [string, string][], value: string): HTMLSelectElement {
  const made = element("select", {}, ...options.map(([name, shown]) => element("option", {value: name}, shown)));
  made.value = value;
  if (made.selectedIndex < 0) made.selectedIndex = 0;
  return made;
}

export class Form {
  state: State = emptyState();
  private readonly fields = new Map<string, Control>();
  private readonly pastList = element("div");

  constructor(private readonly pane: HTMLElement, private readonly offer: Offer, private readonly actions: Actions) {
    pane.addEventListener("keydown", event => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      actions.run();
    });
  }

  get model(): Model | undefined {
    return this.offer.models.find(model => model.name === this.state.models[0]) ?? this.offer.models[0];
  }

  /** The first text that the first model can read. */
  sample(): State {
    const state = emptyState(), group = groups.find(one => one.task === this.offer.models[0]?.task);
    // The seventh question is the one with the shortest answer in a long text.
    const [first = "", second = ""] = group?.samples[group.task === "question-answering" ? 6 : 0] ?? [];
    return {...state, first, second};
  }

  /** Shows a state, whose names are made to fit what the server has. */
  set(state: State): void {
    const names = state.models.filter(name => this.offer.models.some(model => model.name === name));
    const first = this.offer.models.find(model => model.name === names[0]) ?? this.offer.models[0];
    const same = names.filter(name => this.offer.models.some(model => model.name === name && model.task === first?.task));
    const methods = state.methods.filter(name => this.offer.methods.includes(name));
    this.state = {...state, models: same.length ? same : first ? [first.name] : [], methods: methods.length ? methods : ["gradient"]};
    this.draw();
  }

  /** Marks what a problem is about. */
  blame(field: string): void {
    const name = {text: "first", question: "first", pair: "second", context: "second"}[field] ?? field;
    for (const [other, control] of this.fields) {
      if (other === name) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    const at = this.fields.get(name)?.closest("details");
    if (at) at.open = true;
  }

  drawHistory(): void {
    const list = history();
    this.pastList.replaceChildren(list.length === 0 ? element("p", {class: "facts"}, "Nothing yet. What you explain is kept in this browser alone.") :
      element("ol", {class: "past"}, ...list.map(({fragment, asked, said}) => {
        const link = element("a", {href: fragment}, element("bdi", {}, shorten(asked, 60) || "(empty text)"), element("bdi", {class: "facts"}, shorten(said, 40)));
        link.addEventListener("click", event => {
          event.preventDefault();
          this.actions.choose(fragment);
        });
        return element("li", {}, link);
      })));
    if (list.length) this.pastList.append(button("Forget all", () => {
      clearHistory();
      this.drawHistory();
    }));
  }

  private keep<C extends Control>(name: string, control: C, change: (value: string) => void, run: boolean): C {
    this.fields.set(name, control);
    control.addEventListener("input", () => {
      control.removeAttribute("aria-invalid");
      change(control instanceof HTMLInputElement && control.type === "checkbox" ? (control.checked ? "true" : "") : control.value);
    });
    if (run) control.addEventListener("change", () => { this.actions.run(); });
    return control;
  }

  private texts(task: string): HTMLElement[] {
    const {state} = this, question = task === "question-answering";
    const area = (name: "first" | "second", rows: number): HTMLTextAreaElement => {
      const made = element("textarea", {rows, dir: "auto", spellcheck: "false"});
      made.value = state[name];
      return this.keep(name, made, value => { state[name] = value; }, false);
    };
    const fitting = groups.filter(group => this.offer.models.some(model => model.task === group.task));
    const sample = element("select", {}, element("option", {value: ""}, "Choose a sample…"),
      ...fitting.map(group => element("optgroup", {label: group.name}, ...group.samples.map(([first = ""], i) =>
        element("option", {value: `${groups.indexOf(group)} ${i}`}, shorten(first, 60))))));
    sample.addEventListener("change", () => {
      const [at = 0, i = 0] = sample.value.split(" ").map(Number), group = groups[at], [first = "", second = ""] = group?.samples[i] ?? [];
      const model = this.model?.task === group?.task ? this.model : this.offer.models.find(one => one.task === group?.task);
      const models = this.model?.task === group?.task ? state.models : model ? [model.name] : [];
      this.set({...state, first, second, models, target: "", answer: "", contrast: ""});
      this.actions.run();
    });
    return [labelled("Sample", sample), labelled(question ? "Question" : "Text", area("first", question ? 2 : 5)),
      ...(question ? [labelled("Context", area("second", 10), "where the answer is looked for")] : [])];
  }

  private target(model: Model | undefined): HTMLElement[] {
    const {state} = this;
    if (model?.task === "sequence-classification" && model.labels.length > 1) {
      const labels = (none: string): [string, string][] => [["", none], ...model.labels.map((label): [string, string] => [label, label])];
      return [labelled("Explain", this.keep("target", select(labels("what the model says"), state.target), value => { state.target = value; }, true)),
        labelled("Rather than", this.keep("contrast", select(labels("nothing in particular"), state.contrast), value => { state.contrast = value; }, true))];
    }
    const question = model?.task === "question-answering", name = question ? "answer" : "target";
    const input = element("input", {type: "text", placeholder: "what the model says", dir: "auto"});
    input.value = state[name];
    return [labelled(question ? "Answer to explain" : "Target", this.keep(name, input, value => {
      state[name] = value;
      if (question) state.target = "";
    }, true), question ? "words of the context" : "POSITION:LABEL")];
  }

  /** More models of the task, or more methods: checked ones are compared. */
  private others(): HTMLElement {
    const {state, offer: {models, methods}} = this, task = this.model?.task;
    const boxes = (title: string, names: string[], key: "models" | "methods"): HTMLElement =>
      element("fieldset", {}, element("legend", {}, title), ...names.map(name => {
        const box = element("input", {type: "checkbox"});
        box.checked = state[key].includes(name);
        box.addEventListener("change", () => {
          state[key] = box.checked ? [...state[key], name] : state[key].filter(other => other !== name);
          this.actions.run();
        });
        return element("label", {class: "box"}, box, ` ${name}`);
      }));
    const same = models.filter(model => model.task === task && model.name !== state.models[0]).map(model => model.name);
    const made = details("Compare", body => {
      if (same.length) body.append(boxes("with the models", same, "models"));
      body.append(boxes("with the methods", methods.filter(name => name !== state.methods[0]), "methods"));
    });
    made.open = state.models.length > 1 || state.methods.length > 1;
    return made;
  }

  private more(): HTMLElement {
    const {state} = this;
    const control = ({name, kind}: Setting): Control => {
      const value = state.more.get(name) ?? "", change = (given: string): void => { state.more.set(name, given); };
      if (kind === "choice") {
        const choices = name === "preset" ? this.offer.presets : this.offer.choices.get(name) ?? [];
        return this.keep(name, select([["", "default"], ...choices.map((choice): [string, string] => [choice, choice])], value), change, true);
      }
      if (kind === "flag") {
        const box = element("input", {type: "checkbox"});
        box.checked = value !== "";
        return this.keep(name, box, change, true);
      }
      const input = element("input", kind === "text" ? {type: "text", placeholder: "default"} : {type: "number", min: kind === "count" ? 0 : undefined, step: kind === "count" ? 1 : "any", placeholder: "default"});
      input.value = value;
      return this.keep(name, input, change, true);
    };
    const made = element("details", {}, element("summary", {}, "More"), element("div", {class: "grid-of-fields"}, ...settings.map(setting => labelled(setting.label, control(setting)))));
    made.open = [...state.more.values()].some(Boolean);
    return made;
  }

  private draw(): void {
    const {state, model, offer: {models, methods}} = this;
    this.fields.clear();
    const pick = select(models.map(one => [one.name, one.name]), state.models[0] ?? "");
    pick.addEventListener("change", () => {
      const chosen = models.find(one => one.name === pick.value);
      const other = chosen?.task !== model?.task;
      const begin = other ? groups.find(group => group.task === chosen?.task)?.samples[0] ?? [] : [state.first, state.second];
      this.set({...state, models: [pick.value], first: begin[0] ?? "", second: begin[1] ?? "", target: "", answer: "", contrast: ""});
      this.actions.run();
    });
    this.fields.set("model", pick);
    const how = this.keep("method", select(methods.map(name => [name, name]), state.methods[0] ?? ""), value => { state.methods = [value]; }, false);
    how.addEventListener("change", () => {
      this.set(state);
      this.actions.run();
    });
    const past = details("History", body => {
      body.append(this.pastList);
      this.drawHistory();
    });
    this.pane.replaceChildren(...this.texts(model?.task ?? ""),
      element("div", {class: "grid-of-fields"}, labelled("Model", pick), labelled("Method", how), ...this.target(model)),
      element("div", {class: "row go"}, button("Explain", () => { this.actions.run(); }, {class: "primary"}), element("span", {class: "facts"}, "Ctrl + Enter")),
      this.others(), this.more(), past);
  }
}
