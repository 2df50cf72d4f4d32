// How pages of a document stand on the screen. Pure.

export interface Paper {
  width: number;
  height: number;
}

const CLOSEST = 4;
const FARTHEST = 0.5;
const MOST = 16_000_000; // pixels of one drawing: more, and phones draw nothing at all

/** Kept within its bounds; what is nearly whole is whole. */
export function closerPaper(scale: number): number {
  const kept = Math.max(FARTHEST, Math.min(CLOSEST, scale));
  return Math.abs(kept - 1) < 0.05 ? 1 : kept;
}

/** Dots of the drawing to a point of the paper: as sharp as the screen is, as far as there is memory for it. */
export function drawnAt(paper: Paper, width: number, ratio: number): number {
  const sharp = (width / paper.width) * ratio;
  return Math.min(sharp, Math.sqrt(MOST / (paper.width * paper.height)));
}

/** The page one looks at: the last that begins above the upper third of what is seen. `tops`: where each begins. */
export function atPage(tops: readonly number[], scrolled: number, height: number): number {
  return Math.max(1, tops.findLastIndex((top) => top <= scrolled + height / 3) + 1);
}
