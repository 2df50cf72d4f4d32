import { useState } from "preact/hooks";
import type { AttributeView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Empty } from "../../ui/states";
import { t, type WordKey } from "../../words";
import { Form, useSending } from "./form";

const TARGETS = ["contact", "conversation", "organisation"] as const;
const TYPES = ["text", "number", "date", "boolean", "choice", "url"] as const;

function AttributeDialog({ attribute, close }: { attribute: AttributeView | null; close: () => void }) {
  const [label, setLabel] = useState(attribute?.label ?? "");
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
      ? patch(`/attributes/${attribute.id}`, { label: label.trim(), ...(type === "choice" ? { choices: list } : {}) })
      : post("/attributes", { target, key, label: label.trim(), type, choices: type === "choice" ? list : [] });
  return (
    <Dialog title={t(attribute ? "attributes.edit" : "attributes.make")} close={close}>
      <Form label={t("save")} cancel={close} disabled={!label.trim() || !key} save={save} done={close}>
        <label class="field">
          <span>{t("attributes.label")}</span>
          <input
            class="input"
            maxLength={120}
            required
            value={label}
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
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

export function AttributeAdmin() {
  const [edited, setEdited] = useState<AttributeView | "new" | null>(null);
  const { problem, send } = useSending();
  const { attributes } = known.directory;
  return (
    <>
      <div class="settings-bar">
        <button type="button" class="button primary" onClick={() => setEdited("new")}>
          <Icon name="plus" size={15} />
          {t("attributes.make")}
        </button>
      </div>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {attributes.length === 0 && (
        <Empty icon="sliders" title={t("attributes.none")}>
          {t("attributes.none_more")}
        </Empty>
      )}
      <ul class="rows card">
        {[...attributes]
          .sort(
            (a, b) =>
              Number(a.retired) - Number(b.retired) ||
              a.target.localeCompare(b.target) ||
              a.label.localeCompare(b.label),
          )
          .map((attribute) => (
            <li key={attribute.id} class={attribute.retired ? "rows-row gone" : "rows-row"}>
              <span class="rows-main">
                <b>{attribute.label}</b> <code>{attribute.key}</code>{" "}
                {attribute.retired && <span class="badge">{t("retired")}</span>}
              </span>
              <span class="rows-more faint">
                {t(`attributes.target.${attribute.target}` as WordKey)} ·{" "}
                {t(`attributes.type.${attribute.type}` as WordKey)}
                {attribute.choices.length > 0 && `: ${attribute.choices.join(", ")}`}
              </span>
              <span class="rows-acts">
                <button type="button" class="button small" onClick={() => setEdited(attribute)}>
                  {t("edit")}
                </button>
                <button
                  type="button"
                  class="button small"
                  onClick={() => void send(() => patch(`/attributes/${attribute.id}`, { retired: !attribute.retired }))}
                >
                  {t(attribute.retired ? "bring_back" : "retire")}
                </button>
              </span>
            </li>
          ))}
      </ul>
      {edited && <AttributeDialog attribute={edited === "new" ? null : edited} close={() => setEdited(null)} />}
    </>
  );
}
