/** Presses the button of an act, where it is on the screen and may be pressed; answers whether it is. */
export function press(act: string): boolean {
  const button = document.querySelector<HTMLElement>(`[data-act="${act}"]:not(:disabled)`);
  // What it opens closes to it again, by Escape or by a choice.
  if (button?.hasAttribute("aria-haspopup")) button.focus();
  button?.click();
  return button !== null;
}
