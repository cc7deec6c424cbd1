// Makes text safe to show, and converts its offsets.

/** Converts offsets: limn's JSON counts code points, JavaScript UTF-16 units. */
export class Points {
  private readonly starts: Uint32Array | undefined; // undefined: every code point is one unit

  constructor(readonly text: string) {
    if (!/[\ud800-\udbff]/.test(text)) return;
    const starts = new Uint32Array(text.length + 1);
    let count = 0, at = 0;
    while (at < text.length) {
      starts[count++] = at;
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    }
    starts[count] = text.length;
    this.starts = starts.subarray(0, count + 1);
  }

  /** The unit at which a code point begins; the length if it is past the end. */
  unit(point: number): number {
    return (this.starts ? this.starts[point] : point < this.text.length ? point : undefined) ?? this.text.length;
  }
}

const bidiControls = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const unseen = new RegExp(`\\r\\n|[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufffe\\uffff${bidiControls}]`, "g");

/** Replaces control characters with visible symbols: ESC with ␛, U+202E with <U+202E>. Keeps line feeds and tabs. */
export function visible(text: string): string {
  return text.replace(unseen, found => {
    if (found === "\r\n") return "\n";
    const code = found.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

const extends_ = /^[\p{M}\u200d\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/u;
const flag = /^[\u{1f1e6}-\u{1f1ff}]/u;

/** Whether a cut at this unit would split what readers see as one character: e + accent, a family of emoji, a flag. */
export function splitsCharacter(text: string, unit: number): boolean {
  if (unit <= 0 || unit >= text.length) return false;
  const next = text.slice(unit, unit + 2), last = text.charCodeAt(unit - 1);
  if (last >= 0xd800 && last <= 0xdbff) return true;
  return last === 0x200d || extends_.test(next) || (flag.test(next) && flag.test(text.slice(unit - 2, unit)));
}

/** Returns the text on one line, with visible control characters and at most `most` characters before an ellipsis. */
export function shorten(text: string, most: number): string {
  const line = visible(text.slice(0, 16 * most).replace(/\s+/g, " ").trim());
  let end = 0, count = 0;
  while (end < line.length && count < most) {
    do end++;
    while (splitsCharacter(line, end));
    count++;
  }
  return end < line.length || text.length > 16 * most ? line.slice(0, end).trimEnd() + "…" : line;
}
