// Previous explanations, stored in this browser only. If storage is blocked or full, there is no history, and
// everything else works.

import {fields} from "../viewer/json.js";

export interface Visit {
  link: string; // the fragment of the view
  title: string;
  said: string;
}

const place = "limn.history", most = 50;

/** localStorage; undefined if the browser blocks it. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

export function visits(): Visit[] {
  try {
    const kept: unknown = JSON.parse(storage()?.getItem(place) ?? "[]");
    const rows = Array.isArray(kept) ? kept.map(fields) : [];
    return rows.flatMap(({link, title, said}) =>
      typeof link === "string" && typeof title === "string" && typeof said === "string" ? [{link, title, said}] : []).slice(0, most);
  } catch {
    return [];
  }
}

/** Adds a visit at the front and drops the oldest ones if there is no room. @return whether it was stored */
export function remember(visit: Visit): boolean {
  const rows = [visit, ...visits().filter(({link}) => link !== visit.link)].slice(0, most);
  for (; rows.length; rows.pop()) {
    try {
      const kept = storage();
      if (!kept) return false;
      kept.setItem(place, JSON.stringify(rows));
      return true;
    } catch {
      continue; // full: try with one less
    }
  }
  return false;
}

export function forget(): void {
  try {
    storage()?.removeItem(place);
  } catch {
    return;
  }
}
