import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../../../shared/keys";
import { go } from "../../router";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { type Offer, offers, taken } from "./filters";

interface HelpProps {
  shown: readonly Offer[];
  at: number;
  point: (index: number) => void;
  take: (offer: Offer) => void;
}

/** What may be written next, over the list, while the field is written in. */
function Help({ shown, at, point, take }: HelpProps) {
  return (
    <div class="search-help">
      <ul role="listbox" id="search-help" aria-label={t("filter.label")}>
        {shown.map((offer, index) => (
          <li
            key={offer.text}
            id={`search-help-${index}`}
            role="option"
            aria-selected={index === at}
            class={index === at ? "choice current" : "choice"}
            // Before the field loses the focus to it.
            onPointerDown={(event) => {
              event.preventDefault();
              take(offer);
            }}
            onPointerMove={() => point(index)}
          >
            <code class="search-filter">{offer.text}</code>
            {offer.says && <span class="choice-hint">{offer.says}</span>}
          </li>
        ))}
      </ul>
      <p class="search-help-foot faint">{t("filter.foot")}</p>
    </div>
  );
}

/** The field that searches; while it is written in, it says which filters there are. */
export function SearchBox({ query = "" }: { query?: string }) {
  const [text, setText] = useState(query);
  const [open, setOpen] = useState(false);
  /** -1: none is pointed at, and Enter searches. */
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const shown = open ? offers(text) : [];
  const helps = shown.length > 0;
  useEffect(() => {
    document.getElementById(`search-help-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const write = (value: string) => {
    setText(value);
    setAt(-1);
    setOpen(true);
  };
  const take = (offer: Offer) => {
    write(taken(text, offer));
    field.current?.focus();
  };
  const keyed = (event: KeyboardEvent) => {
    const by = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    const pointed = shown[at];
    if (event.key === "Enter" && isComposing(event)) event.preventDefault();
    else if (by !== 0 && helps) {
      event.preventDefault();
      // One place more than there are offers: the field itself.
      const places = shown.length + 1;
      setAt(((at + 1 + by + places) % places) - 1);
    } else if (pointed && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(pointed);
    } else if (event.key === "Escape" && helps) {
      setOpen(false);
      // While something is being written the first Escape closes the help alone, and the next one leaves the field.
      if (text === query) return;
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <form
      class="search-box"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setOpen(false);
        if (text.trim()) go(`/search?q=${encodeURIComponent(text.trim())}`);
      }}
    >
      <Icon name="search" size={16} />
      <input
        ref={field}
        class="search-input"
        type="search"
        value={text}
        placeholder={t("search.placeholder")}
        aria-label={t("search.label")}
        aria-autocomplete="list"
        aria-controls={helps ? "search-help" : undefined}
        aria-activedescendant={helps && at >= 0 ? `search-help-${at}` : undefined}
        data-act="search"
        maxLength={200}
        enterkeyhint="search"
        autocomplete="off"
        spellcheck={false}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={keyed}
      />
      {helps && <Help shown={shown} at={at} point={setAt} take={take} />}
    </form>
  );
}
