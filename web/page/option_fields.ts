// The options under More: one field per option of the server's table that applies to the chosen methods.

import {button, element} from "../viewer/dom.js";
import {option} from "./choice.js";
import {part} from "./parts.js";
import {labelOf, type Option, type Table} from "./table.js";

/** What the fields depend on. */
export interface Chosen {
  methods: readonly string[];
  task: string;
  labels: readonly string[]; // of the model
}

type Values = Readonly<Record<string, string>>;
type Properties = Readonly<Record<string, string | undefined>>;

export class OptionFields {
  private readonly more = part("more", HTMLDetailsElement);
  private readonly fields = part("options", HTMLElement);
  private set: Record<string, string> = {};

  /** @param chosen called whenever the fields are listed. */
  constructor(private readonly table: Table, private readonly chosen: () => Chosen) {
    this.more.addEventListener("toggle", () => { if (!this.fields.firstChild) this.list(); });
    this.fields.addEventListener("change", event => {
      const field = event.target;
      if (field instanceof HTMLElement && "name" in field && "value" in field) this.set[String(field.name)] = String(field.value);
    });
  }

  /** The values that were set, by name. */
  values(): Values {
    return {...this.set};
  }

  show(values: Values): void {
    this.set = {...values};
  }

  clear(name: string): void {
    delete this.set[name]; // eslint-disable-line @typescript-eslint/no-dynamic-delete
  }

  /** Forgets options that do not apply to the chosen methods. */
  dropOthers(): void {
    const {methods, task} = this.chosen();
    this.set = Object.fromEntries(this.table.applicable(this.set, methods, task));
  }

  /** Whether there is a field for this option, or would be if More were open. */
  has(name: string): boolean {
    const {methods, task} = this.chosen();
    return this.table.applies(name, methods, task);
  }

  field(name: string): HTMLElement | null {
    return this.fields.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`);
  }

  open(): void {
    this.more.open = true;
    this.list();
  }

  /** Creates the fields only while they are visible, so that the first view appears sooner. */
  list(): void {
    if (!this.more.open) {
      this.fields.replaceChildren();
      return;
    }
    const chosen = this.chosen();
    this.fields.replaceChildren(...this.table.options.filter(({name}) => this.table.applies(name, chosen.methods, chosen.task)).map(row => this.fieldOf(row, chosen)));
    if (Object.values(this.set).some(Boolean)) {
      this.fields.append(button("Back to the defaults", () => {
        this.set = {};
        this.list();
      }));
    }
  }

  private fieldOf(row: Option, chosen: Chosen): HTMLElement {
    const {name} = row, id = `option-${name}`, title = row.help || undefined, entry = inputOf(row, this.table.usual(row, chosen.methods), {id, name, title}, chosen);
    entry.value = this.set[name] ?? "";
    const list = entry.getAttribute("list");
    return element("div", {class: "option"}, element("label", {for: id, title}, labelOf(name)), entry,
      list !== null && element("datalist", {id: list}, ...row.values.map(value => option(value))));
  }
}

/** The control for the option's value; if it is empty, the option keeps its default. @param usual the default, in words */
function inputOf({name, type, values, least, most}: Option, usual: string, own: Properties, {labels}: Chosen): HTMLSelectElement | HTMLInputElement | HTMLTextAreaElement {
  if (type === "flag") return element("select", own, option("", "no"), option("true", "yes"));
  const choices = name === "contrast" ? labels : type === "choice" ? values : undefined;
  if (choices) return element("select", own, option("", usual), ...choices.filter(value => value !== usual).map(value => option(value)));
  if (type === "texts") return element("textarea", {...own, placeholder: `${usual}; one text per line`, rows: 2});
  if (type === "count" || type === "number") {
    return element("input", {...own, type: "number", placeholder: usual, min: least, max: most, step: type === "count" ? 1 : "any"});
  }
  return element("input", {...own, type: "text", placeholder: usual, list: values.length > 0 && `${String(own["id"])}-list`});
}
