// Sorts many texts without freezing the page: merges in slices, between which the browser draws.

/** Milliseconds of work between two frames. */
const slice = 12;
/** Texts that are sorted at once. */
const run = 1024;

/** The place of each text in the sorted order; equal texts keep their order. */
export async function ranksOf(texts: readonly string[]): Promise<Int32Array> {
  const {length} = texts, before = (a: number, b: number): boolean => {
    const [x = "", y = ""] = [texts[a], texts[b]];
    return x < y || (x === y && a < b);
  };
  let from: Int32Array = Int32Array.from({length}, (_, i) => i), to: Int32Array = new Int32Array(length), since = performance.now();
  const pause = async (): Promise<void> => {
    if (performance.now() - since < slice) return;
    await new Promise(resolve => { setTimeout(resolve); });
    since = performance.now();
  };
  for (let at = 0; at < length; at += run) {
    from.subarray(at, at + run).sort((a, b) => (before(a, b) ? -1 : 1));
    await pause();
  }
  for (let width = run; width < length; width *= 2) {
    for (let begin = 0; begin < length; begin += 2 * width) {
      const middle = Math.min(begin + width, length), end = Math.min(begin + 2 * width, length);
      let left = begin, right = middle;
      for (let at = begin; at < end; at++) {
        const takesLeft = left < middle && (right >= end || before(from[left] ?? 0, from[right] ?? 0));
        to[at] = from[takesLeft ? left++ : right++] ?? 0;
        if (at % run === 0) await pause();
      }
    }
    [from, to] = [to, from];
  }
  const ranks = new Int32Array(length);
  from.forEach((index, place) => { ranks[index] = place; });
  return ranks;
}
