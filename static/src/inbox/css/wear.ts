// Styles of what is drawn later come with it: as text, put on when the part's module is first run.

/** A constructed sheet, because a policy without inline styles allows it. */
export function wear(...texts: readonly string[]): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join("\n"));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
