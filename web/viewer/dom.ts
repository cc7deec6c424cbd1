// Elements from plain text. The viewer never parses markup: strings become text nodes.

type Child = Node | string | undefined | false;

type Properties = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children. A value of true gives an empty attribute, false and undefined give none. */
export function element<Name extends keyof HTMLElementTagNameMap>(name: Name, properties: Properties = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(properties)) {
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? "" : String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false && child !== ""));
  return made;
}

/** Sets a style property from script; unlike a style attribute, a strict Content-Security-Policy allows this. */
export function styled<E extends HTMLElement>(made: E, property: string, value: string | number): E {
  made.style.setProperty(property, typeof value === "number" ? value.toFixed(3) : value);
  return made;
}

export function button(text: string, press: () => void, properties: Properties = {}): HTMLButtonElement {
  const made = element("button", {type: "button", ...properties}, text);
  made.addEventListener("click", press);
  return made;
}

/** A disclosure whose contents are created when it is first opened. */
export function details(summary: string, fill: (body: HTMLElement) => void, properties: Properties = {}): HTMLDetailsElement {
  const body = element("div"), made = element("details", properties, element("summary", {}, summary), body);
  made.addEventListener("toggle", () => { if (made.open && !body.firstChild) fill(body); });
  return made;
}

/** Isolates the direction of quoted words, so that “שלום” does not reorder the sentence around it. */
export const isolated = (text: string): (Node | string)[] =>
  text.split(/(?<=“)([^”]*)(?=”)/).map((part, i) => (i % 2 ? element("bdi", {}, part) : part));

/** A thin bar that shows a share between 0 and 1. */
export function thinBar(share: number): HTMLElement {
  const width = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  return element("span", {class: "thin", "aria-hidden": "true"}, styled(element("span"), "--v", width));
}

/** Calls `draw` when the system switches between light and dark, as long as the element is in the page. */
export function onThemeChange(at: Element, draw: () => void): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const change = (): void => {
    if (at.isConnected) draw();
    else dark.removeEventListener("change", change);
  };
  dark.addEventListener("change", change);
}

let ids = 0;
/** An id that no other element of the page has. */
export const freshId = (name: string): string => `limn-${name}-${++ids}`;
