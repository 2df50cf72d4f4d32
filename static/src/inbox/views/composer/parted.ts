// In how many messages a text goes that is longer than one: cut as the server cuts it (gateway/delivery.py).

/** Where a text may be cut, the best first: between lines, sentences, words. */
const PLACES = [/\n+/g, /(?<=[.!?。！？])\s+/g, /\s+/g];

/** The second half of a letter that takes two places, such as an emoji. */
const REST = /[\udc00-\udfff]/;

function wordsFrom(text: string, at: number): number {
  return text.length - text.slice(at).trimStart().length;
}

/** The end of a piece that begins at `start` and fits before `most`. */
function placeIn(text: string, start: number, most: number): number {
  const half = start + Math.floor((most - start + 1) / 2);
  // One letter more is looked at: a space there is a place to cut, too. What stands before `half` may make it one.
  for (const places of PLACES) {
    places.lastIndex = half;
    const last = [...text.slice(0, most + 1).matchAll(places)].at(-1);
    if (last) return last.index;
  }
  return REST.test(text[most] ?? "") ? Math.max(most - 1, start + 2) : most;
}

/** `most` counts as providers do, in UTF-16: an emoji is two. */
export function partedInto(text: string, most: number): number {
  const last = text.trimEnd().length;
  let parts = 0;
  for (let start = wordsFrom(text, 0); start < last; parts++)
    start = last - start <= most ? last : wordsFrom(text, placeIn(text, start, start + most));
  return parts;
}
