// The button never covers what the page itself wants pressed: it looks for a free place along its edge.

const CONTROLS = "a,button,input,select,textarea,summary,video,audio,[role=button],[role=link],[contenteditable]";
const STEP = 72; // px, the button and its gap
const MOST = 5 * STEP;
const SETTLE = 250; // ms after the last scroll or resize

/** Would the button at this height cover a control? Reckoned, not measured: it moves there with a short transition. */
function covers(host: HTMLElement, button: HTMLElement, edge: number, lift: number): boolean {
  const { left, right } = button.getBoundingClientRect();
  const bottom = innerHeight - edge - lift;
  const [x, top] = [(left + right) / 2, bottom - (right - left)];
  const points = [[x, (top + bottom) / 2], [left, top], [right - 1, top], [left, bottom - 1], [right - 1, bottom - 1]] as const;
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

/** `edge`: px between the screen's lower edge and the button at rest. Answers how to look again. */
export function findRoom(host: HTMLElement, button: HTMLElement, edge: () => number): () => void {
  const look = () => {
    if (button.hidden || button.getAttribute("aria-expanded") === "true") return;
    let lift = 0;
    while (lift < MOST && covers(host, button, edge(), lift)) lift += STEP;
    host.style.setProperty("--lift", `${lift < MOST ? lift : 0}px`);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE);
  };
  for (const event of ["scroll", "resize", "load"]) addEventListener(event, soon, { passive: true, capture: true });
  look();
  return soon;
}
