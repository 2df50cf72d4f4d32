// The one place where markup that did not come with this bundle becomes elements: channel icons, drawn by adapters.

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"]);
const ATTRIBUTES = new Set([
  "viewBox",
  "d",
  "cx",
  "cy",
  "r",
  "rx",
  "ry",
  "x",
  "y",
  "x1",
  "y1",
  "x2",
  "y2",
  "width",
  "height",
  "points",
  "fill",
  "stroke",
  "stroke-width",
  "stroke-linecap",
  "stroke-linejoin",
  "fill-rule",
  "clip-rule",
  "opacity",
  "transform",
]);

function copy(from: Element): Element | null {
  if (from.namespaceURI !== SVG || !ELEMENTS.has(from.localName)) return null;
  const made = document.createElementNS(SVG, from.localName);
  for (const { name, value } of Array.from(from.attributes)) {
    // url(...) would reach out of the picture.
    if (ATTRIBUTES.has(name) && !/url\s*\(/i.test(value)) made.setAttribute(name, value);
  }
  for (const child of Array.from(from.children)) {
    const kept = copy(child);
    if (kept) made.append(kept);
  }
  return made;
}

/** The drawing of an SVG text and nothing else: no script, style, link, text or foreign element; null if it is none. */
export function drawing(markup: string): Element | null {
  const parsed = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg") return null;
  const made = copy(parsed);
  made?.setAttribute("aria-hidden", "true");
  return made;
}
