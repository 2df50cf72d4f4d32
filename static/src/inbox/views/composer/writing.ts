// Writing into the field as if it were typed: the browser's own undo takes it back.

import { filesOf } from "../../../shared/files";
import { ADDRESS, type Change, type Chosen, type Empty, type Format, ITEM, nextItem, withoutEmpty } from "./lines";

export function write(area: HTMLTextAreaElement, { over, text, from, to }: Change): void {
  const [start, end] = over;
  area.focus();
  area.setSelectionRange(start, end);
  if (text !== "" || start !== end) {
    const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (!done) {
      area.setRangeText(text, start, end, "end");
      area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }
  area.setSelectionRange(from, to);
}

/** On a line of its own. */
export function insertLine(area: HTMLTextAreaElement, text: string): void {
  const { value, selectionStart, selectionEnd } = area;
  const isBegun = selectionStart > 0 && value.charAt(selectionStart - 1) !== "\n";
  const goesOn = selectionEnd < value.length && value.charAt(selectionEnd) !== "\n";
  insert(area, `${isBegun ? "\n" : ""}${text}${goesOn ? "\n" : ""}`);
}

/** Over what is chosen; the caret stands behind it. */
export function insert(area: HTMLTextAreaElement, text: string): void {
  const { selectionStart, selectionEnd } = area;
  const place = selectionStart + text.length;
  write(area, { over: [selectionStart, selectionEnd], text, from: place, to: place });
}

function chosenIn({ value: text, selectionStart: from, selectionEnd: to }: HTMLTextAreaElement): Chosen {
  return { text, from, to };
}

/** Marks that a button has put round nothing so far. */
const empties = new WeakMap<HTMLTextAreaElement, Empty>();

type Putting = typeof import("./formatting") & Pick<typeof import("../mail/pasted"), "marksFrom">;
let putting: Putting | null = null;

/** What puts marks in comes after the shell; from then on it is there at once, so that the next key finds it done. */
function withPutting(run: (putting: Putting) => void, failed?: () => void): void {
  if (putting) return run(putting);
  import("../beside").then((module) => run((putting = module)), failed);
}

/** It is fetched before anybody has something to mark. */
export function fetchPutting(): void {
  withPutting(
    () => undefined,
    () => undefined,
  );
}

export function putFormat(area: HTMLTextAreaElement, format: Format): void {
  const { value } = area;
  withPutting(({ emptyOf, formatted }) => {
    // It came too late: what has been written since is not what was to be marked.
    if (area.value !== value) return;
    const change = formatted(chosenIn(area), format);
    write(area, change);
    const empty = emptyOf(change);
    if (empty) empties.set(area, empty);
    else empties.delete(area);
  });
}

/** Marks round nothing do not stay behind where the caret leaves them, nor go out with a mail. */
export function tidyMarks(area: HTMLTextAreaElement, leaving = false): void {
  const empty = empties.get(area);
  const { selectionStart: from, selectionEnd: to } = area;
  if (!empty || (!leaving && from === empty.at && to === empty.at)) return;
  empties.delete(area);
  const change = withoutEmpty(area.value, empty);
  if (!change) return;
  const back = (place: number) => (place >= empty.at ? Math.max(change.from, place - 2 * empty.sign.length) : place);
  if (!leaving) return write(area, { ...change, from: back(from), to: back(to) });
  // The focus stays where it has gone.
  area.setRangeText("", ...change.over, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

const BRACKETS: Readonly<Record<string, boolean>> = { BracketRight: true, BracketLeft: false };

/** Ctrl or ⌘ with a bracket, by its place: items go into the list above, or out of it. */
export function movesItem(area: HTMLTextAreaElement, event: KeyboardEvent): boolean {
  const inward = BRACKETS[event.code];
  const { text, from } = chosenIn(area);
  if (inward === undefined || event.shiftKey || !ITEM.test(text.slice(text.lastIndexOf("\n", from - 1) + 1))) return false;
  withPutting(({ indented }) => {
    const change = indented(chosenIn(area), inward);
    if (change) write(area, change);
  });
  return true;
}

/** A new line goes on with its list or, in a mail, with its quote. */
export function goesOn(area: HTMLTextAreaElement, letter: boolean): boolean {
  const change = nextItem(chosenIn(area), letter);
  if (change) write(area, change);
  return change !== null;
}

const RICH = /<(?:a\s|b\b|strong|i\b|em\b|li\b|h[1-6]\b|blockquote|code|pre|table)|mso-list|font-weight:\s*(?:bold|[6-9]00)/i;

interface Pasted {
  /** What it brings as files. */
  files: File[];
  /** It has been, or will be, written. */
  taken: boolean;
}

/** What is pasted: files; words, for which office programs bring a picture of them, too; in a mail, words with marks.
 *  `still`: is it still this text that is written? */
export function paste(area: HTMLTextAreaElement, { clipboardData: data }: ClipboardEvent, letter: boolean, still: () => boolean): Pasted {
  const [plain, html] = [data?.getData("text/plain") ?? "", data?.getData("text/html") ?? ""];
  const files = plain.trim() && html ? [] : filesOf(data);
  if (files.length > 0 || !letter) return { files, taken: false };
  if (area.selectionStart !== area.selectionEnd && ADDRESS.test(plain.trim())) {
    const put = (link: Change | null) => still() && (link ? write(area, link) : insert(area, plain));
    withPutting(({ linkOver }) => put(linkOver(chosenIn(area), plain)), () => put(null));
    return { files, taken: true };
  }
  if (!plain.trim() || !RICH.test(html)) return { files, taken: false };
  const put = (text: string) => still() && insert(area, text);
  withPutting(({ marksFrom }) => put(marksFrom(html) || plain), () => put(plain));
  return { files, taken: true };
}
