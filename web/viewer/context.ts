import type {Tip} from "./tip.js";

/** How a viewer is to look. */
export interface Options {
  /** "auto" follows the reader's system. */
  theme?: "auto" | "light" | "dark";
  /** Show pieces and special tokens from the start. */
  special?: boolean;
  /** The level of the headings, from 1 to 6; 2 unless told otherwise. */
  heading?: number;
  /** How saved files are called, without an ending. */
  name?: string;
}

/** What the views of one viewer share. */
export interface Context {
  tip: Tip;
  options: Options;
  heading: number;
  json: unknown; // as it came in
}
