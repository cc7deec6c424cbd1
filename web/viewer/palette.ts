// The heat colours, the same as in the terminal: violet for magnitudes without a sign, blue for the target, orange
// against it. The style sheet repeats these numbers.

export type Theme = "light" | "dark";
export type Color = readonly [number, number, number];

/** Opacity of the hue at full heat. */
export const mostAlpha = 0.85;

const pages: Record<Theme, Color> = {light: [255, 255, 255], dark: [17, 17, 17]};
const inks: Record<Theme, Color> = {light: [0, 0, 0], dark: [255, 255, 255]};
/** What a colour means: for the target, against it, or a magnitude without a sign. */
export type Hue = "for" | "against" | "size";
const hues: Record<Theme, Record<Hue, Color>> = {
  light: {for: [0, 80, 200], against: [228, 112, 0], size: [122, 30, 160]},
  dark: {for: [64, 140, 255], against: [255, 148, 32], size: [196, 120, 255]},
};

/** The hue of an intensity. @param signed whether scores have signs */
export const hueOf = (intensity: number, signed: boolean): Hue => (!signed ? "size" : intensity < 0 ? "against" : "for");

/** Relative luminance (WCAG 2.2). */
export function luminance([red, green, blue]: Color): number {
  const linear = (channel: number): number => (channel <= 10.31475 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio (WCAG 2.2), from 1 to 21. */
export function contrast(a: Color, b: Color): number {
  const one = luminance(a) + 0.05, other = luminance(b) + 0.05;
  return Math.max(one, other) / Math.min(one, other);
}

/** The background of a word: the hue over the page's colour. */
export function heat(intensity: number, theme: Theme, signed = true): Color {
  const over = hues[theme][hueOf(intensity, signed)], under = pages[theme], share = mostAlpha * Math.abs(intensity);
  const mix = (i: 0 | 1 | 2): number => Math.round(share * over[i] + (1 - share) * under[i]);
  return [mix(0), mix(1), mix(2)];
}

/** The colour of text on heat: the page's text colour if its contrast suffices, otherwise its opposite. */
export function ink(intensity: number, theme: Theme, signed = true): Color {
  const usual = inks[theme];
  return contrast(heat(intensity, theme, signed), usual) >= 4.5 ? usual : inks[theme === "light" ? "dark" : "light"];
}

// The magnitude from which text has the opposite colour: the last step of 1/255 at which both colours are readable.
function flipsFrom(hue: Hue, theme: Theme): number {
  const sign = hue === "against" ? -1 : 1;
  for (let step = 0; step <= 255; step++) if (ink((sign * step) / 255, theme, hue !== "size") !== inks[theme]) return (step - 1) / 255;
  return Infinity;
}

const flipsOf = (theme: Theme): Record<Hue, number> => ({for: flipsFrom("for", theme), against: flipsFrom("against", theme), size: flipsFrom("size", theme)});
const flips: Record<Theme, Record<Hue, number>> = {light: flipsOf("light"), dark: flipsOf("dark")};

/** score / scale, clamped to [-1, 1]; 0 if that is not a number. */
export function intensity(score: number, scale: number): number {
  const share = score / scale;
  return Number.isFinite(share) ? Math.min(1, Math.max(-1, share)) : 0;
}

/** Puts heat behind an element of class "w". @param signed whether scores have signs; otherwise the hue is that of magnitudes */
export function paint(element: HTMLElement, value: number, signed: boolean): void {
  const magnitude = Math.abs(value), hue = hueOf(value, signed);
  element.style.setProperty("--a", (mostAlpha * magnitude).toFixed(3));
  element.classList.toggle("n", hue === "against");
  element.classList.toggle("m", hue === "size");
  element.classList.toggle("x", magnitude >= flips.light[hue]);
  element.classList.toggle("y", magnitude >= flips.dark[hue]);
}
