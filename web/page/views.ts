// What the page and its other views, which more.js contains, know of each other.

import type {Served} from "./server.js";

/** A tab whose view is in more.js. */
export type Place = "ask" | "tables";

/** What a view needs of the page. */
export interface Home {
  served: Served;
  /** Puts a view into the address. @param isNew whether the Back button returns to the previous one */
  note(fragment: string, isNew: boolean): void;
  /** Lists a view under History. */
  remember(link: string, title: string, said: string): void;
  /** What screen readers announce. */
  say(text: string): void;
}

export interface OtherView {
  readonly element: HTMLElement;
  /** Shows what a link describes. @param given its fields; without any but the place, the view stays as it is */
  show(given: URLSearchParams): void;
  /** The link of what is shown. */
  link(): string;
}

export type Views = Readonly<Record<Place, (home: Home) => OtherView>>;

const places: readonly Place[] = ["ask", "tables"];

/** The place that a link leads to; undefined: the page itself. */
export function placeOf(fragment: string): Place | undefined {
  const named = new URLSearchParams(fragment).get("view");
  return places.find(place => place === named);
}

declare global {
  interface Window {
    /** Set while more.js is loaded, which adds its views. */
    limnPage?: {readonly shared: unknown; views?: Views};
  }
}
