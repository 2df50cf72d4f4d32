// Blocks as Block Kit has them, as far as the workspace takes them (gateway/sandbox/slack/kit.py).

export interface Words {
  type: "plain_text" | "mrkdwn";
  text: string;
}

export interface Option {
  text: Words;
  value: string;
}

export interface Picture {
  type: "image";
  image_url?: string;
  alt_text: string;
}

export interface Confirm {
  title?: Words;
  text?: Words;
  confirm?: Words;
  deny?: Words;
}

interface Named {
  action_id: string;
  confirm?: Confirm;
}

export interface Button extends Named {
  type: "button";
  text: Words;
  style?: "primary" | "danger";
  url?: string;
}

export interface Menu extends Named {
  type: "static_select" | "overflow" | "radio_buttons";
  placeholder?: Words;
  options?: readonly Option[];
  option_groups?: readonly { label: Words; options: readonly Option[] }[];
  initial_option?: Option;
}

export interface PeopleMenu extends Named {
  type: "users_select";
  placeholder?: Words;
  initial_user?: string;
}

export interface DatePicker extends Named {
  type: "datepicker";
  initial_date?: string;
}

export interface Field extends Named {
  type: "plain_text_input";
  placeholder?: Words;
  multiline?: boolean;
  initial_value?: string;
  max_length?: number;
}

export interface Boxes extends Named {
  type: "checkboxes";
  options: readonly Option[];
  initial_options?: readonly Option[];
}

export type Element = Button | Menu | PeopleMenu | DatePicker | Field | Boxes;

interface Standing {
  block_id: string;
}

export type Block = Standing &
  (
    | { type: "header"; text: Words }
    | { type: "section"; text?: Words; fields?: readonly Words[]; accessory?: Element | Picture }
    | { type: "context"; elements: readonly (Words | Picture)[] }
    | { type: "actions"; elements: readonly Element[] }
    | { type: "divider" }
    | { type: "image"; image_url?: string; alt_text: string; title?: Words }
    | { type: "input"; label: Words; hint?: Words; optional?: boolean; dispatch_action?: boolean; element: Element }
  );

interface Said {
  type: string;
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: readonly Option[];
  selected_user?: string | null;
  selected_date?: string | null;
}

/** Block -> action -> what the workspace holds of it. */
export type Values = Readonly<Record<string, Readonly<Record<string, Said>>>>;

export type Filled = string | readonly string[] | null;

/** What stands in an element before anybody touches it. */
export function initially(element: Element, said: Said | undefined): Filled {
  switch (element.type) {
    case "plain_text_input":
      return said?.value ?? element.initial_value ?? "";
    case "users_select":
      return said?.selected_user ?? element.initial_user ?? null;
    case "datepicker":
      return said?.selected_date ?? element.initial_date ?? null;
    case "checkboxes":
      return (said?.selected_options ?? element.initial_options ?? []).map((one) => one.value);
    case "button":
    case "overflow":
      return null;
    default:
      return (said?.selected_option ?? element.initial_option)?.value ?? null;
  }
}

/** The elements that are filled in, with the block they stand in. */
export function fieldsOf(blocks: readonly Block[]): { block: string; element: Element }[] {
  const found: { block: string; element: Element }[] = [];
  for (const block of blocks) {
    const elements: (Element | Picture | undefined)[] =
      block.type === "input" ? [block.element] : block.type === "actions" ? [...block.elements] : [];
    if (block.type === "section") elements.push(block.accessory);
    for (const element of elements) {
      if (element && element.type !== "image" && element.type !== "button" && element.type !== "overflow")
        found.push({ block: block.block_id, element });
    }
  }
  return found;
}
