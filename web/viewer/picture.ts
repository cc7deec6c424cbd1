// Draws what the page shows as SVG: backgrounds as rectangles and words as text, at the browser's own positions.

const namespace = "http://www.w3.org/2000/svg";
type Attributes = Record<string, string | number>;

function shape(name: string, attributes: Attributes, text?: string): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Whether a computed colour shows nothing. Only a fourth number is an opacity: rgb(228, 112, 0) is a colour. */
export const isClear = (color: string): boolean => color === "transparent" || /^\w+\((?:[^,/)]+,){3}\s*0(?:\.0+)?%?\)$|\/\s*0(?:\.0+)?%?\)$/.test(color);

/** A text node, split at line breaks. */
function lines(node: Text): {text: string; box: DOMRect}[] {
  const range = document.createRange(), found: {text: string; box: DOMRect}[] = [];
  const measure = (begin: number, end: number): void => {
    range.setStart(node, begin);
    range.setEnd(node, end);
    const boxes = [...range.getClientRects()].filter(box => box.width > 0), box = boxes[0];
    if (!box) return;
    if (boxes.length === 1 || end - begin < 2) {
      found.push({text: node.data.slice(begin, end), box});
      return;
    }
    let middle = (begin + end) >> 1;
    if (/[\udc00-\udfff]/.test(node.data.charAt(middle)) && middle > begin + 1) middle--;
    measure(begin, middle);
    measure(middle, end);
  };
  for (const word of node.data.matchAll(/\S+/g)) measure(word.index, word.index + word[0].length);
  return found;
}

/** The part of the page in which an element's contents are visible. */
function opening(element: Element, style: CSSStyleDeclaration, outer: DOMRect): DOMRect {
  if (style.overflow === "visible") return outer;
  const box = element.getBoundingClientRect(), left = Math.max(outer.left, box.left), top = Math.max(outer.top, box.top);
  return new DOMRect(left, top, Math.min(outer.right, box.right) - left, Math.min(outer.bottom, box.bottom) - top);
}

const isInside = (box: DOMRect, {left, right, top, bottom}: DOMRect): boolean => {
  const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
  return left <= x && x <= right && top <= y && y <= bottom;
};

/** Draws the element without controls and without closed or hidden parts. */
function drawing(root: HTMLElement): SVGSVGElement {
  const margin = 16, frame = root.getBoundingClientRect(), background = getComputedStyle(root.closest(".limn") ?? root).backgroundColor;
  const width = Math.ceil(frame.width + 2 * margin), left = frame.left - margin, top = frame.top - margin;
  const svg = document.createElementNS(namespace, "svg");
  let bottom = 0;

  function box(rect: DOMRect, attributes: Attributes, grow = 0): void {
    if (rect.width <= 0 || rect.height <= 0) return;
    svg.append(shape("rect", {x: rect.left - left - grow, y: rect.top - top - grow, width: rect.width + 2 * grow, height: rect.height + 2 * grow, ...attributes}));
  }

  function visit(element: Element, outer: DOMRect): void {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none" || element.matches(".tools, .switch, .tip, .rest, .choice")) return;
    const outline = parseFloat(style.outlineWidth), seen = opening(element, style, outer);
    for (const rect of element === root ? [] : element.getClientRects()) {
      if (!isInside(rect, outer)) continue;
      if (!isClear(style.backgroundColor)) box(rect, {fill: style.backgroundColor, rx: parseFloat(style.borderTopLeftRadius)});
      if (parseFloat(style.borderLeftWidth) > 0) box(rect, {fill: "none", stroke: style.borderLeftColor});
      else if (parseFloat(style.borderTopWidth) > 0) {
        svg.append(shape("line", {x1: rect.left - left, x2: rect.right - left, y1: rect.top - top, y2: rect.top - top, stroke: style.borderTopColor}));
      }
      if (style.outlineStyle !== "none" && outline > 0) {
        const dash: Attributes = style.outlineStyle === "dashed" ? {"stroke-dasharray": "4 3"} : {};
        box(rect, {fill: "none", stroke: style.outlineColor, "stroke-width": outline, rx: 3, ...dash}, parseFloat(style.outlineOffset) + outline / 2);
      }
    }
    if (element instanceof HTMLCanvasElement) {
      const rect = element.getBoundingClientRect();
      svg.append(shape("image", {x: rect.left - left, y: rect.top - top, width: rect.width, height: rect.height, "image-rendering": style.imageRendering, href: element.toDataURL()}));
      bottom = Math.max(bottom, rect.bottom - top);
    }
    const size = parseFloat(style.fontSize), font = {
      "font-size": size, "font-weight": style.fontWeight, fill: style.color,
      ...(style.fontStyle !== "normal" && {"font-style": style.fontStyle}), ...(style.textDecorationLine !== "none" && {"text-decoration": style.textDecorationLine}),
    };
    for (const child of element.childNodes) {
      if (child instanceof Element) visit(child, seen);
      else if (child instanceof Text) {
        for (const {text, box: rect} of lines(child)) {
          if (!isInside(rect, seen)) continue;
          // Letters are centred in their line; the baseline is about a third of the font size below the middle.
          const y = (rect.top + rect.bottom) / 2 + size * 0.34 - top;
          svg.append(shape("text", {x: rect.left - left, y, textLength: rect.width, lengthAdjust: "spacingAndGlyphs", ...font}, text));
          bottom = Math.max(bottom, rect.bottom - top);
        }
      }
    }
  }

  visit(root, new DOMRect(-1e6, -1e6, 2e6, 2e6));
  const height = Math.ceil(bottom + margin);
  for (const [key, value] of Object.entries({xmlns: namespace, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": getComputedStyle(root).fontFamily})) {
    svg.setAttribute(key, String(value));
  }
  svg.prepend(shape("rect", {width, height, fill: isClear(background) ? "white" : background}));
  return svg;
}

/** The width of a picture's contents in pixels, whatever the window's: a column of text, or the columns of a comparison. */
const pictureWidth = 736, columnWidth = 352;

export function svgText(root: HTMLElement): string {
  const page = root.closest(".limn"), columns = Number(root.style.getPropertyValue("--n")) || 1;
  page?.classList.add("still"); // without sticky headings
  root.style.width = `${Math.max(pictureWidth, columns * columnWidth)}px`;
  try {
    return new XMLSerializer().serializeToString(drawing(root));
  } finally {
    root.style.removeProperty("width");
    page?.classList.remove("still");
  }
}

/** A PNG at twice the resolution of CSS pixels, or less for very large pictures. */
export async function png(root: HTMLElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(root))}`;
  await image.decode();
  const scale = Math.min(2, 16_000 / Math.max(image.width, image.height)), canvas = document.createElement("canvas");
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  const context = canvas.getContext("2d");
  context?.scale(scale, scale);
  context?.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => { if (blob) resolve(blob); else reject(new Error("The picture is too large for the browser.")); });
  });
}

/** Copies a picture. @throws if the browser does not allow it */
export async function copyPicture(root: HTMLElement): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({"image/png": png(root)})]);
}
