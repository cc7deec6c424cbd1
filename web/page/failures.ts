// Shows what went wrong and what the user can do about it.

import {element} from "../viewer/dom.js";
import {shorten} from "../viewer/text.js";
import {statement} from "./pane.js";
import type {Failure} from "./server.js";

export interface Ways {
  cannot?: string; // the heading for a request that is refused
  again: () => void;
  withKey: (key: string) => void;
  shorter: (share: number) => void; // keeps this share of the text
  ways: [string, () => void][]; // what takes less time, if the work took too much
  goThere: (() => void) | undefined; // focuses the field that the message is about
}

const longest = 400;
const line = (name: string, text: string): HTMLElement | string => (text ? element("p", {class: "part"}, element("b", {}, name), ` ${shorten(text, longest)}`) : "");

// The share of the text that fits, from "12000 tokens" and "at most 8192"; a little less, because words differ in their
// number of tokens.
function shareThatFits(found: string, expected: string): number {
  const has = Number(/\d+/.exec(found)?.[0]), may = Number(/\d+/.exec(expected)?.[0]);
  return has > may && may > 0 ? (0.95 * may) / has : 0.5;
}

function tooLong(found: string, expected: string): string {
  if (!expected) return "";
  return /\d/.test(found) ? `It has ${found}; the server accepts ${expected}.` : `The server accepts ${expected}.`;
}

function keyForm(withKey: (key: string) => void): HTMLElement {
  const entry = element("input", {type: "password", id: "key", autocomplete: "off"});
  const form = element("form", {class: "actions"}, element("label", {for: "key"}, "Key"), entry, element("button", {type: "submit", class: "primary"}, "Continue"));
  form.addEventListener("submit", event => {
    event.preventDefault();
    withKey(entry.value.trim());
  });
  return form;
}

export function failureState({trouble, problem, retrySeconds}: Failure, {again, withKey, shorter, ways, goThere, cannot = "That cannot be explained"}: Ways): HTMLElement {
  const {detail, found, expected, hint} = problem;
  const there: [string, () => void][] = goThere ? [["Go to the field", goThere]] : [];
  switch (trouble) {
    case "away":
      return statement("trouble", "The server does not answer", ["What you typed is not lost.",
        "Is limn serve still running? The page tries again every three seconds."], [["Try now", again]]);
    case "busy":
      return statement("trouble", "The server is busy", ["It has more requests than it can process.",
        retrySeconds ? `The page tries again in ${retrySeconds} ${retrySeconds === 1 ? "second" : "seconds"}.` : "Try again in a moment."], [["Try now", again]]);
    case "key":
      return statement("trouble", "This server requires a key", ["Ask the person who runs it for one. The page forgets the key when it is closed.", keyForm(withKey)]);
    case "long":
      return statement("trouble", "The text is too long for this server", [tooLong(found, expected) || shorten(detail, longest),
        "The page can keep the beginning. The command limn explain has no such limit."],
      [["Keep the beginning", () => { shorter(shareThatFits(found, expected)); }], ...there]);
    case "broken":
      return statement("trouble", "The server failed", [shorten(detail, longest), "This is a fault in limn. The server's log has details."], [["Try again", again]]);
    case "refused":
      if (ways.length) return statement("trouble", "It took too long for this server", ["The work was stopped. This would take less time:"], ways);
      return statement("trouble", cannot, [
        ...(found || expected ? [line("Field", problem.field.replaceAll("_", " ")), line("Found", found), line("Expected", expected)] : [shorten(detail, longest)]),
        line("Hint", hint)], [...there, ["Try again", again]]);
  }
}
