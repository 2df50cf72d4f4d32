import type { ComponentChildren } from "preact";
import { prefer, preferences } from "../../preferences";
import { Icon } from "../../ui/icons";
import { Later } from "../../ui/later";

interface SectionProps {
  /** What it is remembered by, and what its heading is called in the page. */
  name: string;
  title: string;
  /** How many things are in it, told beside the title: also while it is folded. */
  n?: number | undefined;
  /** As it stands until somebody has folded or opened it. */
  open?: boolean;
  class?: string;
  children: ComponentChildren;
}

/** Is a section of the side open? Remembered for the agent, on every device. */
export function isOpen(name: string, first = true): boolean {
  return !(preferences.value.folded[name] ?? !first);
}

/** A part of the side that folds. What is folded is not drawn, and so asks for nothing. */
export function Section({ name, title, n, open: first = true, class: own, children }: SectionProps) {
  const open = isOpen(name, first);
  const id = `side-${name}`;
  return (
    <section class={`side-part${own ? ` ${own}` : ""}`} aria-labelledby={id}>
      <h3 class="side-title" id={id}>
        <button
          type="button"
          class="side-fold"
          aria-expanded={open}
          aria-controls={`${id}-in`}
          onClick={() => prefer({ folded: { ...preferences.peek().folded, [name]: open } })}
        >
          <span class="side-fold-mark">
            <Icon name="down" size={12} />
          </span>
          {title}
          {n !== undefined && n > 0 && <span class="side-n">{n}</span>}
        </button>
      </h3>
      <div id={`${id}-in`} hidden={!open}>
        {open && <Later name={id}>{children}</Later>}
      </div>
    </section>
  );
}
