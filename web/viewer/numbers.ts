// Formats numbers for people. The minus sign is U+2212.

const notANumber = "not a number";

function withTrueMinus(digits: string): string {
  const signed = /[1-9]/.test(digits) ? digits.replace(/^-/, "\u2212") : digits.replace(/^-/, "");
  return signed.replace("e-", "e\u2212");
}

/** Formats a score with as many decimals as three significant digits of `scale`, the largest score, need. */
export function scoreText(score: number, scale: number): string {
  if (!Number.isFinite(score)) return notANumber;
  if (score === 0) return "0";
  const largest = Math.abs(scale);
  if (!Number.isFinite(largest) || largest < 1e-4 || largest >= 1e6) return withTrueMinus(score.toExponential(2));
  return withTrueMinus(score.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest))))));
}

/** "83%", "99.8%", "<0.1%". */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (!Number.isFinite(percent)) return notANumber;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  if (percent < 100 && percent > 99.9) return ">99.9%";
  const nearAnEnd = percent < 9.95 || percent >= 98.95;
  return `${percent.toFixed(nearAnEnd && percent !== 0 && percent !== 100 ? 1 : 0)}%`;
}

/** "41 ms", "2.3 s". */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return notANumber;
  if (seconds < 0.001) return "<1 ms";
  return seconds < 1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

/** Four significant digits. */
export function valueText(value: number): string {
  if (!Number.isFinite(value)) return notANumber;
  const small = value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6);
  return withTrueMinus(small ? value.toExponential(3) : String(Number(value.toPrecision(4))));
}

/** "0.46"; "–" if it is undefined. */
export const correlationText = (value: number | undefined): string => (value === undefined ? "–" : withTrueMinus(value.toFixed(2)));

/** About three digits and an SI prefix: "22.7 M", "812". */
export function shortNumber(value: number, unit = ""): string {
  let rest = value, power = 0;
  while (rest >= 999.5 && power < 3) {
    rest /= 1000;
    power++;
  }
  const prefix = ["", "k", "M", "G"][power] ?? "";
  return `${rest.toFixed(rest < 99.95 && power > 0 ? 1 : 0)} ${prefix}${unit}`.trimEnd();
}

/** "1 pass", "7.5 passes". */
export const count = (number: number, thing: string, things: string): string =>
  `${Math.round(10 * number) / 10} ${number === 1 ? thing : things}`;
