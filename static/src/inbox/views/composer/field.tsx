import type { RefObject, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const TALLEST = 280; // px the field grows to before it scrolls

export interface Highlight {
  from: number;
  to: number;
  kind: "gap" | "mention" | "picture";
}

/** The same words behind the field, unseen but for what is marked: a textarea itself cannot mark words, and keeps the
 *  input method, undo and the screen reader as they should be. */
function Behind({ text, marks }: { text: string; marks: readonly Highlight[] }) {
  const parts = [];
  let end = 0;
  for (const mark of [...marks].sort((a, b) => a.from - b.from)) {
    if (mark.from < end) continue;
    parts.push(text.slice(end, mark.from));
    parts.push(
      <mark key={mark.from} class={`field-${mark.kind}`}>
        {text.slice(mark.from, mark.to)}
      </mark>,
    );
    end = mark.to;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
      {"\u200b"}
    </>
  );
}

interface FieldProps {
  area: RefObject<HTMLTextAreaElement | null>;
  text: string;
  marks: readonly Highlight[];
  label: string;
  placeholder: string;
  rows: number;
  disabled: boolean;
  describedBy: string | undefined;
  invalid: boolean;
  /** The open menu's list and its current choice. */
  menu: { list: string; choice: string | undefined } | null;
  onText: (text: string) => void;
  onCaret: () => void;
  onLeave: () => void;
  onFiles: (event: ClipboardEvent) => void;
  onKey: (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => void;
}

export function Field(props: FieldProps) {
  const { area, text, marks, menu } = props;
  const behind = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [element, copy] = [area.current, behind.current];
    if (!element) return;
    // An empty one has the height of its rows: to measure it would lay out the whole conversation once more.
    element.style.height = "";
    if (text && element.scrollHeight > element.clientHeight)
      element.style.height = `${Math.min(TALLEST, element.scrollHeight + 2)}px`;
    if (!copy) return;
    copy.style.width = `${element.clientWidth}px`;
    copy.scrollTop = element.scrollTop;
  }, [text, marks.length > 0]);
  return (
    <div class="composer-field">
      {marks.length > 0 && (
        <div class="composer-behind" ref={behind} dir="auto" aria-hidden="true">
          <Behind text={text} marks={marks} />
        </div>
      )}
      <textarea
        ref={area}
        class="composer-text"
        rows={props.rows}
        value={text}
        dir="auto"
        disabled={props.disabled}
        enterkeyhint="send"
        placeholder={props.placeholder}
        aria-label={props.label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={menu?.list}
        aria-activedescendant={menu?.choice}
        onInput={(event) => {
          props.onText(event.currentTarget.value);
          props.onCaret();
        }}
        onKeyUp={props.onCaret}
        onClick={props.onCaret}
        onBlur={props.onLeave}
        onKeyDown={props.onKey}
        onPaste={props.onFiles}
        onScroll={(event) => {
          if (behind.current) behind.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
