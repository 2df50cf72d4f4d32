// Readable text on, and in, any brand colour (WCAG 2.2: relative luminance and contrast).

type Rgb = readonly [number, number, number];

export function parse(hex: string): Rgb {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function hexOf(colour: Rgb): string {
  return "#" + colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(parse(one)), luminance(parse(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** White or black, whichever reads better on `colour`; one of them always has 4.5:1. */
export function textOn(colour: string): string {
  const dark = "#000000";
  return contrast("#ffffff", colour) >= Math.min(4.5, contrast(dark, colour)) ? "#ffffff" : dark;
}

/** `colour` itself where it reads on `ground`, else moved towards black or white until it does. */
export function textIn(colour: string, ground: string, least = 4.5): string {
  const goal = luminance(parse(ground)) > 0.2 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const moved = hexOf(parse(colour).map((part) => part + (goal - part) * share) as unknown as Rgb);
    if (contrast(moved, ground) >= least) return moved;
  }
  return goal ? "#ffffff" : "#000000";
}
