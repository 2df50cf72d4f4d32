// Writing into the field as if it were typed: the browser's own undo takes it back.

import type { Change } from "./formatting";

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
