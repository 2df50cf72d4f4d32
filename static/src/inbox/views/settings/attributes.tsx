import { useState } from "preact/hooks";
import { type Language, LANGUAGES } from "../../../shared/i18n";
import type { AttributeView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { t, type WordKey } from "../../words";
import { attributeLabel, languageName } from "../names";
import { EditableList, NameField } from "./editable";
import { Form } from "./form";

const TARGETS = ["contact", "conversation", "organisation"] as const;
const TYPES = ["text", "number", "date", "boolean", "choice", "url"] as const;

function AttributeDialog({ attribute, close }: { attribute: AttributeView | null; close: () => void }) {
  const [label, setLabel] = useState(attribute?.label ?? "");
  const [labels, setLabels] = useState<Partial<Record<Language, string>>>(attribute?.labels ?? {});
  const [key, setKey] = useState(attribute?.key ?? "");
  const [target, setTarget] = useState<AttributeView["target"]>(attribute?.target ?? "contact");
  const [type, setType] = useState<AttributeView["type"]>(attribute?.type ?? "text");
  const [choices, setChoices] = useState((attribute?.choices ?? []).join("\n"));
  const list = choices
    .split("\n")
    .map((one) => one.trim())
    .filter(Boolean);
  const save = () =>
    attribute
      ? patch(`/attributes/${attribute.id}`, { label: label.trim(), labels, ...(type === "choice" ? { choices: list } : {}) })
      : post("/attributes", { target, key, label: label.trim(), labels, type, choices: type === "choice" ? list : [] });
  return (
    <Dialog title={t(attribute ? "attributes.edit" : "attributes.make")} close={close}>
      <Form label={t("save")} cancel={close} disabled={!label.trim() || !key} save={save} done={close}>
        <NameField label={t("attributes.label")} name={label} change={setLabel} />
        <fieldset class="field attribute-labels">
          <legend>{t("attributes.labels")}</legend>
          {LANGUAGES.map((one) => (
            <label key={one} class="field">
              <span>{languageName(one)}</span>
              <input
                class="input"
                lang={one}
                maxLength={120}
                placeholder={label}
                value={labels[one] ?? ""}
                onInput={(event) => setLabels({ ...labels, [one]: event.currentTarget.value })}
              />
            </label>
          ))}
        </fieldset>
        {!attribute && (
          <>
            <label class="field">
              <span>{t("attributes.key")}</span>
              <input
                class="input mono"
                maxLength={60}
                required
                pattern="[a-z][a-z0-9_]*"
                value={key}
                onInput={(event) => setKey(event.currentTarget.value)}
              />
              <small class="faint">{t("attributes.key_more")}</small>
            </label>
            <label class="field">
              <span>{t("attributes.target")}</span>
              <select
                class="input"
                value={target}
                onChange={(event) => setTarget(event.currentTarget.value as AttributeView["target"])}
              >
                {TARGETS.map((one) => (
                  <option key={one} value={one}>
                    {t(`attributes.target.${one}` as WordKey)}
                  </option>
                ))}
              </select>
            </label>
            <label class="field">
              <span>{t("attributes.type")}</span>
              <select
                class="input"
                value={type}
                onChange={(event) => setType(event.currentTarget.value as AttributeView["type"])}
              >
                {TYPES.map((one) => (
                  <option key={one} value={one}>
                    {t(`attributes.type.${one}` as WordKey)}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
        {type === "choice" && (
          <label class="field">
            <span>{t("attributes.choices")}</span>
            <textarea
              class="input area"
              rows={5}
              value={choices}
              onInput={(event) => setChoices(event.currentTarget.value)}
            />
          </label>
        )}
      </Form>
    </Dialog>
  );
}

function Row({ attribute }: { attribute: AttributeView }) {
  return (
    <>
      <span class="rows-main">
        <b>{attributeLabel(attribute)}</b> <code>{attribute.key}</code>
      </span>
      <span class="rows-more faint">
        {t(`attributes.target.${attribute.target}` as WordKey)} · {t(`attributes.type.${attribute.type}` as WordKey)}
        {attribute.choices.length > 0 && `: ${attribute.choices.join(", ")}`}
      </span>
    </>
  );
}

export function AttributeAdmin() {
  return (
    <EditableList
      things={known.directory.attributes}
      path="/attributes"
      icon="sliders"
      named={attributeLabel}
      labels={{ make: t("attributes.make"), none: t("attributes.none"), none_more: t("attributes.none_more") }}
      row={(attribute) => <Row attribute={attribute} />}
      form={(attribute, close) => <AttributeDialog attribute={attribute} close={close} />}
    />
  );
}
