// What the on-screen keyboard leaves of the screen: browsers slide it over the page and say so in `visualViewport` only.

/** Says it as `--top` and `--height` on `root`, which covers the screen. Call it again whenever it may have changed. */
export function fitAboveKeyboard(root: HTMLElement): void {
  const { offsetTop = 0, height = innerHeight, scale = 1 } = visualViewport ?? {};
  // A page pinched larger keeps the whole screen.
  const keyboard = scale < 1.01 && height < innerHeight - 1;
  root.style.setProperty("--top", keyboard ? `${offsetTop}px` : "0px");
  root.style.setProperty("--height", keyboard ? `${height}px` : "100dvh");
  root.toggleAttribute("data-keyboard", keyboard);
}

export function followKeyboard(root: HTMLElement): void {
  for (const event of ["resize", "scroll"]) visualViewport?.addEventListener(event, () => fitAboveKeyboard(root));
}
