// What was explained before, kept in this browser only. It may be blocked or full: then there is no past, and nothing breaks.

import {fields} from "../viewer/json.js";

export interface Visit {
  link: string; // the view, as state.ts writes it
  title: string;
  said: string;
}

const place = "limn.history", most = 50;

/** localStorage, or nothing where the browser keeps none. */
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

/** Puts a visit first; the oldest go when there is no room. Whether it is kept. */
export function remember(visit: Visit): boolean {
  const rows = [visit, ...visits().filter(({link}) => link !== visit.link)].slice(0, most);
  for (; rows.length; rows.pop()) {
    try {
      const kept = storage();
      if (!kept) return false;
      kept.setItem(place, JSON.stringify(rows));
      return true;
    } catch {
      continue; // full: with one less
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
