// The button never covers what the page itself wants pressed: it looks for a free place along its edge.

const CONTROLS = "a,button,input,select,textarea,summary,video,audio,[role=button],[role=link],[contenteditable]";
const STEP = 72; // px, the button and its gap
const STEPS = 5;
const SETTLE = 250; // ms after the last scroll or resize

function covers(host: HTMLElement, button: HTMLElement): boolean {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const points = [[x, y], [left, top], [right - 1, top], [left, bottom - 1], [right - 1, bottom - 1]] as const;
  return points.some(([px, py]) => document.elementsFromPoint(px, py).some((it) => {
    const control = it === host ? null : it.closest(CONTROLS);
    // A link in running text scrolls away by itself; in a bar that stays it would be lost.
    return control !== null && (control.tagName !== "A" || stays(control));
  }));
}

function stays(element: Element | null): boolean {
  for (let it = element; it && it !== document.body; it = it.parentElement) {
    const { position } = getComputedStyle(it);
    if (position === "fixed" || position === "sticky") return true;
  }
  return false;
}

export function findRoom(host: HTMLElement, button: HTMLElement): void {
  const look = () => {
    if (button.hidden || button.getAttribute("aria-expanded") === "true") return;
    for (let step = 0; step <= STEPS; step++) {
      host.style.setProperty("--lift", `${(step % (STEPS + 1)) * STEP}px`);
      if (!covers(host, button)) return;
    }
    host.style.setProperty("--lift", "0px");
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE);
  };
  for (const event of ["scroll", "resize", "load"]) addEventListener(event, soon, { passive: true, capture: true });
  new MutationObserver(soon).observe(document.body, { childList: true });
  look();
}
