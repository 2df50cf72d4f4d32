// Styles of what is drawn later come with it: as text, put on when the part's module is first run.

import forced from "./forced.sheet";

/** A constructed sheet, because a policy without inline styles allows it. */
function sheetOf(...texts: readonly string[]): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join("\n"));
  return sheet;
}

/** Where the system chooses the colours, it has the last word, over what is put on later too. */
const last = sheetOf(forced);
document.adoptedStyleSheets = [last];

export function wear(...texts: readonly string[]): void {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.slice(0, -1), sheetOf(...texts), last];
}
