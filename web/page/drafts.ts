// What the user typed, kept by the browser tab so that it survives a refresh. If storage is blocked or full, nothing is
// kept, and everything else works.

import {fields} from "../viewer/json.js";
import type {Texts} from "./samples.js";

export interface Draft {
  texts: Texts;
  pending: boolean; // whether it was typed after the last explanation
}

const place = "limn.draft";

export function draft(): Draft | undefined {
  try {
    const kept = fields(JSON.parse(window.sessionStorage.getItem(place) ?? "null")), {first, second} = kept;
    return typeof first === "string" && typeof second === "string" ? {texts: [first, second], pending: kept["pending"] === true} : undefined;
  } catch {
    return undefined;
  }
}

export function keepDraft({texts: [first, second], pending}: Draft): void {
  try {
    window.sessionStorage.setItem(place, JSON.stringify({first, second, pending}));
  } catch {
    return;
  }
}

/** Notes that the fields no longer hold an unexplained text. */
export function settleDraft(): void {
  const kept = draft();
  if (kept?.pending) keepDraft({...kept, pending: false});
}
