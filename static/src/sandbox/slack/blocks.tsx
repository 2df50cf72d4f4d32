import { useEffect, useRef, useState } from "preact/hooks";
import { known, type Pressed } from "./door";
import { type Block, type Element, type Filled, initially, type Menu, type Picture, type Values } from "./kit";
import { Text } from "./text";
import { t } from "./words";

/** What happens when something is pressed or chosen; `filled` keeps what stands in the elements of a view. */
export interface Hands {
  press: (pressed: Pressed) => void;
  /** What is filled in, where the app wants to hear of it before it is sent. */
  tell?: (pressed: Pressed) => void;
  busy: boolean;
  values?: Values;
  filled?: (block: string, action: string) => Filled | undefined;
  fill?: (block: string, action: string, value: Filled) => void;
  errors?: Readonly<Record<string, string>>;
}

export function Blocks({ blocks, hands }: { blocks: readonly Block[]; hands: Hands }) {
  return (
    <div class="blocks">
      {blocks.map((block) => (
        <Drawn key={block.block_id} block={block} hands={hands} />
      ))}
    </div>
  );
}

function Drawn({ block, hands }: { block: Block; hands: Hands }) {
  switch (block.type) {
    case "header":
      return <h3 class="block-header">{block.text.text}</h3>;
    case "section":
      return (
        <div class="block-section">
          <div class="block-words">
            {block.text && (
              <p>
                <Text of={block.text} />
              </p>
            )}
            {block.fields && (
              <div class="block-fields">
                {block.fields.map((field, place) => (
                  <p key={place}>
                    <Text of={field} />
                  </p>
                ))}
              </div>
            )}
          </div>
          {block.accessory && <Part block={block.block_id} element={block.accessory} hands={hands} />}
        </div>
      );
    case "context":
      return (
        <div class="block-context">
          {block.elements.map((one, place) =>
            one.type === "image" ? (
              <Shown key={place} picture={one} />
            ) : (
              <span key={place}>
                <Text of={one} />
              </span>
            ),
          )}
        </div>
      );
    case "actions":
      return (
        <div class="block-actions">
          {block.elements.map((element) => (
            <Part key={element.action_id} block={block.block_id} element={element} hands={hands} />
          ))}
        </div>
      );
    case "divider":
      return <hr />;
    case "image":
      return <img class="block-image" src={block.image_url} alt={block.alt_text} loading="lazy" />;
    case "input":
      return <Input block={block} hands={hands} />;
  }
}

function Shown({ picture }: { picture: Picture }) {
  return <img class="small" src={picture.image_url} alt={picture.alt_text} loading="lazy" />;
}

function Input({ block, hands }: { block: Block & { type: "input" }; hands: Hands }) {
  const wrong = hands.errors?.[block.block_id];
  const told = `${block.block_id}-told`;
  return (
    <div class="block-input">
      <label>
        <span class="label">
          {block.label.text}
          {block.optional && <span class="faint"> {t("town.optional")}</span>}
        </span>
        <Part block={block.block_id} element={block.element} hands={hands} told={told} wrong={!!wrong} tells={block.dispatch_action} />
      </label>
      <p class={wrong ? "wrong" : "faint"} id={told} role={wrong ? "alert" : undefined}>
        {wrong ?? block.hint?.text}
      </p>
    </div>
  );
}

interface Parted {
  block: string;
  element: Element | Picture;
  hands: Hands;
  told?: string;
  wrong?: boolean;
  tells?: boolean | undefined;
}

const REST = 300; // ms after the last letter, until the app hears of it

function Part({ block, element, hands, told, wrong, tells }: Parted) {
  const [asking, setAsking] = useState<string | null>(null);
  const waits = useRef(0);
  useEffect(() => () => clearTimeout(waits.current), []);
  if (element.type === "image") return <Shown picture={element} />;
  const stands = hands.filled?.(block, element.action_id) ?? initially(element, hands.values?.[block]?.[element.action_id]);
  const act = (value: string | null) => hands.press({ block, action: element.action_id, value });
  const latest = useRef(hands);
  latest.current = hands;
  const tell = (value: string | null, rest: number) => {
    clearTimeout(waits.current);
    waits.current = window.setTimeout(() => latest.current.tell?.({ block, action: element.action_id, value }), rest);
  };
  /** Asks first where the app wants that. */
  const press = (value: string | null) => (element.confirm ? setAsking(value ?? "") : act(value));
  const choose = (value: Filled) => {
    hands.fill?.(block, element.action_id, value);
    if (tells && !Array.isArray(value)) tell(value as string | null, 0);
    if (!told && !Array.isArray(value)) press(value as string | null);
  };
  if (asking !== null && element.confirm) {
    const { confirm, deny, title, text } = element.confirm;
    const leave = (value: string | null) => {
      setAsking(null);
      if (value !== null) act(value || null);
    };
    return (
      <span class="asks" role="group" aria-label={title?.text ?? t("town.sure")}>
        <b>{title?.text ?? t("town.sure")}</b> {text && <Text of={text} />}
        <button type="button" class="primary" onClick={() => leave(asking)}>
          {confirm?.text ?? t("town.yes")}
        </button>
        <button type="button" onClick={() => leave(null)}>
          {deny?.text ?? t("town.no")}
        </button>
      </span>
    );
  }
  const named = { "aria-describedby": told, "aria-invalid": wrong || undefined };
  switch (element.type) {
    case "button":
      return element.url ? (
        <a
          class={`as-button ${element.style ?? ""}`}
          href={element.url}
          target="_blank"
          rel="noopener noreferrer"
          onClick={() => act(null)}
        >
          {element.text.text}
        </a>
      ) : (
        <button type="button" class={element.style ?? ""} disabled={hands.busy} onClick={() => press(null)}>
          {element.text.text}
        </button>
      );
    case "overflow":
      return <Overflow menu={element} busy={hands.busy} choose={press} />;
    case "plain_text_input": {
      const field = {
        ...named,
        value: String(stands ?? ""),
        placeholder: element.placeholder?.text,
        maxLength: element.max_length,
        onInput: (event: Event) => {
          const { value } = event.currentTarget as HTMLInputElement;
          hands.fill?.(block, element.action_id, value);
          if (tells) tell(value, REST);
        },
      };
      return element.multiline ? <textarea rows={5} {...field} /> : <input type="text" {...field} />;
    }
    case "datepicker":
      return (
        <input
          type="date"
          {...named}
          aria-label={told ? undefined : t("town.date")}
          value={String(stands ?? "")}
          onChange={(event) => choose(event.currentTarget.value || null)}
        />
      );
    case "checkboxes": {
      const chosen = Array.isArray(stands) ? (stands as readonly string[]) : [];
      return (
        <span class="choices">
          {element.options.map((one) => (
            <span class="choice" key={one.value}>
              <input
                type="checkbox"
                aria-label={one.text.text}
                checked={chosen.includes(one.value)}
                onChange={(event) =>
                  choose(event.currentTarget.checked ? [...chosen, one.value] : chosen.filter((other) => other !== one.value))
                }
              />
              <Text of={one.text} />
            </span>
          ))}
        </span>
      );
    }
    case "users_select": {
      const people = Object.entries(known.state.people).filter(([, person]) => !person.app);
      return (
        <select
          {...named}
          aria-label={told ? undefined : (element.placeholder?.text ?? t("town.person"))}
          disabled={hands.busy}
          value={String(stands ?? "")}
          onChange={(event) => choose(event.currentTarget.value || null)}
        >
          <option value="">{element.placeholder?.text ?? t("town.person")}</option>
          {people.map(([id, person]) => (
            <option key={id} value={id}>
              {person.name}
            </option>
          ))}
        </select>
      );
    }
    default: {
      const groups = element.option_groups ?? [{ label: null, options: element.options ?? [] }];
      return (
        <select
          {...named}
          aria-label={told ? undefined : (element.placeholder?.text ?? t("town.choose"))}
          disabled={hands.busy}
          value={String(stands ?? "")}
          onChange={(event) => choose(event.currentTarget.value || null)}
        >
          <option value="">{element.placeholder?.text ?? t("town.choose")}</option>
          {groups.map((group) => {
            const options = group.options.map((one) => (
              <option key={one.value} value={one.value}>
                {one.text.text}
              </option>
            ));
            return group.label ? (
              <optgroup key={group.label.text} label={group.label.text}>
                {options}
              </optgroup>
            ) : (
              options
            );
          })}
        </select>
      );
    }
  }
}

function Overflow({ menu, busy, choose }: { menu: Menu; busy: boolean; choose: (value: string) => void }) {
  return (
    <select
      class="overflow"
      aria-label={t("town.more")}
      disabled={busy}
      value=""
      onChange={(event) => {
        const { value } = event.currentTarget;
        event.currentTarget.value = "";
        if (value) choose(value);
      }}
    >
      <option value="">⋯</option>
      {(menu.options ?? []).map((one) => (
        <option key={one.value} value={one.value}>
          {one.text.text}
        </option>
      ))}
    </select>
  );
}
