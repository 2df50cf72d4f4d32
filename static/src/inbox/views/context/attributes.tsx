import { useState } from "preact/hooks";
import { numbers } from "../../../shared/formats";
import { date } from "../../../shared/time";
import { isComposing } from "../../../shared/keys";
import type { AttributeView } from "../../../wire";
import { known } from "../../store";
import { language, t } from "../../words";
import { attributeLabel } from "../names";
import { Section } from "./section";

type Values = Readonly<Record<string, unknown>>;

/** What was typed as the definition wants it; null clears, undefined is nothing that fits. */
export function parseValue(type: AttributeView["type"], text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  switch (type) {
    case "number": {
      const n = Number(trimmed);
      return Number.isFinite(n) ? n : undefined;
    }
    case "boolean":
      return trimmed === "true";
    case "url":
      return /^https?:\/\/\S+$/.test(trimmed) ? trimmed : undefined;
    case "text":
    case "date":
    case "choice":
      return trimmed;
  }
}

/** A value as people read it. */
export function valueWords(definition: AttributeView, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (definition.type === "boolean") return t(value === true ? "yes" : "no");
  if (definition.type === "number") return numbers(language.value).format(Number(value));
  return definition.type === "date" ? date(String(value), language.value) : String(value);
}

interface FieldProps {
  definition: AttributeView;
  value: unknown;
  set: (value: unknown) => void;
}

function Chooser({ definition, value, set }: FieldProps) {
  const options = definition.type === "boolean" ? ["true", "false"] : definition.choices;
  return (
    <select
      class="input"
      value={value === undefined || value === null ? "" : String(value)}
      aria-label={attributeLabel(definition)}
      onChange={(event) => set(parseValue(definition.type, event.currentTarget.value))}
    >
      <option value="">–</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {definition.type === "boolean" ? t(option === "true" ? "yes" : "no") : option}
        </option>
      ))}
    </select>
  );
}

function DateField({ definition, value, set }: FieldProps) {
  return (
    <span class={value ? "date-field" : "date-field date-none"}>
      <input
        class="input"
        type="date"
        aria-label={attributeLabel(definition)}
        value={String(value ?? "")}
        onChange={(event) => set(parseValue("date", event.currentTarget.value))}
      />
    </span>
  );
}

/** Shown as people read it, edited as it is stored. */
function TextField({ definition, value, set }: FieldProps) {
  const [text, setText] = useState<string | null>(null);
  const parsed = text === null ? value : parseValue(definition.type, text);
  const wrong = text !== null && parsed === undefined;
  const save = () => {
    if (text !== null && parsed !== undefined && parsed !== (value ?? null)) set(parsed);
    setText(null);
  };
  return (
    <>
      <input
        class="input"
        type="text"
        aria-label={attributeLabel(definition)}
        value={text ?? valueWords(definition, value)}
        placeholder="–"
        inputMode={definition.type === "number" ? "decimal" : definition.type === "url" ? "url" : "text"}
        aria-invalid={wrong}
        onFocus={() => setText(value === undefined || value === null ? "" : String(value))}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !isComposing(event)) event.currentTarget.blur();
          if (event.key === "Escape") setText(null);
        }}
      />
      {definition.type === "url" && text === null && typeof value === "string" && /^https?:/.test(value) && (
        <a class="fact-link" href={value} target="_blank" rel="noopener noreferrer nofollow" data-leave>
          {t("attribute.open")}
        </a>
      )}
      {wrong && (
        <span class="field-problem" role="alert">
          {t(definition.type === "number" ? "attribute.number" : "attribute.url")}
        </span>
      )}
    </>
  );
}

function Field(props: FieldProps) {
  switch (props.definition.type) {
    case "choice":
    case "boolean":
      return <Chooser {...props} />;
    case "date":
      return <DateField {...props} />;
    case "text":
    case "number":
    case "url":
      return <TextField {...props} />;
  }
}

interface AttributesProps {
  /** What its section is remembered by. */
  name: string;
  target: AttributeView["target"];
  title: string;
  values: Values;
  set: (values: Record<string, unknown>) => void;
}

/** The fields an administrator has defined, each edited by its type. */
export function Attributes({ name, title, ...facts }: AttributesProps) {
  if (definitionsOf(facts.target, facts.values).length === 0) return null;
  return (
    <Section name={name} title={title}>
      <Facts {...facts} />
    </Section>
  );
}

function definitionsOf(target: AttributeView["target"], values: Values): AttributeView[] {
  return known.directory.attributes.filter(
    (one) => one.target === target && (!one.retired || values[one.key] !== undefined),
  );
}

/** The fields by themselves, without a heading. */
export function Facts({ target, values, set }: Omit<AttributesProps, "name" | "title">) {
  const definitions = definitionsOf(target, values);
  if (definitions.length === 0) return null;
  return (
    <dl class="facts">
      {definitions.map((definition) => (
        <div key={definition.id} class="fact">
          <dt>{attributeLabel(definition)}</dt>
          <dd>
            <Field
              definition={definition}
              value={values[definition.key]}
              set={(value) => set({ [definition.key]: value })}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}
