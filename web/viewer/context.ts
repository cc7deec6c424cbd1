import type {Tip} from "./tip.js";

/** The appearance of a viewer. */
export interface Options {
  /** "auto" follows the system's setting. */
  theme?: "auto" | "light" | "dark";
  /** Whether subwords and special tokens are shown from the start. */
  special?: boolean;
  /** Level of the first heading, from 1 to 6; 2 by default. */
  heading?: number;
  /** Name of saved files, without extension; `limn` by default. */
  name?: string;
}

/** The state that the views of one viewer share. */
export interface Context {
  tip: Tip;
  options: Options;
  heading: number;
  json: unknown; // as passed to show()
}
